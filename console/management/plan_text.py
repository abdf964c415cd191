"""A plan as text for a terminal: what will be done, in order, and what it rests on."""

from collections.abc import Iterator

from console.domain.checks import Verdict
from console.domain.plan import Plan, Step
from console.domain.procedures import Mode
from console.domain.procedures.goals import PlannedGoal
from console.domain.procedures.kinds import is_procedure
from console.models.operations import STAYING_KINDS

SHOWN_CHANGES = 20
"""Changes of one step that are written out; the plan's page shows them all."""


def plan_lines(plan: Plan, number: int) -> Iterator[str]:
    """The plan, line by line."""
    stays = is_procedure(plan.kind) or plan.kind in STAYING_KINDS
    yield f"Plan {number}: {plan.kind} of {plan.cluster}{'' if stays else f', from {plan.source} to {plan.target}'}"
    directory = f"directory: {plan.controller}; " if plan.controller else ""
    yield f"  {directory}expires {plan.expires:%F %T %Z}; hash {plan.hash[:16]}"
    if not stays:
        yield f"  mailboxes: {plan.membership.count}, of which {plan.membership.changing} change"
    for note in plan.notes:
        yield f"  note: {note}"
    yield ""
    yield "Checks"
    for check in sorted(plan.checks, key=lambda c: c.verdict is Verdict.PASS):
        yield f"  [{check.verdict.value:^7}] {check.title}: {check.reason}"
        if check.verdict is not Verdict.PASS and check.remedy:
            yield f"            What to do: {check.remedy}"
        if check.verdict is Verdict.UNKNOWN:
            yield f"            To accept it as unknown: --accept {check.key}"
    yield ""
    yield "Steps"
    for position, step in enumerate(plan.steps, 1):
        yield from _step_lines(position, step)


def _setup_lines(step: Step) -> Iterator[str]:
    """What is said below the title of a procedure's step: its place in the guide, who does it, and how it stands."""
    goal, now = PlannedGoal.of(step), step.params["now"]
    who = "the console" if goal.mode is Mode.AUTOMATED else "a person"
    stands = f"“{step.params['told']}”" if step.params["told"] else f"{now['verdict']}: {now['reason']}"
    yield f"        {goal.at}, by {who}; now {stands}"
    stays = step.params["told"] or step.params.get("accepted")
    if who == "a person" and now["verdict"] != Verdict.PASS and not stays:
        yield f"        What to do: {goal.remedy}"


def _step_lines(position: int, step: Step) -> Iterator[str]:
    if step.no_return:
        yield "  ---- line of no return ----"
    marks = " (may be stopped before this)" if step.safe_point else ""
    yield f"  {position:>2}. {step.title}{marks}"
    if "procedure" in step.params:
        yield from _setup_lines(step)
    for command in step.commands:
        yield f"        {command.node}> {command.line}{' (detached)' if command.detached else ''}"
    for change in step.changes[:SHOWN_CHANGES]:
        yield f"        {change.dn}"
        for attribute in change.changes:
            yield from (f"          - {attribute.attribute}: {value}" for value in attribute.removed)
            yield from (f"          + {attribute.attribute}: {value}" for value in attribute.added)
    if len(step.changes) > SHOWN_CHANGES:
        yield f"        … and {len(step.changes) - SHOWN_CHANGES} more objects"
    if step.no_return:
        yield f"        cannot be taken back: {step.no_return}"
    elif step.undo and step.undo != "Changes nothing.":
        yield f"        taken back: {step.undo}"
