"""Whether the console's account could give itself more: it may change permissions or owner of what it writes."""

from collections.abc import Iterable

from console.domain.directory import DirectoryView
from console.domain.ports import DirectorySession

OWNER_OR_ACCESS_LIST = 1 | 4
"""In sDRightsEffective: what of an object's security the bound account may change (MS-ADTS 3.1.1.4.5.21)."""


def changeable(session: DirectorySession, view: DirectoryView, more: Iterable[str] = ()) -> tuple[str, ...]:
    """The objects, of both computers, both servers and `more`, whose permissions the account may change.

    Raises `ReachError`.
    """
    names = [view.primary_computer.dn, view.standby_computer.dn, view.primary.dn, view.standby.dn, *more]
    return tuple(name for name in names if _may_change(session, name))


def _may_change(session: DirectorySession, name: str) -> bool:
    entry = session.read(name, ["sDRightsEffective"])
    told = entry.one("sDRightsEffective") if entry else ""
    return told.isdecimal() and bool(int(told) & OWNER_OR_ACCESS_LIST)
