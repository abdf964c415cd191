"""A plan arranged for reading: worst checks first, steps by phase, and the lines that matter between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from console.domain.checks import Check, Verdict
from console.domain.plan import Plan, Step
from console.domain.planner import DIRECTORY_SWITCH, REPAIR
from console.domain.procedures.kinds import is_procedure

PHASES = {
    "recheck": "Look again",
    "hand-over": "Hand over",
    "directory": "Directory switch",
    "bring-up": "Bring up",
    "proof": "Prove",
}
PERSONAL = ("setup.checked", "setup.confirmed")
"""The kinds of step that a person does."""
WORST_FIRST = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN, Verdict.PASS)


@dataclass(frozen=True)
class NumberedStep:
    """A step in its place, and what a person must know right before it."""

    number: int
    step: Step
    outage: bool
    """Mail goes down with this step."""
    last_safe: bool
    """The last step before which a stop still acts."""
    no_return: bool
    """The first step that cannot be taken back."""

    @property
    def attributes(self) -> int:
        """How many attributes it changes."""
        return sum(len(change.changes) for change in self.step.changes)


@dataclass(frozen=True)
class Phase:
    """Steps that belong together."""

    key: str
    title: str
    steps: tuple[NumberedStep, ...]


@dataclass(frozen=True)
class Counts:
    """How much a plan does."""

    steps: int
    commands: int
    objects: int
    attributes: int
    mailboxes: int


def phases(plan: Plan) -> tuple[Phase, ...]:
    """The plan's steps, numbered through and grouped by phase."""
    numbered = _numbered(plan.steps)
    return tuple(
        Phase(key, PHASES.get(key, key.replace("-", " ").capitalize()), tuple(group))
        for key, group in groupby(numbered, lambda item: item.step.phase)
    )


def _numbered(steps: Sequence[Step]) -> list[NumberedStep]:
    last = max((index for index, step in enumerate(steps) if step.safe_point), default=-1)
    line = next((index for index, step in enumerate(steps) if step.no_return), -1)
    return [
        NumberedStep(index + 1, step, bool(step.params.get("outage")), index == last, index == line)
        for index, step in enumerate(steps)
    ]


def counts(plan: Plan) -> Counts:
    """How many steps, commands, directory objects and attributes, and mailboxes."""
    changes = [change for step in plan.steps for change in step.changes]
    return Counts(
        steps=len(plan.steps),
        commands=sum(len(step.commands) for step in plan.steps),
        objects=len(changes),
        attributes=sum(len(change.changes) for change in changes),
        mailboxes=plan.membership.changing,
    )


def worst_first(checks: Iterable[Check]) -> list[Check]:
    """The checks, those that need reading first."""
    return sorted(checks, key=lambda check: WORST_FIRST.index(check.verdict))


def evidence(plan: Plan) -> list[Check]:
    """The checks on which a takeover rests, whatever their verdict; none for a planned move."""
    return [check for check in plan.checks if check.key.startswith("takeover.")]


def summary(plan: Plan) -> str:
    """The plan in one sentence."""
    many = counts(plan)
    if is_procedure(plan.kind):
        by_person = sum(step.kind in PERSONAL for step in plan.steps)
        return f"{_what(plan)}: {_of(many.steps, 'step')}, of which a person does {by_person}."
    if plan.kind == REPAIR:
        return f"{_what(plan)}: {_of(many.steps, 'step')} and {_of(many.commands, 'command')}."
    return (
        f"{_what(plan)}: {_of(many.steps, 'step')}, "
        f"{_of(many.commands, 'command')}, {_of(many.objects, 'directory object')} with "
        f"{_of(many.attributes, 'changed attribute')}, and {_of(many.mailboxes, 'mailbox', 'mailboxes')}."
    )


def _what(plan: Plan) -> str:
    if is_procedure(plan.kind):
        return f"Goes through the procedure on {plan.target} and {plan.source}, resting wherever a person is needed"
    if plan.by_force:
        return f"Brings Exchange on {plan.cluster} up on {plan.target} by force"
    if plan.kind == "takeover":
        return f"Brings Exchange on {plan.cluster} up on {plan.target}, without {plan.source}"
    if plan.kind == REPAIR:
        return f"Repairs what was found on {plan.cluster}"
    if plan.kind == DIRECTORY_SWITCH:
        return f"Brings the directory of {plan.cluster} to {plan.target}, which has the group"
    if plan.kind != "undo":
        return f"Moves Exchange on {plan.cluster} from {plan.source} to {plan.target}"
    moves = any(step.kind in ("group.move-back", "hand-over.back", "group.carry") for step in plan.steps)
    where = f", back from {plan.source} to {plan.target}" if moves else f", on {plan.target}"
    return f"Takes back an operation on {plan.cluster}{where}"


def _of(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one if number == 1 else more or one + 's'}"
