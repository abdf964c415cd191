"""What a set-up log says, for a terminal: how it came out, where it stopped, and what to do about each thing."""

from collections.abc import Iterator
from textwrap import fill

from console.domain.findings import Finding, FindingKind
from console.domain.setup_log import Report, Run, Verdict
from console.services.findings import kind_of, many_words

WIDTH = 110
OUTCOME = {
    Verdict.OK: "The set-up went through: its outermost function was left and no error is left over.",
    Verdict.FAILED: "The set-up ended, and not everything in it went well.",
    Verdict.UNFINISHED: "The set-up did not end.",
    Verdict.UNKNOWN: "Nothing in the log says how the set-up ended.",
}


def report_lines(name: str, report: Report, *, interpreted: bool = False) -> Iterator[str]:
    """The whole report: the runs that count in full, `interpreted` lines too if asked for; earlier ones in short."""
    runs = report.totals["runs"]
    many = f"{runs} runs of the set-up" if runs > 1 else "one run of the set-up"
    yield f"{name}: {report.lines:,} lines, {report.size:,} bytes, {report.encoding}; {many}."
    if report.cut_off:
        yield "Its last line has no end: it is cut off there, or still being written."
    for run in reversed(report.counting):
        yield ""
        yield from run_lines(run)
        if interpreted:
            yield ""
            yield from _interpreted(run)
    earlier = [run for run in report.runs if run not in report.counting]
    if earlier or report.runs_left_out:
        yield ""
        yield "Earlier runs, whose findings no longer count:"
    if report.runs_left_out:
        yield f"  {report.runs_left_out} more before these."
    for run in earlier:
        yield f"  Run {run.number}, {run.began or 'without times'}: {run.verdict}. {many_words(run.findings)}".rstrip()


def run_lines(run: Run) -> Iterator[str]:
    """One run in full."""
    yield sentence(run)
    about = [f"Run {run.number}, form of Exchange {run.form}, {run.began} to {run.ended}"]
    about += [f"version {run.version}"] if run.version else []
    about += [f"as {run.user}"] if run.user else []
    yield from _wrapped(", ".join(about) + (f", {' '.join(run.arguments)}" if run.arguments else "") + ".", "  ")
    if run.timeline:
        yield ""
        yield from _timeline(run)
    if run.open_functions:
        yield ""
        yield "  Where it was, from the outermost function to the innermost:"
        yield from (f"    {function.name} (line {function.place.line})" for function in run.open_functions)
    for finding in run.findings:
        yield ""
        yield from _finding(finding, kind_of(finding.code))
    if run.left_out:
        yield ""
    for code, many in run.left_out.items():
        yield f"  {many:,} more of {code} are not shown."
    if run.ignored:
        yield ""
        yield from _ignored(run)


def sentence(run: Run) -> str:
    """How a run came out, in a sentence or two."""
    stage = run.stopped_in
    where = f" It stopped in: {stage.title}." if stage else ""
    if not where and run.open_functions:
        where = f" It stopped in the function {run.open_functions[-1].name}."
    return f"{OUTCOME[run.verdict]}{where}" + (f" Found: {many_words(run.findings)}." if run.findings else "")


def _timeline(run: Run) -> Iterator[str]:
    width = max(len(stage.when) for stage in run.timeline)
    for stage in run.timeline:
        failed = f", {stage.failed} not well" if stage.failed else ""
        lines = f" ({stage.lines} line{'s' * (stage.lines > 1)} interpreted{failed})" if stage.lines else ""
        here = "   <-- it stopped here" if stage == run.stopped_in else ""
        yield f"  {stage.state:<12} {stage.when:<{width}} {stage.title}{lines}{here}".rstrip()


def _finding(finding: Finding, kind: FindingKind) -> Iterator[str]:
    data = finding.data
    times = f", {data['count']} times" if "count" in data else ""
    yield f"  {kind.severity.upper()}: {kind.title} (line {data['line']}{times})"
    told = {
        "About": finding.about,
        "The log": finding.evidence,
        "It was to": data.get("does", ""),
        "Follows": kind.consequence,
        "What to do": kind.remedy,
    }
    for label, text in told.items():
        if text:
            yield from _wrapped(text, f"    {label + ':':<12}")
    if "mends" in data:
        yield f"    {'Command:':<12}{data['mends']}"
    yield f"    {'Code:':<12}{finding.code}"


def _interpreted(run: Run) -> Iterator[str]:
    """Every line that is kept, under its script, with its exit."""
    yield f"  Interpreted lines and started processes with their exits, {len(run.lines):,} of them:"
    script = None
    for line in run.lines:
        if line.script != script:
            script = line.script
            yield f"    {script or 'in no script that is known'}"
        yield f"      {line.exit or 'no exit':<9} line {line.place.line:<8} {line.text}"


def _ignored(run: Run) -> Iterator[str]:
    yield f"  Errors that the set-up expected and took back itself, which are harmless: {run.totals['ignored']:,}."
    for error in run.ignored[:10]:
        yield from _wrapped(f"{error.code} {error.text} {error.count:,}x, first in line {error.place.line}.", "    ")
    if len(run.ignored) > 10:
        yield f"    and {len(run.ignored) - 10} more kinds"


def _wrapped(text: str, opening: str) -> list[str]:
    """In lines of the terminal, those after the first under where the text begins."""
    clean = " ".join(text.split())
    return fill(
        clean,
        WIDTH,
        initial_indent=opening,
        subsequent_indent=" " * len(opening),
        break_long_words=False,
        break_on_hyphens=False,
    ).splitlines()
