"""The tables of steps in docs/operations, as the planner writes them: the rest of those pages is written by hand."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from console.domain.plan import Plan, Step

BLOCK = re.compile(r"(<!-- steps: (?P<name>[^>]+) -->\n).*?(<!-- end of steps -->)", re.S)
NOTHING = "Changes nothing."


def with_steps(text: str, plans: Mapping[str, Plan]) -> str:
    """The page with each table of steps as the plan of its name has it."""
    return BLOCK.sub(lambda found: f"{found[1]}\n{table(plans[found['name']])}\n{found[3]}", text)


def table(plan: Plan) -> str:
    """Every step with the phase that it belongs to, its deadline, and how it is taken back."""
    rows = [_row(steps) for _, found in groupby(plan.steps, key=_sort) for steps in _split(list(found))]
    return "| phase | step | proved within | taken back |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"


def _sort(step: Step) -> tuple[str, str]:
    return step.phase, step.kind


def _split(steps: list[Step]) -> Iterator[list[Step]]:
    """Services one after the other are one row; two changes of the directory are two."""
    if steps[0].kind.startswith("service."):
        yield steps
    else:
        yield from ([step] for step in steps)


def _row(steps: list[Step]) -> str:
    first = steps[0]
    plain = re.sub(r"127(\.\d+){3}", "the floating IP", first.title)
    title = plain if len(steps) == 1 else f"{plain}, then {len(steps) - 1} more: {_others(steps)}"
    marks = " **(safe point)**" if first.safe_point else ""
    return f"| {first.phase} | {title}{marks} | {_span(first.within)} | {_back(first)} |"


def _others(steps: list[Step]) -> str:
    return ", ".join(str(step.params["service"]) for step in steps[1:])


def _back(step: Step) -> str:
    if step.no_return:
        return f"**never**: {step.no_return}"
    return "-" if step.undo == NOTHING else step.undo


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 and seconds % 60 == 0 else f"{seconds:.0f} s"
