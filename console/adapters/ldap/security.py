"""Reads security descriptors: who may do what to an object (MS-DTYP 2.4.4 to 2.4.6), and who is in a token."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from ldap3.protocol.microsoft import security_descriptor_control

from console.adapters.ldap.entries import complete, is_sid, sid_text
from console.domain.access_lists import AccessEntry
from console.domain.errors import Garbled
from console.domain.filters import AnyOf, Equal

if TYPE_CHECKING:
    from console.adapters.ldap.session import LdapSession

(DACL_ONLY,) = security_descriptor_control(criticality=False, sdflags=4)
"""Ask for the access list alone: owner and auditing need rights of their own (MS-ADTS 3.1.1.3.4.1.11)."""
ALLOWED, DENIED, ALLOWED_OBJECT, DENIED_OBJECT = 0, 1, 5, 6
INHERIT_ONLY = 0x08
HAS_OBJECT_TYPE, HAS_INHERITED_TYPE = 1, 2


def access_list(session: LdapSession, dn: str) -> tuple[AccessEntry, ...] | None:
    """The object's access list; None when the directory does not show it. Raises `ReachError`, `Garbled`."""
    raw = session.again(lambda: session.read_once(dn, ["nTSecurityDescriptor"], DACL_ONLY))
    values = complete(raw, lambda _dn, _attribute: None).get("ntsecuritydescriptor", []) if raw else []
    return parse(values[0]) if values else None


def token(session: LdapSession, dn: str) -> frozenset[str]:
    """The account's own SID and those of its groups, as far as the directory shows them. Raises `ReachError`."""
    raw = session.again(lambda: session.read_once(dn, ["objectSid", "tokenGroups"]))
    found = complete(raw, lambda _dn, _attribute: None) if raw else {}
    return frozenset(
        sid_text(value) for name in ("objectsid", "tokengroups") for value in found.get(name, []) if is_sid(value)
    )


def attribute_guids(session: LdapSession, names: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Each attribute, casefolded, to the GUIDs by which access lists know it: its own and that of its set.

    An attribute that the schema does not show is left out. Raises `ReachError`.
    """
    schema = f"CN=Schema,{session.controller().configuration_context}"
    what = AnyOf(tuple(Equal("lDAPDisplayName", name) for name in names))
    found = {}
    for entry in session.search(schema, what, ("lDAPDisplayName",), subtree=False):
        raw = session.again(lambda dn=entry.dn: session.read_once(dn, ["schemaIDGUID", "attributeSecurityGUID"]))  # type: ignore[misc]
        values = complete(raw, lambda _dn, _attribute: None) if raw else {}
        known = [*values.get("schemaidguid", []), *values.get("attributesecurityguid", [])]
        found[entry.one("lDAPDisplayName").casefold()] = frozenset(_guid(value) for value in known)
    return found


def parse(data: bytes) -> tuple[AccessEntry, ...]:
    """The entries of a self-relative descriptor's access list that allow or deny, in order. Raises `Garbled`."""
    try:
        start = struct.unpack_from("<L", data, 16)[0]
        if not start:
            return ()
        count = struct.unpack_from("<H", data, start + 4)[0]
        entries, at = [], start + 8
        for _ in range(count):
            size = struct.unpack_from("<H", data, at + 2)[0]
            entry = _entry(data[at : at + size])
            entries += [entry] if entry else []
            at += size
        return tuple(entries)
    except (struct.error, IndexError, ValueError) as error:
        raise Garbled("An object's access list cannot be read.") from error


def _entry(data: bytes) -> AccessEntry | None:
    """One entry; None for a kind that neither allows nor denies by itself (auditing, conditions)."""
    kind, flags = data[0], data[1]
    if kind not in (ALLOWED, DENIED, ALLOWED_OBJECT, DENIED_OBJECT):
        return None
    mask = struct.unpack_from("<L", data, 4)[0]
    at, object_type = 8, ""
    if kind in (ALLOWED_OBJECT, DENIED_OBJECT):
        parts = struct.unpack_from("<L", data, 8)[0]
        at = 12
        if parts & HAS_OBJECT_TYPE:
            object_type, at = _guid(data[at : at + 16]), at + 16
        at += 16 if parts & HAS_INHERITED_TYPE else 0
    allows = kind in (ALLOWED, ALLOWED_OBJECT)
    return AccessEntry(allows, mask, sid_text(data[at:]), object_type, bool(flags & INHERIT_ONLY))


def _guid(value: bytes) -> str:
    """A GUID as people write it."""
    return str(uuid.UUID(bytes_le=value))
