"""A plan arranged for reading: worst checks first, steps by phase, and the lines that matter between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from console.domain.checks import Check, Verdict
from console.domain.plan import Plan, Step
from console.domain.planner import DIRECTORY_SWITCH, REPAIR
from console.domain.procedures.kinds import is_procedure
from console.web.numbers import grouped
from console.web.phrases import said

PHASES = {
    "recheck": gettext_noop("Look again"),
    "hand-over": gettext_noop("Hand over"),
    "directory": gettext_noop("Directory switch"),
    "bring-up": gettext_noop("Bring up"),
    "proof": gettext_noop("Prove"),
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
        Phase(key, said(PHASES.get(key, key.replace("-", " ").capitalize())), tuple(group))
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
    many, told = counts(plan), _told(counts(plan)) | {"what": _what(plan)}
    if is_procedure(plan.kind):
        by_person = sum(step.kind in PERSONAL for step in plan.steps)
        told |= {"many": grouped(by_person)}
        return _("%(what)s: %(steps)s, of which a person does %(many)s.") % told
    if plan.kind == REPAIR:
        return _("%(what)s: %(steps)s and %(commands)s.") % told
    mailboxes = ngettext("%(count)s mailbox", "%(count)s mailboxes", many.mailboxes)
    told |= {"mailboxes": mailboxes % {"count": grouped(many.mailboxes)}}
    return _("%(what)s: %(steps)s, %(commands)s, %(objects)s with %(attributes)s, and %(mailboxes)s.") % told


def _told(many: Counts) -> dict[str, str]:
    """How much of each, in words."""
    words = {
        "steps": ngettext("%(count)s step", "%(count)s steps", many.steps),
        "commands": ngettext("%(count)s command", "%(count)s commands", many.commands),
        "objects": ngettext("%(count)s directory object", "%(count)s directory objects", many.objects),
        "attributes": ngettext("%(count)s changed attribute", "%(count)s changed attributes", many.attributes),
    }
    return {name: text % {"count": grouped(getattr(many, name))} for name, text in words.items()}


def _what(plan: Plan) -> str:
    names = {"cluster": plan.cluster, "source": plan.source, "target": plan.target}
    if plan.kind != "undo":
        return _sentence(plan) % names
    moves = any(step.kind in ("group.move-back", "hand-over.back", "group.carry") for step in plan.steps)
    if moves:
        return _("Takes back an operation on %(cluster)s, back from %(source)s to %(target)s") % names
    return _("Takes back an operation on %(cluster)s, on %(target)s") % names


def _sentence(plan: Plan) -> str:
    if is_procedure(plan.kind):
        return _("Goes through the procedure on %(target)s and %(source)s, resting wherever a person is needed")
    if plan.by_force:
        return _("Brings Exchange on %(cluster)s up on %(target)s by force")
    if plan.kind == "takeover":
        return _("Brings Exchange on %(cluster)s up on %(target)s, without %(source)s")
    if plan.kind == REPAIR:
        return _("Repairs what was found on %(cluster)s")
    if plan.kind == DIRECTORY_SWITCH:
        return _("Brings the directory of %(cluster)s to %(target)s, which has the group")
    return _("Moves Exchange on %(cluster)s from %(source)s to %(target)s")
