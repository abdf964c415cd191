"""Mailboxes that come, go, or are locked against the console's account while a move is planned or carried out."""

import struct
from typing import Any

import ldap3
from ldap3.protocol.microsoft import security_descriptor_control

from console.lab.directory.layout import Layout

DACL_ONLY = security_descriptor_control(sdflags=4)
DENIED, WRITE_PROPERTY = 1, 0x20
SELF_RELATIVE_WITH_DACL = 0x8004


def add_mailbox(connection: Any, layout: Layout, server: str, name: str) -> str:
    """A new user with a mailbox on an Exchange 2003 server's first store; gives its DN."""
    dn = f"CN={name},CN=Users,{layout.forest.base_dn}"
    homes = {
        "homeMDB": layout.store(server, "2003", "First Storage Group", "Mailbox Store"),
        "homeMTA": layout.mta(server, "2003"),
        "msExchHomeServerName": layout.legacy_server(server, "2003"),
    }
    account = {"sAMAccountName": name, "userAccountControl": "544"}
    assert connection.add(dn, "user", {**account, **homes}), connection.result
    return dn


def forbid_writing(connection: Any, dn: str, account_dn: str) -> None:
    """Deny the account every write to the object, before whatever else its access list grants (MS-DTYP 2.4)."""
    sid = _values(connection, account_dn, "objectSid")
    old = _values(connection, dn, "nTSecurityDescriptor", controls=DACL_ONLY)
    start = struct.unpack_from("<L", old, 16)[0]
    revision, _, size, count, _ = struct.unpack_from("<BBHHH", old, start)
    denied = struct.pack("<BBHL", DENIED, 0, 8 + len(sid), WRITE_PROPERTY) + sid
    head = struct.pack("<BBHHH", revision, 0, size + len(denied), count + 1, 0)
    rest = old[start + 8 : start + size]
    made = struct.pack("<BBHLLLL", 1, 0, SELF_RELATIVE_WITH_DACL, 0, 0, 0, 20) + head + denied + rest
    change = {"nTSecurityDescriptor": [(ldap3.MODIFY_REPLACE, [made])]}
    assert connection.modify(dn, change, controls=DACL_ONLY), connection.result


def _values(connection: Any, dn: str, attribute: str, controls: Any = None) -> bytes:
    assert connection.search(dn, "(objectClass=*)", ldap3.BASE, attributes=[attribute], controls=controls)
    value: bytes = connection.response[0]["raw_attributes"][attribute][0]
    return value
