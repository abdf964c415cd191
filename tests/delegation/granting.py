"""What a printed dsacls line does, done over LDAP: the line itself is read, nothing is taken from our code."""

import re
import struct
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import ldap3

from console.lab.directory.schema import schema
from tests.moves.people import DACL_ONLY

LINE = re.compile(r"^dsacls (?P<dn>\"[^\"]+\"|\S+)(?P<below> /I:S)? /G(?P<rights>( (\"[^\"]+\"|\S+))+)$")
RIGHT = re.compile(r"^(?P<account>[^:]+):RPWP;(?P<attribute>\w+)(;(?P<kind>\w+))?$")
READ_WRITE = 0x30
CHILDREN_ONLY = 0x02 | 0x08
BASE_GUIDS = {
    "servicePrincipalName": UUID("f3a64788-5306-11d1-a9c5-0000f80367c1"),
    "user": UUID("bf967aba-0de6-11d0-a285-00aa003049e2"),
    "inetOrgPerson": UUID("4828cc14-1437-45bc-9b07-ad6f015e5f28"),
}


@dataclass(frozen=True)
class Granted:
    """One line, read."""

    dn: str
    account: str
    attributes: tuple[str, ...]
    kind: str


def read(line: str) -> Granted:
    """What the line says; fails for one that dsacls would not take."""
    found = LINE.match(line)
    assert found, line
    rights = [RIGHT.match(word.strip('"')) for word in re.findall(r"\"[^\"]+\"|\S+", found["rights"])]
    assert all(rights), line
    (kind,) = {right["kind"] or "" for right in rights if right}
    (account,) = {right["account"] for right in rights if right}
    assert bool(kind) == bool(found["below"]), line
    return Granted(found["dn"].strip('"'), account, tuple(right["attribute"] for right in rights if right), kind)


def grant(connection: Any, lines: tuple[str, ...], sids: dict[str, bytes]) -> None:
    """Do what the lines say, adding to the access lists; `sids` tells the accounts by name."""
    for line in lines:
        one = read(line)
        old = access_list(connection, one.dn)
        added = [_entry(one, attribute, sids[one.account]) for attribute in one.attributes]
        put_access_list(connection, one.dn, _with(old, added))


def access_list(connection: Any, dn: str) -> bytes:
    """The object's descriptor, with the access list alone."""
    return _value(connection, dn, "nTSecurityDescriptor", DACL_ONLY)


def put_access_list(connection: Any, dn: str, descriptor: bytes) -> None:
    """Put a descriptor in the place of the object's."""
    change = {"nTSecurityDescriptor": [(ldap3.MODIFY_REPLACE, [descriptor])]}
    assert connection.modify(dn, change, controls=DACL_ONLY), connection.result


def sid(connection: Any, dn: str) -> bytes:
    """The account's SID."""
    return _value(connection, dn, "objectSid")


def _value(connection: Any, dn: str, attribute: str, controls: Any = None) -> bytes:
    assert connection.search(dn, "(objectClass=*)", ldap3.BASE, attributes=[attribute], controls=controls), dn
    value: bytes = connection.response[0]["raw_attributes"][attribute][0]
    return value


def _guid(name: str) -> UUID:
    known = schema()
    found = BASE_GUIDS.get(name) or (known.attributes.get(name.lower()) or known.classes[name.lower()]).guid
    assert found is not None, name
    return found


def _entry(one: Granted, attribute: str, account: bytes) -> bytes:
    """An ACCESS_ALLOWED_OBJECT_ACE (MS-DTYP 2.4.4.3)."""
    flags, parts = (CHILDREN_ONLY, 3) if one.kind else (0, 1)
    body = struct.pack("<LL", READ_WRITE, parts) + _guid(attribute).bytes_le
    body += (_guid(one.kind).bytes_le if one.kind else b"") + account
    return struct.pack("<BBH", 5, flags, 4 + len(body)) + body


def _with(descriptor: bytes, added: list[bytes]) -> bytes:
    """The descriptor with more entries, before those that were inherited as the order wants it."""
    start = struct.unpack_from("<L", descriptor, 16)[0]
    revision, _, size, count, _ = struct.unpack_from("<BBHHH", descriptor, start)
    new = b"".join(added)
    head = struct.pack("<BBHHH", max(revision, 4), 0, size + len(new), count + len(added), 0)
    body = head + new + descriptor[start + 8 : start + size]
    control = struct.unpack_from("<H", descriptor, 2)[0] & 0xFFF0
    return struct.pack("<BBHLLLL", 1, 0, control | 0x8004, 0, 0, 0, 20) + body
