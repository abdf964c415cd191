"""Answering searches: which entries match, and how each looks to the caller."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.lab.directory import access_lists, errors, wire
from console.lab.directory.definition import Forest
from console.lab.directory.filters import FilterCompiler
from console.lab.directory.rights import Caller, effective_attributes
from console.lab.directory.schema import Attribute
from console.lab.directory.store import Entry, Store

MAX_VALUES = 1500  # MaxValRange
BASE, ONE, SUBTREE = 0, 1, 2
_RANGE = re.compile(r"^(?P<name>[^;]+);range=(?P<low>\d+)-(?P<high>\d+|\*)$", re.IGNORECASE)


@dataclass(frozen=True)
class Selection:
    """The attributes that a search asks for; `wanted` maps lower-case names to (first, last) value."""

    everything: bool
    wanted: dict[str, tuple[int, int | None]]
    types_only: bool


def generalized_time(moment: datetime) -> bytes:
    """A time as the directory writes it: GeneralizedTime in UTC."""
    return moment.strftime("%Y%m%d%H%M%S.0Z").encode()


def select(attributes: Iterable[bytes], types_only: bool) -> Selection:
    """Reads the attribute list of a search; `attr;range=low-high` asks for a part of the values."""
    names = [item.decode("utf-8", "replace") for item in attributes]
    wanted: dict[str, tuple[int, int | None]] = {}
    for name in names:
        found = _RANGE.match(name)
        if found:
            high = None if found["high"] == "*" else int(found["high"])
            wanted[found["name"].lower()] = (int(found["low"]), high)
        else:
            wanted[name.lower()] = (0, None)
    return Selection(not names or "*" in names, wanted, types_only)


class Reader:
    """Reads entries of the store as a caller sees them."""

    def __init__(self, forest: Forest, store: Store) -> None:
        self.forest, self.store, self.schema = forest, store, store.schema
        self.compiler = FilterCompiler(self.schema, self.values, forest.schema_dn)
        self.back_links = [item for item in self.schema.attributes.values() if item.is_back_link]

    def matches(self, base: Entry, scope: int, node: Any) -> list[Entry]:
        """The entries of the scope for which the filter is true."""
        test = self.compiler.compile(node)
        scopes = {BASE: lambda: [base], ONE: lambda: self.store.one_level(base)}
        candidates = scopes.get(scope, lambda: self.store.walk(base))()
        return [entry for entry in candidates if test(entry)]

    def values(self, entry: Entry, attribute: Attribute) -> list[bytes]:
        """The values of one attribute, stored or computed."""
        found = entry.values.get(attribute.key)
        if found is not None:
            return found
        if attribute.is_back_link:
            return self.store.back_link_values(entry, attribute)
        return self._computed(entry, attribute.key)

    def _computed(self, entry: Entry, name: str) -> list[bytes]:
        match name:
            case "objectclass":
                return [item.name.encode() for item in self.schema.chain(entry.structural)]
            case "objectcategory":
                category = self.schema.classes[entry.structural].category_cn
                return [f"CN={category},{self.forest.schema_dn}".encode()]
            case "objectguid":
                return [entry.guid.bytes_le]
            case "distinguishedname":
                return [entry.dn.encode()]
            case "name":
                return [entry.rdn_value.encode()]
            case "whenchanged" | "whencreated":
                return [generalized_time(entry.changed if name == "whenchanged" else entry.created)]
            case "objectsid":
                return access_lists.sid_of(entry)
            case "usnchanged" | "usncreated":
                return [str(entry.usn if name == "usnchanged" else entry.usn_created).encode()]
        return []

    def encoded(self, entry: Entry, selection: Selection, caller: Caller) -> Iterator[bytes]:
        """The wire form of every attribute that is asked for and there."""
        for name in self._names(entry, selection):
            low, high = selection.wanted.get(name, (0, None))
            attribute = self.schema.attributes.get(name)
            if attribute is None:
                yield from self._told_of_rights(entry, name, caller)
                continue
            if selection.types_only:
                if self.values(entry, attribute):
                    yield wire.attribute(attribute.name, ())
                continue
            yield from self._one(entry, attribute, low, high)

    def _told_of_rights(self, entry: Entry, name: str, caller: Caller) -> Iterator[bytes]:
        """What the directory makes up when asked: about the caller's rights, and everybody's."""
        match name:
            case "allowedattributeseffective":
                effective = effective_attributes(self.schema, caller, entry)
                yield wire.attribute("allowedAttributesEffective", [item.encode() for item in effective])
            case "sdrightseffective":
                every_part = "15" if caller.is_administrator else "0"
                yield wire.attribute("sDRightsEffective", [every_part.encode()])
            case "ntsecuritydescriptor":
                made = access_lists.descriptor(self.forest, self.schema, entry)
                yield wire.attribute("nTSecurityDescriptor", [made])
            case "tokengroups":
                yield wire.attribute("tokenGroups", access_lists.groups_of(entry))

    def _names(self, entry: Entry, selection: Selection) -> Iterable[str]:
        if not selection.everything:
            return selection.wanted
        computed = (
            "objectclass",
            "objectcategory",
            "objectguid",
            "distinguishedname",
            "name",
            "whenchanged",
            "whencreated",
            "usnchanged",
            "usncreated",
        )
        back = [item.key for item in self.back_links]
        return dict.fromkeys([*computed, *entry.values, *back, *(name for name in selection.wanted if name != "*")])

    def _one(self, entry: Entry, attribute: Attribute, low: int, high: int | None) -> Iterator[bytes]:
        stored = attribute.key in entry.values
        if stored and not low and high is None and attribute.key in entry.encoded:
            yield entry.encoded[attribute.key]
            return
        values = self.values(entry, attribute)
        if not values:
            return
        if low or high is not None or len(values) > MAX_VALUES:
            yield self._range(attribute, values, low, high)
            return
        found = wire.attribute(attribute.name, values)
        if stored:
            entry.encoded[attribute.key] = found
        yield found

    def _range(self, attribute: Attribute, values: list[bytes], low: int, high: int | None) -> bytes:
        """A part of the values, at most 1,500, named by its first and last number; `*` marks the end."""
        if low >= len(values):
            raise errors.operations_error()
        last = min(low + MAX_VALUES - 1, len(values) - 1, len(values) - 1 if high is None else high)
        mark = "*" if last == len(values) - 1 else str(last)
        return wire.attribute(f"{attribute.name};range={low}-{mark}", values[low : last + 1])
