"""Taking changes back: what an object shall hold again, from receipts and from what it holds now; pure but for reads.

A value is put back only where the value that was written still stands. Where somebody has changed it since, the
recorded change is planned all the same: the directory refuses it by compare-and-set, and it goes on the to-do list.
"""

import heapq
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from console.domain.directory import AttributeChange, DirectoryView, EntryChange, Mailbox
from console.domain.ports import DirectorySession, Entry
from console.domain.receipts import STANDING, Kept
from console.domain.switch.differences import HOME_MDB, HOME_MTA, HOME_SERVER
from console.domain.switch.names import SPN
from console.domain.switch.objects import address
from console.domain.switch.reading import mailboxes
from console.domain.switch.spool import Sorted
from console.domain.switch.values import same_value

Values = dict[str, tuple[str, ...]]
"""Attribute (casefolded) to its values."""


class Overtaken(Exception):
    """Somebody has changed a value since it was written."""


def taken_back(change: EntryChange, now: Mapping[str, tuple[str, ...]]) -> Values:
    """The values of the changed attributes once `change` is taken back from an object that holds `now`.

    Names of a service principal come and go one by one; every other attribute must hold what was written, or what
    was there before. Raises `Overtaken` when it holds something else.
    """
    return {c.attribute.casefold(): _back(c, now.get(c.attribute.casefold(), ())) for c in change.changes}


def _back(change: AttributeChange, now: tuple[str, ...]) -> tuple[str, ...]:
    if change.attribute.casefold() == SPN.casefold():
        kept = tuple(value for value in now if not _among(value, change.added))
        return (*kept, *(value for value in change.removed if not _among(value, kept)))
    if _same(now, change.after):
        return change.before
    if _same(now, change.before):
        return now
    raise Overtaken(f"{change.attribute} is {' and '.join(now) or 'not set'}")


def _among(value: str, values: Sequence[str]) -> bool:
    return any(same_value(value, other) for other in values)


