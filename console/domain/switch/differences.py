"""What a switch in one direction would change: pure, from what was read; empty where everything is already right."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.domain import dn
from console.domain.checks import Reason
from console.domain.directory import AttributeChange, DirectoryView, EntryChange, Mailbox, ServerObject
from console.domain.switch.direction import Direction
from console.domain.switch.names import foreign_holders, host_sentence, spn_claim, spn_release

PATCH = "msExchPatchMDB"
HOME_MDB, HOME_MTA, HOME_SERVER = "homeMDB", "homeMTA", "msExchHomeServerName"


def store_changes(direction: Direction) -> tuple[EntryChange, ...]:
    """Mark every store of the target so that it mounts files which the other server wrote (KB 251409)."""
    return tuple(
        EntryChange(store.dn, store.guid, (AttributeChange(PATCH, _flag(store.overwritable), ("TRUE",)),))
        for store in direction.target.stores
        if not store.overwritable
    )


def _flag(value: bool | None) -> tuple[str, ...]:
    return () if value is None else ("TRUE" if value else "FALSE",)


def pointer_changes(direction: Direction) -> tuple[EntryChange, ...]:
    """Routing masters, update services and address lists that name the source, to name the target."""
    return tuple(
        EntryChange(
            pointer.dn, pointer.guid, (AttributeChange(pointer.attribute, (pointer.value,), (direction.target.dn,)),)
        )
        for pointer in direction.view.pointers
        if dn.same(pointer.value, direction.source.dn)
    )


def mailbox_change(direction: Direction, mailbox: Mailbox) -> EntryChange | None:
    """What changes on `mailbox`; None when it is already right or only names servers that are not ours."""
    found = [
        AttributeChange(attribute, (before,), (after,))
        for attribute, before, after in (
            (HOME_MDB, mailbox.home_mdb, _new_store(direction, mailbox.home_mdb)),
            (HOME_MTA, mailbox.home_mta, _new_mta(direction, mailbox.home_mta)),
            (HOME_SERVER, mailbox.home_server, _new_server(direction, mailbox.home_server)),
        )
        if after
    ]
    return EntryChange(mailbox.dn, mailbox.guid, tuple(found)) if found else None


def _new_store(direction: Direction, value: str) -> str:
    store = direction.mailbox_stores.get(dn.key(value))
    return store.dn if store else ""


def _new_mta(direction: Direction, value: str) -> str:
    old = direction.source.mta_dn
    return direction.target.mta_dn if value and old and dn.same(value, old) else ""


def _new_server(direction: Direction, value: str) -> str:
    return direction.target.legacy_dn if value and value.casefold() == direction.source.legacy_dn.casefold() else ""


def mailbox_remarks(direction: Direction, mailbox: Mailbox) -> tuple[str, ...]:
    """A sentence for each value that names neither of the two servers and is therefore left alone."""
    stores = direction.mailbox_stores.keys() | direction.target_store_keys
    servers = {direction.source.legacy_dn.casefold(), direction.target.legacy_dn.casefold()}
    mtas = {dn.key(server.mta_dn) for server in (direction.source, direction.target)}
    named = (
        (HOME_MDB, mailbox.home_mdb, dn.key(mailbox.home_mdb) in stores),
        (HOME_MTA, mailbox.home_mta, dn.key(mailbox.home_mta) in mtas),
        (HOME_SERVER, mailbox.home_server, mailbox.home_server.casefold() in servers),
    )
    return tuple(
        f"{mailbox.dn}: {attribute} names neither server and is left alone: {value}"
        for attribute, value, ours in named
        if value and not ours
    )


def structure_changes(direction: Direction) -> Iterator[EntryChange]:
    """Everything but the mailboxes, in the order in which it is carried out."""
    yield from store_changes(direction)
    yield from (change for change in (spn_release(direction), spn_claim(direction)) if change)
    yield from pointer_changes(direction)


def problems(direction: Direction) -> tuple[Reason, ...]:
    """Why the switch must not be planned: stores without partner, names in foreign hands, missing legacy names."""
    found = [*direction.pairing.problems, *foreign_holders(direction.view)]
    for server in (direction.source, direction.target):
        if not server.legacy_dn:
            text = f"The server object {server.dn} has no legacyExchangeDN, so msExchHomeServerName cannot be computed."
            found.append(Reason(text, "Repair the server object first.", "directory.legacy-name", server.dn))
    if direction.source.mta_dn and not direction.target.mta_dn:
        text = f"{direction.target.name} has no Microsoft MTA object, so homeMTA of the mailboxes cannot follow."
        remedy = "Repair the installation of Exchange on that node so that the object exists."
        found.append(Reason(text, remedy, "directory.mta", direction.target.dn))
    return tuple(found)


@dataclass(frozen=True)
class Owner:
    """Which of the two servers the directory names now."""

    server: str
    """Empty when the service principal names are split between both, or nobody holds them."""
    mixed: str
    """What disagrees, as a sentence; empty when everything names one server."""


def directory_owner(view: DirectoryView) -> Owner:
    """Judge by who holds the primary's service principal names, and compare the pointers with it."""
    both = (view.primary, view.standby)
    holding = {server.name: _held(view, server) for server in both}
    missing = [name for name in view.mandatory_spns if not view.spn_holders[name.casefold()]]
    owners = [name for name, count in holding.items() if count]
    remarks = []
    if len(owners) == 2:
        remarks.append("the service principal names are split: " + ", ".join(f"{n} {c}" for n, c in holding.items()))
    if missing:
        remarks.append(f"nobody holds {', '.join(missing)}")
    owner = owners[0] if len(owners) == 1 else ""
    for pointer in view.pointers:
        for server in both:
            if dn.same(pointer.value, server.dn) and server.name != owner:
                remarks.append(f"{pointer.name} ({pointer.attribute}) names {server.name}")
    return Owner(owner, "; ".join(remarks))


def _held(view: DirectoryView, server: ServerObject) -> int:
    movable = {name.casefold() for name in (*view.mandatory_spns, *view.optional_spns)}
    return sum(1 for spn in view.computer_of(server).spns if spn.casefold() in movable)


@dataclass(frozen=True)
class Summary:
    """The switch in numbers and sentences, for the plan page."""

    stores: int
    names: int
    pointers: int
    sentences: tuple[str, ...]


def summary(direction: Direction) -> Summary:
    """Counts of what changes besides the mailboxes, and what a person should know."""
    release, claim = spn_release(direction), spn_claim(direction)
    names = claim or release
    sentences = [host_sentence(direction), *direction.view.notices]
    if direction.view.rights.domain_administrator:
        account = direction.view.rights.account
        sentences.append(f"{account} is a domain administrator; a delegated account with fewer rights is enough.")
    return Summary(
        stores=len(store_changes(direction)),
        names=sum(len((*c.before, *c.after)) for c in names.changes) if names else 0,
        pointers=len(pointer_changes(direction)),
        sentences=tuple(sentence for sentence in sentences if sentence),
    )
