"""Security descriptors, made up by the lab when asked: who may write what follows from its delegation (MS-DTYP 2.4)."""

from __future__ import annotations

import struct
import zlib
from uuid import UUID

from console.lab.directory.definition import Forest
from console.lab.directory.rights import DELEGATED, DOMAIN_ADMINS, DOMAIN_COMPUTERS, DOMAIN_SID, DOMAIN_USERS, sid
from console.lab.directory.schema import Schema
from console.lab.directory.store import Entry

SPN_GUID = UUID("f3a64788-5306-11d1-a9c5-0000f80367c1")  # of servicePrincipalName, in the base schema
READ_WRITE_PROPERTY = 0x30
ALLOWED, ALLOWED_OBJECT = 0, 5
SELF_RELATIVE_WITH_DACL = 0x8004
HEADER = 20
FIRST_RID, RIDS = 1000, 1_000_000_000


def account_sid(name: str) -> bytes:
    """The SID of the account with that sAMAccountName: always the same, since the lab keeps none."""
    return sid(*DOMAIN_SID, FIRST_RID + zlib.crc32(name.casefold().encode()) % RIDS)


def sid_of(entry: Entry) -> list[bytes]:
    """objectSid: only what has a sAMAccountName is an account."""
    return [account_sid(name.decode()) for name in entry.values.get("samaccountname", ())[:1]]


def groups_of(entry: Entry) -> list[bytes]:
    """tokenGroups: the lab's accounts are in the group that each begins in, and no other."""
    if "samaccountname" not in entry.values:
        return []
    return [sid(*DOMAIN_SID, DOMAIN_COMPUTERS if entry.structural == "computer" else DOMAIN_USERS)]


def descriptor(forest: Forest, schema: Schema, entry: Entry) -> bytes:
    """nTSecurityDescriptor with an access list alone: administrators, and whoever the forest delegates to."""
    entries = [_ace(ALLOWED, sid(*DOMAIN_SID, DOMAIN_ADMINS))]
    for name in sorted(DELEGATED.get(entry.structural, ())):
        guid = SPN_GUID if name == "serviceprincipalname" else schema.attributes[name].guid
        assert guid is not None, f"{name} has no GUID in the lab's schema"
        entries += [_ace(ALLOWED_OBJECT, account_sid(account), guid) for account in _delegates(forest)]
    body = b"".join(entries)
    head = struct.pack("<BBHHH", 4, 0, 8 + len(body), len(entries), 0)
    return struct.pack("<BBHLLLL", 1, 0, SELF_RELATIVE_WITH_DACL, 0, 0, 0, HEADER) + head + body


def _delegates(forest: Forest) -> list[str]:
    people = [account.name for account in forest.accounts if account.role == "service"]
    nodes = [f"{name}$" for cluster in forest.clusters for name in (cluster.primary, cluster.standby)]
    return people + (nodes if forest.nodes_delegated else [])


def _ace(kind: int, account: bytes, attribute: UUID | None = None) -> bytes:
    about = struct.pack("<L", 1) + attribute.bytes_le if attribute else b""
    return struct.pack("<BBHL", kind, 0, 8 + len(about) + len(account), READ_WRITE_PROPERTY) + about + account
