"""A plan that was made again: whether it is still the plan that people approved, and if not, what became different."""

import heapq
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from console.domain import drift
from console.domain.checks import Check, Verdict
from console.domain.directory import EntryChange
from console.domain.plan import Plan, Step, canonical
from console.domain.switch.spool import Sorted

PASSING = frozenset({"now", "told", "count", "changing"})
"""Parameters of a step that tell how things stand when it is planned, not what it does."""
WORSE = (Verdict.PASS, Verdict.WARN, Verdict.UNKNOWN, Verdict.FAIL)
SEPARATOR = " "

MailboxRow = tuple[str, str, Sequence[Sequence[str]]]
"""objectGUID, DN, and [attribute, before, after] for each change."""


@dataclass(frozen=True)
class Moved:
    """How many mailboxes came, are gone, or are another's by now."""

    come: int = 0
    gone: int = 0
    changed: int = 0

    @property
    def count(self) -> int:
        """How many are not as they were."""
        return self.come + self.gone + self.changed

    def sentence(self) -> str:
        """For people; empty when none is different."""
        if not self.count:
            return ""
        return f"mailboxes: {self.come:,} came, {self.gone:,} are gone, {self.changed:,} are on another store"


@dataclass(frozen=True)
class Renewal:
    """What is different in a plan that was made again."""

    structural: tuple[str, ...] = ()
    """One clause each; any of them makes the approval void."""
    mailboxes: Moved = Moved()

    @property
    def same(self) -> bool:
        """Whether it is what was approved."""
        return not self.structural

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"structural": list(self.structural), "mailboxes": asdict(self.mailboxes)}


def compare(approved: Plan, renewed: Plan, before: Iterable[MailboxRow], now: Iterable[MailboxRow]) -> Renewal:
    """What became different between the plan that was approved and the same one made anew.

    `before` and `now` are their lists of mailboxes: they may differ by as many as the approved plan tolerates.
    """
    moved = mailboxes_moved(before, now)
    found = [*_ends(approved, renewed), *drift.differences(approved.structural, renewed.structural)]
    found += [*_steps(approved.steps, renewed.steps), *_checks(approved.checks, renewed.checks)]
    tolerance = approved.membership.tolerance
    if moved.count > tolerance:
        found.append(f"{moved.sentence()}, and {tolerance} may")
    if approved.membership.rule != renewed.membership.rule:
        found.append(f"which mailboxes belong to it: was {approved.membership.rule}, is {renewed.membership.rule}")
    return Renewal(tuple(dict.fromkeys(found)), moved)


def mailboxes_moved(before: Iterable[MailboxRow], now: Iterable[MailboxRow]) -> Moved:
    """How the lists differ, by objectGUID and by what changes on each; memory does not grow with them."""
    come = gone = changed = 0
    with Sorted(map(_line, before)) as old, Sorted(map(_line, now)) as new:
        merged = heapq.merge(((line, 0) for line in old), ((line, 1) for line in new))
        for _, group in groupby(merged, lambda item: item[0].split(SEPARATOR, 1)[0]):
            lines: tuple[list[str], list[str]] = ([], [])
            for line, side in group:
                lines[side].append(line)
            come += not lines[0]
            gone += not lines[1]
            changed += bool(lines[0] and lines[1] and lines[0] != lines[1])
    return Moved(come, gone, changed)


def _line(row: MailboxRow) -> str:
    guid, _, changes = row
    return f"{guid}{SEPARATOR}{json.dumps([list(change) for change in changes])}"


def _ends(approved: Plan, renewed: Plan) -> list[str]:
    told = {"kind": "kind", "source": "from", "target": "to", "controller": "domain controller"}
    pairs = {text: (getattr(approved, name), getattr(renewed, name)) for name, text in told.items()}
    return drift.differences({k: v[0] for k, v in pairs.items()}, {k: v[1] for k, v in pairs.items()})


def _steps(approved: Sequence[Step], renewed: Sequence[Step]) -> list[str]:
    before, now = {step.key: step for step in approved}, {step.key: step for step in renewed}
    found = [f"steps: “{before[key].title}” is not there any more" for key in before if key not in now]
    found += [f"steps: “{now[key].title}” is new" for key in now if key not in before]
    both = [key for key in before if key in now]
    if not found and [step.key for step in renewed] != both:
        found.append("steps: their order is another one")
    return found + [f"steps: “{before[key].title}” does something else" for key in both if _does(before[key], now[key])]


def _does(before: Step, now: Step) -> bool:
    return canonical(_meaning(before)) != canonical(_meaning(now))


def _meaning(step: Step) -> Mapping[str, Any]:
    """What a step does, without the words about it and the counts of mailboxes."""
    params = {name: value for name, value in step.params.items() if name not in PASSING}
    return {
        "kind": step.kind,
        "params": params,
        "commands": [asdict(command) for command in step.commands],
        "changes": [_change(change) for change in step.changes],
        "no_return": step.no_return,
        "repeatable": step.repeatable,
    }


def _change(change: EntryChange) -> Mapping[str, Any]:
    """A directory answers the values of an attribute in any order."""
    values = {one.attribute: [sorted(one.before), sorted(one.after)] for one in change.changes}
    return {"dn": change.dn, "guid": change.guid, "values": values}


def _checks(approved: Iterable[Check], renewed: Iterable[Check]) -> list[str]:
    """The checks that are worse than what was approved: somebody said yes without knowing that."""
    known = {(check.key, check.about): check.verdict for check in approved}
    found = []
    for check in renewed:
        was = known.get((check.key, check.about), Verdict.PASS)
        if WORSE.index(check.verdict) > WORSE.index(was):
            found.append(f"check “{check.title}”: was {was}, is {check.verdict}: {check.reason}")
    return found
