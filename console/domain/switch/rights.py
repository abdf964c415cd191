"""Which write rights a switch needs, and whether the bound account has them: the directory itself says."""

from collections.abc import Iterable, Iterator

from console.domain.directory import DirectoryView, Mailbox, ServerObject
from console.domain.ports import DirectorySession
from console.domain.switch.differences import HOME_MDB, HOME_MTA, HOME_SERVER, PATCH
from console.domain.switch.names import SPN

HOMES = (HOME_MDB, HOME_MTA, HOME_SERVER)


def missing_rights(session: DirectorySession, view: DirectoryView, sample: Iterable[Mailbox]) -> tuple[str, ...]:
    """`attribute on object` for each right that a switch in either direction needs and the account lacks.

    Of the mailboxes only `sample` is asked: an object with rights of its own shows itself when it is written.
    """
    return tuple(
        f"{attribute} on {name}"
        for name, attributes in needed(view, sample, (view.primary, view.standby))
        for attribute in _lacking(session, name, attributes)
    )


def _lacking(session: DirectorySession, name: str, attributes: tuple[str, ...]) -> list[str]:
    writable = session.writable(name)
    return [attribute for attribute in attributes if attribute.casefold() not in writable]


def needed(
    view: DirectoryView, sample: Iterable[Mailbox], servers: Iterable[ServerObject]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each object with what must be writable there; the mount flags of the stores of `servers` alone."""
    for server in servers:
        yield from ((store.dn, (PATCH,)) for store in server.stores)
    yield from ((computer.dn, (SPN,)) for computer in (view.primary_computer, view.standby_computer))
    yield from ((pointer.dn, (pointer.attribute,)) for pointer in view.pointers)
    yield from ((mailbox.dn, HOMES) for mailbox in sample)
