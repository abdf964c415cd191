"""Loads schema, accounts, rights and tree into a provisioned Samba domain; runs under the system's Python.

Reads one JSON object from standard input: smb_conf, database, and either `schema` (attributes, classes,
changes as LDIF) or `tree` (accounts, delegation, entries, later). Samba's own modules belong to that Python.
"""

from __future__ import annotations

import json
import sys
import uuid
from typing import Any

import ldb
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.sd_utils import SDUtils

UPDATE_NOW = "dn:\nchangetype: modify\nadd: schemaUpdateNow\nschemaUpdateNow: 1\n"


def connect(order: dict[str, Any]) -> SamDB:
    """The domain's database as the system, with schema updates allowed."""
    settings = LoadParm()
    settings.load(order["smb_conf"])
    settings.set("dsdb:schema update allowed", "yes")
    return SamDB(url=order["database"], session_info=system_session(settings), lp=settings)


def load_schema(database: SamDB, schema: dict[str, Any]) -> None:
    """All attributes in one transaction, then each class, then the changes of classes that exist."""
    database.transaction_start()
    database.add_ldif(schema["attributes"])
    database.transaction_commit()
    database.modify_ldif(UPDATE_NOW)
    for text in schema["classes"]:
        database.add_ldif(text)
        database.modify_ldif(UPDATE_NOW)
    for text in schema["changes"]:
        database.modify_ldif(text)
    database.modify_ldif(UPDATE_NOW)


def load_tree(database: SamDB, tree: dict[str, Any]) -> None:
    """Accounts first, rights as early as their container exists, then the objects and their late links."""
    for account in tree["accounts"]:
        database.newuser(account["name"], account["password"])
    early = [grant for grant in tree["delegation"] if exists(database, grant["dn"])]
    for grant in early:
        allow(database, grant)
    database.transaction_start()
    database.add_ldif(tree["entries"])
    database.modify_ldif(tree["later"])
    database.transaction_commit()
    for grant in tree["delegation"]:
        if grant not in early:
            allow(database, grant)


def exists(database: SamDB, dn: str) -> bool:
    try:
        database.search(base=dn, scope=ldb.SCOPE_BASE, attrs=["cn"])
    except ldb.LdbError:
        return False
    return True


def allow(database: SamDB, grant: dict[str, Any]) -> None:
    """Lets the account write the attributes on every object of the class below the container."""
    kind = guid_of(database, grant["class"])
    found = database.search(expression=f"(sAMAccountName={grant['account']})", attrs=["objectSid"])
    sid = ndr_unpack(security.dom_sid, found[0]["objectSid"][0])
    for name in grant["attributes"]:
        SDUtils(database).dacl_add_ace(grant["dn"], f"(OA;CIIO;WP;{guid_of(database, name)};{kind};{sid})")


def guid_of(database: SamDB, name: str) -> uuid.UUID:
    """The schemaIDGUID of an attribute or class."""
    found = database.search(
        base=database.get_schema_basedn(), expression=f"(lDAPDisplayName={name})", attrs=["schemaIDGUID"]
    )
    return uuid.UUID(bytes_le=bytes(found[0]["schemaIDGUID"][0]))


def main() -> None:
    order = json.load(sys.stdin)
    database = connect(order)
    if "schema" in order:
        load_schema(database, order["schema"])
    if "tree" in order:
        load_tree(database, order["tree"])


if __name__ == "__main__":
    main()
