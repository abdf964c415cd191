"""The changes of a kit in the order in which they are applied: mount flags, names, mailboxes, the rest."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from console.domain import dn
from console.domain.checks import Refusal
from console.domain.directory import AttributeChange, ComputerObject, DirectoryView, EntryChange, Mailbox
from console.domain.ldif import by_value, modification, whole
from console.domain.switch.differences import PATCH, directory_owner, mailbox_change, pointer_changes, problems
from console.domain.switch.direction import Direction, direction_to
from console.domain.switch.names import SPN, spn_claim, spn_release

FLAGS, NAMES, MAILBOXES, REST = "flags", "names", "mailboxes", "rest"
PARTS = (FLAGS, NAMES, MAILBOXES, REST)
"""The order: a store that may not be mounted and a name that nobody has keep everyone out, a mailbox its owner."""


@dataclass(frozen=True)
class Record:
    """One record of LDIF with the part of the kit that it belongs to."""

    part: str
    dn: str
    text: str
    """Its lines, after an empty one, each with LF."""


def kit_records(view: DirectoryView, target: str, mailboxes: Iterable[Mailbox]) -> Iterator[Record]:
    """What makes the server `target` the owner, from the moment on when the other one is.

    Where the directory names `target` already, the records are those of the day after it was switched to the other
    server. All but the mount flags compare with the value from before; a flag has no value worth keeping, and one
    that Exchange took off since the kit was made must be set again, so it is written whatever is there.
    Raises `Refusal` when the switch itself could not be planned, `KeyError` for a server that is not the cluster's.
    """
    now = direction_to(view, target)
    if found := problems(now):
        raise Refusal(f"No kit can be made that points the directory at {target}.", found)
    back = _back(now)
    direction = direction_to(_after(view, back), target) if back else now
    yield from _flags(direction)
    yield from _names(direction)
    for mailbox in mailboxes:
        change = mailbox_change(direction, _moved(back, mailbox) if back else mailbox)
        if change:
            yield _record(MAILBOXES, change)
    for change in pointer_changes(direction):
        yield _record(REST, change)


def counted(records: Iterable[Record], count: Counter[str]) -> Iterator[Record]:
    """The same records, counted by part on their way."""
    for record in records:
        count[record.part] += 1
        yield record


def _back(direction: Direction) -> Direction | None:
    """The switch that has to come first: away from the target, where the directory names it and nobody else."""
    owner = directory_owner(direction.view)
    if owner.mixed or owner.server != direction.target.name:
        return None
    return Direction(direction.view, direction.target, direction.source)


def _after(view: DirectoryView, back: Direction) -> DirectoryView:
    """What would be read after the switch `back`, as far as the next one rests on it."""
    release, claim = spn_release(back), spn_claim(back)
    holders = dict(view.spn_holders)
    if release:
        holders.update({name.casefold(): () for name in release.changes[0].before})
    if claim:
        holders.update({name.casefold(): (claim.dn,) for name in claim.changes[0].after})
    pointers = tuple(
        replace(pointer, value=back.target.dn) if dn.same(pointer.value, back.source.dn) else pointer
        for pointer in view.pointers
    )
    return replace(
        view,
        primary_computer=_renamed(view.primary_computer, release, claim),
        standby_computer=_renamed(view.standby_computer, release, claim),
        spn_holders=holders,
        pointers=pointers,
    )


def _renamed(computer: ComputerObject, *changes: EntryChange | None) -> ComputerObject:
    """The account after those of `changes` that are its own."""
    spns = computer.spns
    for change in changes:
        if change and dn.same(change.dn, computer.dn):
            (names,) = change.changes
            spns = (*(spn for spn in spns if spn not in names.removed), *names.added)
    return replace(computer, spns=spns)


def _moved(back: Direction, mailbox: Mailbox) -> Mailbox:
    """The mailbox after the switch `back`."""
    change = mailbox_change(back, mailbox)
    values = {c.attribute.casefold(): c.after[0] for c in change.changes} if change else {}
    return replace(
        mailbox,
        home_mdb=values.get("homemdb", mailbox.home_mdb),
        home_mta=values.get("homemta", mailbox.home_mta),
        home_server=values.get("msexchhomeservername", mailbox.home_server),
    )


def _flags(direction: Direction) -> Iterator[Record]:
    for store in direction.target.stores:
        change = EntryChange(store.dn, store.guid, ())
        yield Record(FLAGS, store.dn, "".join(modification(change, whole(PATCH, ("TRUE",)))))


def _names(direction: Direction) -> Iterator[Record]:
    """Each name in a record of its own, all given up before one is taken: one that is amiss holds up no other."""
    changes = [change for change in (spn_release(direction), spn_claim(direction)) if change]
    for change in changes:
        (names,) = change.changes
        singly = [AttributeChange(SPN, (name,), ()) for name in names.removed]
        singly += [AttributeChange(SPN, (), (name,)) for name in names.added]
        for single in singly:
            yield _record(NAMES, replace(change, changes=(single,)))


def _record(part: str, change: EntryChange) -> Record:
    lines = [line for c in change.changes for line in by_value(c)]
    return Record(part, change.dn, "".join(modification(change, lines)))
