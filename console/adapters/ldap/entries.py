"""Turn raw objects into the domain's entries: text values, GUIDs as people write them, ranges complete."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from console.adapters.ldap.wire import RawEntry
from console.domain.errors import ProtocolFault
from console.domain.ports import Entry

GUID = "objectguid"

MoreValues = Callable[[str, str], RawEntry | None]
"""Reads one object again: (its DN, attribute with range option)."""


@dataclass(frozen=True)
class Range:
    """A part of an attribute with very many values: `member;range=0-1499` (Active Directory, MaxValRange)."""

    attribute: str
    last: int | None
    """The index of the last value; None when nothing follows."""

    @classmethod
    def of(cls, name: str) -> "Range | None":
        """What an attribute's name says, or None when it is whole."""
        attribute, _, options = name.partition(";range=")
        if not options:
            return None
        end = options.partition("-")[2]
        if end != "*" and not (end.isascii() and end.isdecimal() and len(end) < 10):
            raise ProtocolFault(f"A directory gives part of the values of {attribute}, and not which part.")
        return cls(attribute, None if end == "*" else int(end))


def entry_of(raw: RawEntry, more: MoreValues) -> Entry:
    """The domain's entry; values that are not UTF-8 text are left out."""
    whole = complete(raw, more)
    texts = {name: tuple(_texts(values)) for name, values in whole.items() if name != GUID}
    return Entry(raw.dn, guid_text(whole.get(GUID, [])), {name: values for name, values in texts.items() if values})


def complete(raw: RawEntry, more: MoreValues) -> dict[str, list[bytes]]:
    """The attributes by casefolded name, with the rest of ranged ones read to their end."""
    found: dict[str, list[bytes]] = {}
    for name, values in raw.attributes.items():
        part = Range.of(name)
        key = (part.attribute if part else name).casefold()
        if values or not part:
            found[key] = [*values]
        while part and part.last is not None:
            before, (part, values) = part.last, _next_part(raw.dn, part, more)
            if part and part.last is not None and part.last <= before:
                raise ProtocolFault(f"A directory gives the same values of {part.attribute} again and again.")
            found[key] += values
    return found


def _next_part(dn: str, part: Range, more: MoreValues) -> tuple[Range | None, list[bytes]]:
    wanted = f"{part.attribute};range={(part.last or 0) + 1}-*"
    answer = more(dn, wanted)
    attributes: Mapping[str, list[bytes]] = answer.attributes if answer else {}
    for name, values in attributes.items():
        following = Range.of(name)
        if following and following.attribute.casefold() == part.attribute.casefold():
            return following, values
    return None, []


def _texts(values: list[bytes]) -> list[str]:
    texts = []
    for value in values:
        try:
            texts.append(value.decode())
        except UnicodeDecodeError:
            continue
    return texts


def guid_text(values: list[bytes]) -> str:
    """An objectGUID as `xxxxxxxx-xxxx-...`; the first three fields are little-endian (MS-DTYP 2.3.4.2)."""
    return str(uuid.UUID(bytes_le=values[0])) if values and len(values[0]) == 16 else ""


def is_sid(value: bytes) -> bool:
    """Whether it is as long as the number of its parts says."""
    return len(value) >= 8 and len(value) == 8 + 4 * value[1]


def sid_text(value: bytes) -> str:
    """A security identifier as `S-1-...` (MS-DTYP 2.4.2)."""
    count = value[1]
    parts = [int.from_bytes(value[8 + 4 * i : 12 + 4 * i], "little") for i in range(count)]
    return "-".join(["S", str(value[0]), str(int.from_bytes(value[2:8], "big")), *map(str, parts)])
