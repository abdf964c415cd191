"""A plan as text for a terminal: what will be done, in order, and what it rests on."""

from collections.abc import Iterator

from console.domain.checks import Verdict
from console.domain.plan import Plan, Step

SHOWN_CHANGES = 20
"""Changes of one step that are written out; the plan's page shows them all."""


def plan_lines(plan: Plan, number: int) -> Iterator[str]:
    """The plan, line by line."""
    yield f"Plan {number}: {plan.kind} of {plan.cluster}, from {plan.source} to {plan.target}"
    yield f"  directory: {plan.controller}; expires {plan.expires:%F %T %Z}; hash {plan.hash[:16]}"
    membership = plan.membership
    yield f"  mailboxes: {membership.count}, of which {membership.changing} change"
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


def _step_lines(position: int, step: Step) -> Iterator[str]:
    if step.no_return:
        yield "  ---- line of no return ----"
    marks = " (may be stopped before this)" if step.safe_point else ""
    yield f"  {position:>2}. {step.title}{marks}"
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
