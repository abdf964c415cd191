"""Access lists of directory objects, and whom they let write an attribute (MS-DTYP 2.5.3, MS-ADTS 5.1.3)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

WRITE_PROPERTY = 0x20
GENERIC_WRITE, GENERIC_ALL = 0x40000000, 0x10000000
_WRITES = WRITE_PROPERTY | GENERIC_WRITE | GENERIC_ALL

EVERYBODY = frozenset({"S-1-1-0", "S-1-5-11"})
"""Everyone and Authenticated Users: in the token of each account without being listed as its groups."""
SELF = "S-1-5-10"
"""Stands in an access list for the account that the object itself is."""


@dataclass(frozen=True)
class AccessEntry:
    """One entry of an access list that allows or denies something."""

    allows: bool
    mask: int
    sid: str
    """Of the account or group that it is about."""
    object_type: str = ""
    """GUID of the attribute, or of the set of attributes, that it is about; empty when it is about all."""
    inherit_only: bool = False
    """It is handed down and says nothing about the object itself."""


def may_write(entries: Iterable[AccessEntry], sids: Collection[str], guids: Collection[str]) -> bool:
    """Whether the list lets an account with `sids` write an attribute known by `guids` (its own and its set's).

    The first entry that speaks of it decides; an attribute that no entry speaks of cannot be written.
    """
    for entry in entries:
        if entry.inherit_only or entry.sid not in sids or not entry.mask & _WRITES:
            continue
        if not entry.object_type or entry.object_type in guids:
            return entry.allows
    return False
