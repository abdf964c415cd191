"""Whether the bound account may write what a switch writes: the directory itself says (allowedAttributesEffective)."""

from collections.abc import Iterable, Iterator

from console.domain.directory import DirectoryView, Mailbox
from console.domain.ports import DirectorySession
from console.domain.switch.differences import HOME_MDB, HOME_MTA, HOME_SERVER, PATCH
from console.domain.switch.names import SPN


def missing_rights(session: DirectorySession, view: DirectoryView, sample: Iterable[Mailbox]) -> tuple[str, ...]:
    """`attribute on object` for each right that a switch in either direction needs and the account lacks.

    Of the mailboxes only `sample` is asked: an object with rights of its own shows itself when it is written.
    """
    return tuple(
        f"{attribute} on {name}"
        for name, attributes in _needed(view, sample)
        for attribute in _lacking(session, name, attributes)
    )


def _lacking(session: DirectorySession, name: str, attributes: tuple[str, ...]) -> list[str]:
    writable = session.writable(name)
    return [attribute for attribute in attributes if attribute.casefold() not in writable]


def _needed(view: DirectoryView, sample: Iterable[Mailbox]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for server in (view.primary, view.standby):
        yield from ((store.dn, (PATCH,)) for store in server.stores)
    yield from ((computer.dn, (SPN,)) for computer in (view.primary_computer, view.standby_computer))
    yield from ((pointer.dn, (pointer.attribute,)) for pointer in view.pointers)
    yield from ((mailbox.dn, (HOME_MDB, HOME_MTA, HOME_SERVER)) for mailbox in sample)
