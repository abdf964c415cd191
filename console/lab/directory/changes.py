"""Adding, changing and deleting entries by the rules of Active Directory: all of a change, or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from console.lab.directory import errors, names
from console.lab.directory.base_tree import HOST_ALIASES
from console.lab.directory.rights import Caller, may_write
from console.lab.directory.schema import SYSTEM_ATTRIBUTES, Attribute
from console.lab.directory.store import Entry, Store
from console.lab.directory.values import compare_form, stored_form, to_text

ADD, DELETE, REPLACE = 0, 1, 2

Record = Callable[..., None]


@dataclass(frozen=True)
class Change:
    """One line of a modify (RFC 4511 section 4.6): what to do with the values of one attribute."""

    operation: int
    attribute: str
    values: tuple[bytes, ...]


class Changes:
    """Every write to the store passes here; each changed attribute value is reported to `record`."""

    def __init__(self, store: Store, record: Record, now: Callable[[], datetime], namespace: str) -> None:
        self.store, self.record, self.now, self.namespace = store, record, now, namespace
        self.held_in_catalog: Callable[[str, str], bool] = lambda key, spn: False
        """Whether a catalog elsewhere says that another object than `key` holds a name."""

    def modify(self, dn: str, changes: Iterable[Change], caller: Caller, *, permissive: bool = False) -> None:
        """Applies every change to one entry or none of them.

        Raises DirectoryError: 16 unknown attribute or absent value, 19 broken constraint, 20 value already
        there, 32 no such object, 50 not allowed, 53 written by the system only, 65 class or mandatory rule.
        """
        entry = self.store.find(dn)
        draft: dict[str, list[bytes]] = {}
        for change in changes:
            attribute = self._writable(entry, change.attribute, caller)
            before = draft.get(attribute.key, entry.values.get(attribute.key, []))
            draft[attribute.key] = self._apply(attribute, before, change, permissive)
        self._check(entry.key, entry.structural, draft, caller, dict(entry.values))
        changed = [
            self._commit(entry, self.store.schema.attributes[name], values, caller) for name, values in draft.items()
        ]
        if any(changed):
            self._stamp(entry)

    def add(self, dn: str, attributes: dict[str, tuple[bytes, ...]], caller: Caller) -> Entry:
        """Creates an entry; the attributes carry objectClass.

        Raises DirectoryError: 32 no parent, 50 not an administrator, 65 class rules, 68 it exists, 16 and 19
        like `modify`.
        """
        if not caller.is_administrator:
            raise errors.insufficient_rights()
        key = self.store.key(dn)
        if key in self.store.entries:
            raise errors.already_exists(dn)
        if names.parent_key(key) not in self.store.entries:
            raise errors.no_such_object(self.store.nearest(key))
        structural = self._structural(attributes)
        draft = {
            self._known(name).key: [stored_form(self._known(name), value) for value in values]
            for name, values in attributes.items()
            if name.lower() != "objectclass"
        }
        self._check(key, structural, draft, caller, {})
        self._check_required(structural, {*draft, names.parse(dn)[0][0].lower(), "objectclass"})
        return self.create(dn, key, structural, draft, caller)

    def create(
        self, dn: str, key: str, structural: str, draft: dict[str, list[bytes]], caller: Caller | None = None
    ) -> Entry:
        """Inserts without checking; a caller of None keeps the effect log silent (loading the tree)."""
        now, usn = self.now(), self.store.next_usn()
        guid = uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.namespace}/{key}/{usn}")
        kind, value = names.parse(dn)[0]
        values = {**draft, kind.lower(): [value.encode()]}
        entry = Entry(dn, key, structural, guid, values, now, now, usn, usn)
        self.store.insert(entry)
        if caller is not None:
            self.record(
                kind="directory", subject=dn, attribute="(object)", before=(), after=(structural,), by=caller.name
            )
        return entry

    def delete(self, dn: str, caller: Caller) -> None:
        """Deletes a leaf. Raises DirectoryError: 32 no such object, 50 not allowed, 66 it has children."""
        entry = self.store.find(dn)
        if not caller.is_administrator:
            raise errors.insufficient_rights()
        if self.store.children.get(entry.key):
            text = "00002015: UpdErr: DSID-03100809, problem 6003 (CANT_ON_NON_LEAF), data 0"
            raise errors.DirectoryError(66, text)
        for holder, attribute, before in self.store.remove(entry):
            self._report(holder, attribute, before, holder.values.get(attribute.key, []), caller)
        self.record(
            kind="directory",
            subject=entry.dn,
            attribute="(object)",
            before=(entry.structural,),
            after=(),
            by=caller.name,
        )

    def _known(self, name: str) -> Attribute:
        attribute = self.store.schema.attribute(name)
        if attribute is None:
            raise errors.unknown_attribute(name)
        return attribute

    def _writable(self, entry: Entry, name: str, caller: Caller) -> Attribute:
        attribute = self._known(name)
        if attribute.key in SYSTEM_ATTRIBUTES or attribute.is_back_link:
            raise errors.unwilling(f"{attribute.name} is written by the directory itself", "000020AF")
        if attribute.key not in self.store.schema.allowed((entry.structural,)):
            raise errors.class_violation(attribute.name)
        if not may_write(caller, entry, attribute):
            raise errors.insufficient_rights()
        return attribute

    def _apply(self, attribute: Attribute, before: list[bytes], change: Change, permissive: bool) -> list[bytes]:
        if change.operation == REPLACE:
            return [stored_form(attribute, value) for value in change.values]
        if change.operation == ADD:
            return self._added(attribute, before, change.values, permissive)
        return self._deleted(attribute, before, change.values, permissive)

    def _added(
        self, attribute: Attribute, before: list[bytes], values: tuple[bytes, ...], permissive: bool
    ) -> list[bytes]:
        found = list(before)
        present = {compare_form(attribute, value) for value in before}
        for value in values:
            form = compare_form(attribute, value)
            if form in present:
                if permissive:
                    continue
                raise errors.value_exists(attribute.name)
            present.add(form)
            found.append(stored_form(attribute, value))
        return found

    def _deleted(
        self, attribute: Attribute, before: list[bytes], values: tuple[bytes, ...], permissive: bool
    ) -> list[bytes]:
        if not values:
            if not before and not permissive:
                raise errors.no_such_value(attribute.name)
            return []
        kept = {compare_form(attribute, value): value for value in before}
        for value in values:
            if kept.pop(compare_form(attribute, value), None) is None and not permissive:
                raise errors.no_such_value(attribute.name)
        return list(kept.values())

    def _check(
        self, key: str, structural: str, draft: dict[str, list[bytes]], caller: Caller, before: dict[str, list[bytes]]
    ) -> None:
        """The rules that hold for the outcome: number of values, targets, uniqueness, mandatory attributes."""
        required, allowed = self.store.schema.required(structural), self.store.schema.allowed((structural,))
        for name, values in draft.items():
            attribute = self.store.schema.attributes[name]
            if name not in allowed or (not values and name in required):
                raise errors.class_violation(attribute.name)
            if attribute.single and len(values) > 1:
                raise errors.value_exists(attribute.name)
            if attribute.is_dn:
                self._check_targets(attribute, values, before.get(name, []))
            if name == "serviceprincipalname":
                self._check_spns(key, values, before.get(name, []), caller)

    def _check_required(self, structural: str, present: set[str]) -> None:
        missing = sorted(
            self.store.schema.required(structural) - present - SYSTEM_ATTRIBUTES - {"cn", "samaccountname"}
        )
        if missing:
            raise errors.class_violation(f"missing {', '.join(missing)}")

    def _check_targets(self, attribute: Attribute, values: list[bytes], before: list[bytes]) -> None:
        known = {names.key(value.decode()) for value in before}
        for value in values:
            target = names.key(value.decode())
            if target not in known and target not in self.store.entries:
                raise errors.target_missing(attribute.name)

    def _check_spns(self, key: str, values: list[bytes], before: list[bytes], caller: Caller) -> None:
        """Names are unique in the forest; only administrators may take a name that another's HOST covers."""
        old = {value.decode().casefold() for value in before}
        for spn in (value.decode() for value in values if value.decode().casefold() not in old):
            kind, _, host = spn.partition("/")
            aliased = kind.casefold() in HOST_ALIASES and not caller.is_administrator
            if self._held_elsewhere(key, spn) or (aliased and self._held_elsewhere(key, f"HOST/{host}")):
                raise errors.spn_not_unique()

    def _held_elsewhere(self, key: str, spn: str) -> bool:
        return self.store.spn_held_elsewhere(key, spn) or self.held_in_catalog(key, spn)

    def _structural(self, attributes: dict[str, tuple[bytes, ...]]) -> str:
        """The most specific of the classes given, lower case."""
        given = next((values for name, values in attributes.items() if name.lower() == "objectclass"), ())
        try:
            chains = [self.store.schema.chain(value.decode()) for value in given]
        except KeyError as exc:
            raise errors.class_violation(f"the class {exc} is not in the schema") from exc
        if not chains:
            raise errors.class_violation("objectClass is missing")
        return max(chains, key=len)[-1].name.lower()

    def _commit(self, entry: Entry, attribute: Attribute, values: list[bytes], caller: Caller) -> bool:
        """Whether the values differ from those before."""
        before = entry.values.get(attribute.key, [])
        if before == values:
            return False
        self.store.put(entry, attribute.key, values)
        self._report(entry, attribute, before, values, caller)
        return True

    def _report(
        self, entry: Entry, attribute: Attribute, before: list[bytes], after: list[bytes], caller: Caller
    ) -> None:
        self.record(
            kind="directory",
            subject=entry.dn,
            attribute=attribute.name,
            before=tuple(to_text(attribute, value) for value in before),
            after=tuple(to_text(attribute, value) for value in after),
            by=caller.name,
        )

    def _stamp(self, entry: Entry) -> None:
        entry.usn, entry.changed = self.store.next_usn(), self.now()
