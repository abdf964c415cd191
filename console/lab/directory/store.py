"""The objects of the lab's directory in memory: look-up, walk, links in both directions, change stamps."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from console.lab.directory import errors, names
from console.lab.directory.schema import Attribute, Schema

GUID_FORM = "<GUID="


@dataclass(eq=False)
class Entry:
    """One object: values by lower-case attribute name; `encoded` keeps wire forms until the value changes."""

    dn: str
    key: str
    structural: str
    guid: uuid.UUID
    values: dict[str, list[bytes]]
    created: datetime
    changed: datetime
    usn_created: int
    usn: int
    encoded: dict[str, bytes] = field(default_factory=dict)

    @property
    def rdn_value(self) -> str:
        """The first value of its name, without what escapes it."""
        return names.parse(self.dn)[0][1]


class Store:
    """All entries of the forest. Not safe for threads by itself: the caller holds the server's lock."""

    def __init__(self, schema: Schema, contexts: tuple[str, ...]) -> None:
        self.schema = schema
        self.contexts = tuple(names.key(dn) for dn in contexts)
        self.entries: dict[str, Entry] = {}
        self.children: dict[str, dict[str, Entry]] = {}
        self.by_guid: dict[uuid.UUID, Entry] = {}
        self.referrers: dict[str, dict[str, dict[str, Entry]]] = {}
        self.spn_holders: dict[str, dict[str, Entry]] = {}
        self.usn = 5000

    def next_usn(self) -> int:
        """The number of the next change; each is given once."""
        self.usn += 1
        return self.usn

    def find(self, dn: str) -> Entry:
        """The entry of a name or of the `<GUID=...>` form.

        Raises DirectoryError 34 for a malformed name, 32 when there is none (naming the nearest ancestor).
        """
        if dn.upper().startswith(GUID_FORM):
            return self._by_guid(dn)
        key = self.key(dn)
        if key in self.entries:
            return self.entries[key]
        raise errors.no_such_object(self.nearest(key))

    def key(self, dn: str) -> str:
        """By which a name is looked up. Raises DirectoryError 34 for a malformed one."""
        try:
            return names.key(dn)
        except ValueError as exc:
            raise errors.invalid_dn(str(exc)) from exc

    def _by_guid(self, dn: str) -> Entry:
        text = dn[len(GUID_FORM) :].rstrip(">")
        try:
            guid = uuid.UUID(text) if "-" in text else uuid.UUID(bytes_le=bytes.fromhex(text))
        except ValueError as exc:
            raise errors.invalid_dn(f"{dn} is no GUID form of a name") from exc
        if guid not in self.by_guid:
            raise errors.no_such_object("")
        return self.by_guid[guid]

    def nearest(self, key: str) -> str:
        """The name of the closest object at or above `key`; empty when not even its naming context is there."""
        while key and key not in self.entries:
            key = names.parent_key(key)
        return self.entries[key].dn if key else ""

    def walk(self, base: Entry) -> Iterator[Entry]:
        """The base and its subtree, parents first, without the naming contexts that lie below it."""
        stack = [base]
        while stack:
            entry = stack.pop()
            yield entry
            stack.extend(
                child for child in reversed(self.children.get(entry.key, {}).values()) if child.key not in self.contexts
            )

    def one_level(self, base: Entry) -> list[Entry]:
        """What lies right below the base, without naming contexts."""
        return [child for child in self.children.get(base.key, {}).values() if child.key not in self.contexts]

    def insert(self, entry: Entry) -> None:
        """Adds an entry whose rules have been checked."""
        self.entries[entry.key] = entry
        self.children.setdefault(names.parent_key(entry.key), {})[entry.key] = entry
        self.by_guid[entry.guid] = entry
        for name, values in entry.values.items():
            self._index(entry, name, values)

    def put(self, entry: Entry, name: str, values: list[bytes]) -> None:
        """Replaces the values of one attribute and keeps every index in step; no values remove it."""
        self._unindex(entry, name)
        if values:
            entry.values[name] = values
        else:
            entry.values.pop(name, None)
        entry.encoded.pop(name, None)
        self._index(entry, name, values)

    def remove(self, entry: Entry) -> list[tuple[Entry, Attribute, list[bytes]]]:
        """Takes a leaf out of the tree.

        Returns the links that pointed to it, (holder, attribute, values before): linked attributes lose the
        value as on a real domain controller, other names stay as they were.
        """
        lost = []
        for name, holders in list(self.referrers.get(entry.key, {}).items()):
            attribute = self.schema.attributes[name]
            if attribute.link is None:
                continue
            for holder in list(holders.values()):
                before = holder.values[name]
                kept = [value for value in before if names.key(value.decode()) != entry.key]
                self.put(holder, name, kept)
                lost.append((holder, attribute, before))
        for name in list(entry.values):
            self._unindex(entry, name)
        del self.entries[entry.key], self.by_guid[entry.guid]
        del self.children[names.parent_key(entry.key)][entry.key]
        return lost

    def back_link_values(self, entry: Entry, back: Attribute) -> list[bytes]:
        """Names of the objects whose forward link points here."""
        forward = self.schema.links.get((back.link or 0) - 1)
        if forward is None:
            return []
        holders = self.referrers.get(entry.key, {}).get(forward.key, {})
        return [holder.dn.encode() for holder in holders.values()]

    def spn_held_elsewhere(self, entry_key: str, spn: str) -> bool:
        """Whether another entry holds the name. May be asked without the lock: the holders are copied at once."""
        return any(key != entry_key for key in tuple(self.spn_holders.get(spn.casefold(), ())))

    def _index(self, entry: Entry, name: str, values: list[bytes]) -> None:
        attribute = self.schema.attributes.get(name)
        if attribute is not None and attribute.is_dn:
            for value in values:
                target = names.key(value.decode())
                self.referrers.setdefault(target, {}).setdefault(name, {})[entry.key] = entry
        elif name == "serviceprincipalname":
            for value in values:
                self.spn_holders.setdefault(value.decode().casefold(), {})[entry.key] = entry

    def _unindex(self, entry: Entry, name: str) -> None:
        attribute = self.schema.attributes.get(name)
        for value in entry.values.get(name, ()):
            if attribute is not None and attribute.is_dn:
                self.referrers[names.key(value.decode())][name].pop(entry.key, None)
            elif name == "serviceprincipalname":
                self.spn_holders[value.decode().casefold()].pop(entry.key, None)
