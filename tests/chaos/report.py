"""What came of all cases: a table of faults and steps, the figures, and the last line."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.chaos.cases import parse
from tests.chaos.environment import LEASE_SECONDS
from tests.chaos.faults import FAULTS
from tests.chaos.result import Result
from tests.chaos.steps import WAYS

SHORT = {"succeeded": "✓", "": "–"}


def last_line(results: Sequence[Result]) -> str:
    """The sum in one line; a case that could not be judged counts as stuck, since nobody saw it end."""
    lost = sum(bool(result.lost) for result in results)
    twice = sum(bool(result.twice) for result in results)
    stuck = sum(bool(result.stuck or result.broken) for result in results)
    times = [result.resumed for result in results if result.resumed is not None]
    median, worst = (statistics.median(times), max(times)) if times else (0.0, 0.0)
    return (
        f"{len(results)} cases, {lost} lost, {twice} twice, {stuck} stuck, "
        f"resumed median {median:.1f} s worst {worst:.1f} s"
    )


def figures(results: Sequence[Result]) -> list[str]:
    """What else there is to know, a sentence each."""
    repeats = sum(result.repeats for result in results)
    asked = [answer for result in results for answer in result.answers]
    counts = ", ".join(f"{answer} {asked.count(answer)}" for answer in sorted(set(asked))) or "none"
    taken = sum(result.takeovers for result in results)
    return [
        f"Taken over by another worker: {taken} times.",
        f"Answers that a person had to give: {counts}.",
        f"Requests sent again that changed nothing: {repeats}.",
    ]


def complaints(result: Result) -> list[str]:
    """Everything that is wrong with a case, and the command that does it again."""
    found = [(word, text) for word in ("broken", "lost", "twice", "stuck") for text in getattr(result, word)]
    case = parse(result.case, result.seed)
    return [*(f"  {word}: {text}" for word, text in found), f"  again: {case.repeat}"] if found else []


def tables(results: Sequence[Result]) -> Iterator[str]:
    """For each way a table in Markdown: a row a step, a column a fault, in each cell how it came out."""
    for way, item in WAYS.items():
        mine = {tuple(result.case.split("/")[1:]): result for result in results if result.case.startswith(f"{way}/")}
        if not mine:
            continue
        faults = [fault for fault in FAULTS if any(key[1] == fault for key in mine)]
        yield f"\n### {way}\n"
        yield f"| step | {' | '.join(faults)} |"
        yield f"|---|{'---|' * len(faults)}"
        for step in item.steps:
            cells = [_cell(mine.get((step, fault))) for fault in faults]
            if any(cells):
                yield f"| {step} | {' | '.join(cells)} |"


def _cell(result: Result | None) -> str:
    if result is None:
        return ""
    words = result.word.split(" ")
    return " ".join(SHORT.get(word, word) for word in words)


OPENING = """\
# Chaos

Whether an operation survives is tried, not argued: real processes (pages, two workers, Redis, PostgreSQL, a lab),
and in every case one fault at one step of one operation. Afterwards the lab's own log of effects, the directory as an
independent client sees it, and the operation's record are held against the same operation without a fault.

`make chaos` runs every case and writes this page; `make chaos ARGS="--list"` lists them; a case that fails prints the
command that repeats it. What a case is made of lies in `tests/chaos/`. A worker that is stopped stands still until the
others are done; `make chaos ARGS="--case failover/mailboxes/stop --still 60"` has it do so for at least a minute.

One thing is not tried, since nothing could refuse it: a write that was sent and stays on the network until somebody has
moved the cluster back. A directory compares old values only, and they are the same again then. A late write is let in
before anybody goes back; a late command to a node afterwards, since nodes know whose turn it is.

## The faults

| fault | what happens |
|---|---|
"""


@dataclass(frozen=True)
class Run:
    """How the cases were carried out."""

    day: str
    database: str
    environments: int
    minutes: float
    cases: int
    """How many there are; not all of them were tried when the time that was given ran out."""


def page(results: Sequence[Result], run: Run) -> str:
    """The whole of docs/chaos.md."""
    faults = "\n".join(f"| {name} | {fault.sentence} |" for name, fault in FAULTS.items())
    tried = "" if len(results) == run.cases else f", in which {len(results)} of {run.cases} cases were tried"
    made = (
        f"Made on {run.day} on {run.database} with {run.environments} environments side by side, each with a lease of\n"
        f"{LEASE_SECONDS} s and a sweep every second, in {run.minutes:.0f} minutes{tried}. ✓ is an operation that\n"
        "succeeded and did exactly what it does without a fault; a word before it is what a person had to say."
    )
    told = [f"- {text}" for text in figures(results)]
    parts = [OPENING + faults, "\n## The outcome\n", f"{made}\n", f"**{last_line(results)}**\n", *told]
    return "\n".join([*parts, *tables(results)]) + "\n"
