"""How the contract tests ask and change a directory: ldap3, raw values, results as numbers."""

from __future__ import annotations

from typing import Any

import ldap3
from ldap3.utils.conv import escape_filter_chars

from tests.directory.backends import Backend


def read(connection: Any, dn: str, *attributes: str) -> dict[str, list[bytes]]:
    """Attributes of one object, raw; fails when it is not there."""
    assert connection.search(dn, "(objectClass=*)", ldap3.BASE, attributes=list(attributes)), connection.result
    return {name: values or [] for name, values in connection.response[0]["raw_attributes"].items()}


def entries(connection: Any) -> list[dict[str, Any]]:
    return [item for item in connection.response if item["type"] == "searchResEntry"]


def code(connection: Any) -> int:
    return int(connection.result["result"])


def swap(connection: Any, dn: str, **pairs: tuple[str, str]) -> int:
    """One modify that deletes the old value and adds the new one, for each attribute."""
    changes = {name: [(ldap3.MODIFY_DELETE, [old]), (ldap3.MODIFY_ADD, [new])] for name, (old, new) in pairs.items()}
    connection.modify(dn, changes)
    return code(connection)


def mailbox(backend: Backend, connection: Any) -> tuple[str, dict[str, str]]:
    """Some mailbox of the 2003 cluster with its three home attributes."""
    store = store_of(backend, "EXCHA")
    connection.search(
        backend.forest.base_dn,
        f"(homeMDB={escape_filter_chars(store)})",
        attributes=["homeMDB", "homeMTA", "msExchHomeServerName"],
    )
    found = next(item for item in entries(connection) if "OU=Staff" in item["dn"])
    return found["dn"], {name: values[0].decode() for name, values in found["raw_attributes"].items()}


def store_of(backend: Backend, server: str) -> str:
    return backend.layout.store(server, "2003", "First Storage Group", "Mailbox Store")


def homes_on(backend: Backend, server: str) -> dict[str, str]:
    layout = backend.layout
    return {
        "homeMDB": store_of(backend, server),
        "homeMTA": layout.mta(server, "2003"),
        "msExchHomeServerName": layout.legacy_server(server, "2003"),
    }
