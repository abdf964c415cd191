"""Which mailboxes belong to a cluster: the rule, the frozen list, and how far the present may differ from it."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from console.domain import dn
from console.domain.directory import Mailbox
from console.domain.plan import Membership
from console.domain.switch.differences import mailbox_change, mailbox_remarks
from console.domain.switch.direction import Direction

RULE = "every person in the domain whose homeMDB is a mailbox store of {primary} or {standby}"
REMARKS_SHOWN = 50


@dataclass(frozen=True)
class Survey:
    """The membership of a plan, with the list that goes beside it."""

    membership: Membership
    guids: frozenset[str]
    remarks: tuple[str, ...]
    """Values that name neither server, at most 50, the rest counted in the last line."""


def survey(direction: Direction, mailboxes: Iterable[Mailbox], tolerance: int) -> Survey:
    """Count `mailboxes` and what changes on them, per store, and freeze the list."""
    guids: set[str] = set()
    changing, per_store, remarks, more = 0, Counter[str](), list[str](), 0
    labels = {dn.key(s.dn): s.label for server in (direction.source, direction.target) for s in server.stores}
    for mailbox in mailboxes:
        guids.add(mailbox.guid)
        changing += mailbox_change(direction, mailbox) is not None
        per_store[labels.get(dn.key(mailbox.home_mdb), "another store")] += 1
        found = mailbox_remarks(direction, mailbox)
        room = REMARKS_SHOWN - len(remarks)
        remarks += found[:room]
        more += len(found[room:]) if room < len(found) else 0
    if more:
        remarks.append(f"... and {more} more values like these.")
    rule = RULE.format(primary=direction.view.primary.name, standby=direction.view.standby.name)
    membership = Membership(rule, len(guids), changing, digest(guids), dict(sorted(per_store.items())), tolerance)
    return Survey(membership, frozenset(guids), tuple(remarks))


def digest(guids: Iterable[str]) -> str:
    """SHA-256 over the sorted objectGUIDs, one a line."""
    return hashlib.sha256("".join(f"{guid}\n" for guid in sorted(guids)).encode()).hexdigest()


@dataclass(frozen=True)
class MembershipDrift:
    """How the mailboxes of now differ from a plan's list."""

    come: frozenset[str]
    gone: frozenset[str]

    @property
    def count(self) -> int:
        """How many differ."""
        return len(self.come) + len(self.gone)


def compare(planned: frozenset[str], now: frozenset[str]) -> MembershipDrift:
    """Which mailboxes came and which are gone since the plan."""
    return MembershipDrift(come=now - planned, gone=planned - now)
