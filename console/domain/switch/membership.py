"""Which mailboxes belong to a cluster: the rule, the frozen list, and how far the present may differ from it."""

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from console.domain import dn
from console.domain.directory import Mailbox
from console.domain.plan import Membership
from console.domain.switch.differences import mailbox_change, mailbox_remarks
from console.domain.switch.direction import Direction
from console.domain.switch.spool import Sorted

RULE = "every person in the domain whose homeMDB is a mailbox store of {primary} or {standby}"
REMARKS_SHOWN = 50


@dataclass(frozen=True)
class Survey:
    """The membership of a plan, and what a person should know about it."""

    membership: Membership
    remarks: tuple[str, ...]
    """Values that name neither server, at most 50, the rest counted in the last line."""


def survey(direction: Direction, mailboxes: Iterable[Mailbox], tolerance: int) -> Survey:
    """Count `mailboxes` and what changes on them, per store, and seal the list of who they are."""
    changing, per_store, remarks, more = 0, Counter[str](), list[str](), 0
    labels = {dn.key(s.dn): s.label for server in (direction.source, direction.target) for s in server.stores}
    with Sorted() as guids:
        for mailbox in mailboxes:
            guids.add(mailbox.guid)
            changing += mailbox_change(direction, mailbox) is not None
            per_store[labels.get(dn.key(mailbox.home_mdb), "another store")] += 1
            found = mailbox_remarks(direction, mailbox)
            room = REMARKS_SHOWN - len(remarks)
            remarks += found[:room]
            more += len(found[room:]) if room < len(found) else 0
        count, seal = _sealed(guids)
    if more:
        remarks.append(f"... and {more} more values like these.")
    rule = RULE.format(primary=direction.view.primary.name, standby=direction.view.standby.name)
    membership = Membership(rule, count, changing, seal, dict(sorted(per_store.items())), tolerance)
    return Survey(membership, tuple(remarks))


def no_mailboxes(why: str) -> Membership:
    """What a plan freezes that changes no mailbox, and why it changes none."""
    return Membership(why, 0, 0, digest(()))


def digest(guids: Iterable[str]) -> str:
    """SHA-256 over the sorted objectGUIDs, one a line."""
    with Sorted(guids) as ordered:
        return _sealed(ordered)[1]


def _sealed(guids: Sorted) -> tuple[int, str]:
    """How many there are, and their digest."""
    count, seal = 0, hashlib.sha256()
    for guid in guids:
        count += 1
        seal.update(f"{guid}\n".encode())
    return count, seal.hexdigest()


@dataclass(frozen=True)
class MembershipDrift:
    """How many mailboxes of now differ from a plan's list."""

    come: int
    gone: int

    @property
    def count(self) -> int:
        """How many differ."""
        return self.come + self.gone


def compare(planned: Sorted, now: Sorted) -> MembershipDrift:
    """How many mailboxes came and how many are gone since the plan."""
    come = gone = 0
    for _, found in groupby(heapq.merge(((g, 0) for g in planned), ((g, 1) for g in now)), itemgetter(0)):
        sides = [side for _, side in found]
        come += sides == [1]
        gone += sides == [0]
    return MembershipDrift(come, gone)
