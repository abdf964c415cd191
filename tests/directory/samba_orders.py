"""What samba_load.py is told to load: the schema extension, and a forest with its accounts and rights."""

from __future__ import annotations

from typing import Any

from console.lab.directory.definition import Forest
from console.lab.directory.entry import TreeEntry
from console.lab.directory.rights import delegation
from console.lab.directory.tree import exchange_tree
from tests.directory import schema_ldif


def schema_order(forest: Forest) -> dict[str, Any]:
    """The Exchange schema extension as LDIF: attributes, classes, changes of classes."""
    dn = forest.schema_dn
    return {
        "attributes": schema_ldif.attributes(dn),
        "classes": schema_ldif.classes(dn),
        "changes": schema_ldif.changes(dn),
    }


def tree_order(forest: Forest) -> dict[str, Any]:
    """Accounts, rights and objects of a forest; `later` sets links whose targets come after their holder."""
    tree = exchange_tree(forest)
    service = forest.account("service")
    return {
        "accounts": [
            {"name": account.name, "password": account.password}
            for account in forest.accounts
            if account.name != "Administrator"
        ],
        "delegation": [
            {"dn": dn, "class": kind, "attributes": names, "account": service.name}
            for dn, kind, names in delegation(forest)
        ],
        "entries": "".join(_added(item) for item in tree),
        "later": "".join(_modified(item) for item in tree if item.later),
    }


def _added(item: TreeEntry) -> str:
    return schema_ldif.record(item.dn, [(name, value) for name, values in item.attributes.items() for value in values])


def _modified(item: TreeEntry) -> str:
    lines = [schema_ldif.line("dn", item.dn), "changetype: modify"]
    for name, values in item.later.items():
        lines += [f"add: {name}", *(schema_ldif.line(name, value) for value in values), "-"]
    return "\n".join(lines) + "\n\n"
