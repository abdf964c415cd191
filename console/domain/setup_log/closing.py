"""What a run comes to when it is over: its last findings, its timeline and its verdict."""

from dataclasses import replace

from console.domain.setup_log.errors import Chain
from console.domain.setup_log.report import OpenFunction, Place, Run, StageState, Verdict
from console.domain.setup_log.run import LONGEST, RESOURCES, RunState

NOTES = {"setup-log.exit-not-told", "setup-log.said-warning", "setup-log.active-role", "setup-log.out-of-order"}
"""Findings that do not make a run a failed one."""


def closed(run: RunState, end: Place, last: str) -> Run:
    """The run as it stands when the next one begins or the log ends, which was at `end`, after `last` was said."""
    finished = not run.unfinished and (run.closed or run.ended)
    run.interpreted.close()
    if finished and run.form == "2003":
        run.saw("end", end)  # the older log has no line for it
    _tell_errors(run)
    _tell_sequence(run, finished)
    open_functions = tuple(OpenFunction(run.decoded(name), Place(*at)) for name, *at in run.stack)
    stages = run.timeline.stages(finished=not run.unfinished)
    if run.unfinished:
        stopped = next((stage.title for stage in stages if stage.state is StageState.STOPPED), "")
        _tell_stop(run, stopped, open_functions, last, end)
    return Run(
        number=run.number,
        form=run.form,
        began=run.began,
        ended=run.when,
        midnights=run.clock.midnights,
        version=run.version,
        user=run.user,
        arguments=tuple(run.arguments),
        verdict=_verdict(run),
        cluster=run.timeline.cluster,
        timeline=stages,
        open_functions=open_functions,
        findings=run.kept.all(),
        left_out=dict(run.kept.left_out),
        ignored=run.errors.ignored(),
        lines=run.interpreted.listed(),
        totals=_totals(run, end.line),
    )


def _totals(run: RunState, last_line: int) -> dict[str, int]:
    return {
        "lines": last_line - run.first_line + 1,
        "functions": run.functions,
        "interpreted": run.interpreted.total,
        "exits": run.interpreted.well,
        "errors": run.errors.total - run.errors.taken_back,
        "ignored": run.errors.taken_back,
        "open": len(run.stack) + run.deeper,
    }


def _verdict(run: RunState) -> Verdict:
    if run.unfinished:
        return Verdict.UNFINISHED
    if run.kept.codes() - NOTES:
        return Verdict.FAILED
    return Verdict.OK if run.closed or run.ended else Verdict.UNKNOWN


def _tell_errors(run: RunState) -> None:
    for chain in run.errors.for_good():
        innermost = chain.sites[0]
        within = " ".join([chain.within, *chain.sites])
        made = RESOURCES.search(within) is not None
        if made:
            run.timeline.failed("resources")
        code = "setup-log.resources-not-created" if made else "setup-log.error"
        error = f"0x{chain.cause.value:08X}"
        data = {"error": error, "number": str(chain.cause.low), "chain": " <- ".join(chain.sites)}
        data["function"] = chain.within
        run.kept.add(code, f"{innermost}: {error}", _told(chain), chain.first, data, chain.count)


def _tell_sequence(run: RunState, finished: bool) -> None:
    seen = run.timeline.seen
    for name in run.timeline.missing(finished=finished):
        later = next((seen[key] for key in reversed(seen) if key != name), None)
        place = later.place if later else Place(run.first_line, 0)
        run.kept.add("setup-log.script-missing", name, f"{name} is nowhere in this run of the set-up.", place)
    if came := run.timeline.out_of_order():
        run.kept.add("setup-log.out-of-order", came[0], " -> ".join(came), seen[came[0]].place)


def _tell_stop(run: RunState, stage: str, functions: tuple[OpenFunction, ...], last: str, end: Place) -> None:
    names = [function.name for function in functions]
    about = stage or (names[-1] if names else "the set-up")
    inside = f" inside {' -> '.join(names)}" if names else " without End of Setup"
    evidence = f'The last line is "{last[:LONGEST]}" at {run.when},{inside}.'
    data = {"functions": " -> ".join(names), "stage": stage}
    run.kept.add("setup-log.stopped", about, evidence, end, data)


def _told(chain: Chain) -> str:
    """An error in one text, its innermost cause first."""
    causes = "; ".join(str(code) for code in reversed(chain.codes))
    sites = f" At {chain.sites[0]}" + (f", then out through {', '.join(chain.sites[1:])}" if chain.sites[1:] else "")
    return f"{causes}.{sites}."


def shrunk(run: Run, most: int) -> Run:
    """An earlier run with fewer findings, the rest counted."""
    left_out = dict(run.left_out)
    for finding in run.findings[most:]:
        left_out[finding.code] = left_out.get(finding.code, 0) + int(finding.data.get("count", "1"))
    return replace(run, findings=run.findings[:most], lines=run.lines[:most], left_out=left_out)
