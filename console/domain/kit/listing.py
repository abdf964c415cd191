"""Which mailboxes a kit is for: what changed on a domain controller since it was last asked, by its own counter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from console.domain import dn
from console.domain.directory import DirectoryView, Mailbox
from console.domain.errors import Garbled
from console.domain.filters import AllOf, AtLeast, Equal
from console.domain.ports import DirectorySession
from console.domain.switch.reading import MAILBOX_ATTRIBUTES, mailbox_of, of_a_server

NIGHT = time(2, 0, tzinfo=UTC)
"""When every mailbox is read anew: deleted ones leave no trace in what changed."""


@dataclass(frozen=True)
class Mark:
    """Up to where changes are known: a controller's own counter says nothing about another's."""

    controller: str
    """The DN of its NTDS Settings."""
    usn: int


def mark(session: DirectorySession) -> Mark:
    """Where the controller's counter stands now; taken before a reading. Raises `Garbled`, `ReachError`."""
    root = session.read("", ("dsServiceName", "highestCommittedUSN"))
    text = root.one("highestCommittedUSN") if root else ""
    if root is None or not text.isdecimal():
        raise Garbled(f"The rootDSE of {session.directory.host} has no highestCommittedUSN.")
    return Mark(root.one("dsServiceName"), int(text))


def changed_since(session: DirectorySession, view: DirectoryView, usn: int) -> Iterator[tuple[Mailbox, bool]]:
    """Every person changed after `usn`, and whether it is a mailbox of one of the two servers now.

    One that was deleted, or has left the controller's domains, is not among them. Raises `ReachError`.
    """
    stores = {dn.key(s.dn) for server in (view.primary, view.standby) for s in server.stores if not s.public}
    what = AllOf((Equal("objectCategory", "person"), AtLeast("uSNChanged", usn + 1)))
    for base in view.controller.domain_contexts:
        for entry in session.search(base, what, MAILBOX_ATTRIBUTES):
            found = mailbox_of(entry)
            yield found, dn.key(found.home_mdb) in stores and not of_a_server(view, base, entry.dn)


def may_go_on(known: Mark, now: Mark) -> bool:
    """Whether what changed since `known` can be asked for: not on another controller, nor on one that was set back."""
    return known.controller == now.controller and 0 < known.usn <= now.usn


def night_between(then: datetime, now: datetime) -> bool:
    """Whether two o'clock at night (UTC) came between the two times."""
    last = datetime.combine(now.astimezone(UTC).date(), NIGHT)
    return then < (last if last <= now else last - timedelta(days=1))