def _same(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    return len(ours) == len(theirs) and all(_among(value, theirs) for value in ours)


def as_recorded(change: EntryChange) -> EntryChange:
    """The plain inverse, whatever the object holds now."""
    return EntryChange(change.dn, change.guid, tuple(c.reversed() for c in change.changes))


@dataclass
class _Object:
    """One object while receipts are taken back: what it holds, and what it would hold after all of them."""

    change: EntryChange
    """The last change that was taken back; names the object."""
    read: Values | None
    """As it is now; None when it is gone."""
    after: Values
    names: dict[str, str]
    """Attribute names as they are written, by casefolded name."""
    step: str = ""
    """The step whose inverse was taken last."""
    overtaken: str = ""
    """What somebody else has made of it, empty when nobody has."""

    def net(self) -> EntryChange | None:
        """From what is read to what shall be, or the recorded inverse for the directory to refuse."""
        if self.overtaken:
            return as_recorded(self.change)
        read = self.read or {}
        parts = [
            AttributeChange(self.names[key], read.get(key, ()), value)
            for key, value in self.after.items()
            if not _same(read.get(key, ()), value)
        ]
        return EntryChange(self.change.dn, self.change.guid, tuple(parts)) if parts else None


class ObjectsBack:
    """Takes the receipts of single objects, newest first, and tells what each object still has to be given back.

    What one receipt would restore counts as there for the next, so that a value that was changed twice comes back
    through both, and one that was put back at once is left alone.
    """

    def __init__(self, session: DirectorySession) -> None:
        self._session = session
        self._objects: dict[str, _Object] = {}

    def take(self, kept: Kept) -> None:
        """Take one receipt, its last change first."""
        for change, fate in reversed(list(kept.fates())):
            if fate in STANDING:
                self._take(kept.receipt.step, change)

    def _take(self, step: str, change: EntryChange) -> None:
        thing = self._object(change)
        thing.step, thing.change = step, change
        if thing.read is None:
            thing.overtaken = "it is gone"
            return
        try:
            thing.after |= taken_back(change, thing.after)
        except Overtaken as error:
            thing.overtaken = str(error)

    def _object(self, change: EntryChange) -> _Object:
        """The object as read once, with every attribute that was asked for so far."""
        key = change.guid or change.dn
        thing = self._objects.get(key) or _Object(change, {}, {}, {})
        wanted = {
            c.attribute.casefold(): c.attribute for c in change.changes if c.attribute.casefold() not in thing.names
        }
        if wanted:
            entry = self._session.read(address(change), list(wanted.values()))
            read = {name: entry.all(name) for name in wanted} if entry else None
            thing.read = None if read is None or thing.read is None else thing.read | read
            thing.after |= read or {}
            thing.names |= wanted
        return self._objects.setdefault(key, thing)

    def of(self, step: str) -> list[EntryChange]:
        """What is still to be given back, of the objects that this step's receipts were the last to name."""
        return [net for thing in self._objects.values() if thing.step == step and (net := thing.net())]

    def refused(self) -> frozenset[str]:
        """The keys of the steps with such an object."""
        return frozenset(thing.step for thing in self._objects.values() if thing.overtaken)

    def overtaken(self) -> list[str]:
        """A sentence's middle for each object that somebody else has changed since."""
        return [f"{thing.change.dn} ({thing.overtaken})" for thing in self._objects.values() if thing.overtaken]


@dataclass(frozen=True)
class MailboxBack:
    """A mailbox that receipts name: how it is taken back from what it holds now."""

    guid: str
    dn: str
    changes: tuple[AttributeChange, ...]
    """Empty when everything is back already."""
    overtaken: bool = False


def mailboxes_back(session: DirectorySession, view: DirectoryView, kept: Iterable[Kept]) -> Iterator[MailboxBack]:
    """Every mailbox of the receipts, once, in the order of their GUIDs. Memory does not grow with their number."""
    with Sorted() as recorded, Sorted() as present:
        for k in kept:
            for change, fate in k.fates():
                if fate in STANDING:
                    recorded.add(_recorded_line(change, k.number))
        for mailbox in mailboxes(session, view):
            present.add(f"{mailbox.guid}\t{json.dumps([mailbox.dn, *_three(mailbox)])}")
        for guid, changes, now in _joined(recorded, present):
            if changes:
                yield _mailbox_back(session, guid, changes, now)


def _recorded_line(change: EntryChange, number: int) -> str:
    """Sorts by object, then from the newest receipt to the oldest."""
    parts = [[c.attribute, c.before, c.after] for c in change.changes]
    return f"{change.guid}\t{10**9 - number:010}\t{json.dumps([change.dn, parts])}"


def _joined(recorded: Sorted, present: Sorted) -> Iterator[tuple[str, list[EntryChange], str]]:
    """For each GUID its recorded changes, newest first, and the line of what it holds now (empty when not read)."""
    sides = heapq.merge(((line, 0) for line in recorded), ((line, 1) for line in present), key=_guid_and_side)
    for guid, found in groupby(sides, lambda pair: pair[0].partition("\t")[0]):
        lines = list(found)
        changes = [_recorded_change(line) for line, side in lines if side == 0]
        yield guid, changes, next((line.partition("\t")[2] for line, side in lines if side == 1), "")


def _guid_and_side(pair: tuple[str, int]) -> tuple[str, int, str]:
    line, side = pair
    return line.partition("\t")[0], side, line


def _recorded_change(line: str) -> EntryChange:
    guid, _, body = line.split("\t", 2)
    dn, parts = json.loads(body)
    return EntryChange(dn, guid, tuple(AttributeChange(a, tuple(b), tuple(c)) for a, b, c in parts))


def _mailbox_back(session: DirectorySession, guid: str, changes: list[EntryChange], now: str) -> MailboxBack:
    """The newest changes first, each from what the one before would leave."""
    last = changes[0]
    read = _present(session, guid, now)
    if read is None:
        return MailboxBack(guid, last.dn, as_recorded(last).changes, overtaken=True)
    dn, values = read
    after = dict(values)
    try:
        for change in changes:
            after |= taken_back(change, after)
    except Overtaken:
        return MailboxBack(guid, dn, as_recorded(last).changes, overtaken=True)
    names = {c.attribute.casefold(): c.attribute for change in changes for c in change.changes}
    back = [AttributeChange(name, values[key], after[key]) for key, name in names.items()]
    return MailboxBack(guid, dn, tuple(c for c in back if not _same(c.before, c.after)))


def _present(session: DirectorySession, guid: str, line: str) -> tuple[str, Values] | None:
    """What the mailbox holds, from its line, or read by itself when it is of neither server any more."""
    if line:
        dn, *three = json.loads(line)
        return dn, _values(three)
    entry = session.read(f"<GUID={guid}>", ATTRIBUTES)
    return None if entry is None else (entry.dn, _of_entry(entry))


ATTRIBUTES = (HOME_MDB, HOME_MTA, HOME_SERVER)


def _three(mailbox: Mailbox) -> tuple[str, str, str]:
    return mailbox.home_mdb, mailbox.home_mta, mailbox.home_server


def _values(three: Sequence[str]) -> Values:
    return {name.casefold(): (value,) if value else () for name, value in zip(ATTRIBUTES, three, strict=True)}


def _of_entry(entry: Entry) -> Values:
    return {name.casefold(): entry.all(name) for name in ATTRIBUTES}


def mailboxes_left(
    session: DirectorySession, view: DirectoryView, wanted: Iterable[EntryChange], known: frozenset[str]
) -> Iterator[str]:
    """The DN of each mailbox that does not hold what `wanted` gives it, but for the `known` ones (casefolded DNs)."""
    with Sorted() as planned, Sorted() as present:
        for change in wanted:
            planned.add(_recorded_line(change, 0))
        for mailbox in mailboxes(session, view):
            present.add(f"{mailbox.guid}\t{json.dumps([mailbox.dn, *_three(mailbox)])}")
        for guid, changes, line in _joined(planned, present):
            if not changes or changes[0].dn.casefold() in known:
                continue
            read = _present(session, guid, line)
            if read is None or any(not _same(read[1][c.attribute.casefold()], c.after) for c in changes[0].changes):
                yield changes[0].dn
