"""A picture of a directory by an independent client, to compare what was before with what is after."""

from __future__ import annotations

from typing import Any

import ldap3

# What changes by itself or says nothing about the contents.
VOLATILE = frozenset(
    {
        "usnchanged",
        "usncreated",
        "whenchanged",
        "whencreated",
        "replpropertymetadata",
        "repluptodatevector",
        "dscorepropagationdata",
        "lastlogon",
        "lastlogontimestamp",
        "logoncount",
        "badpwdcount",
        "badpasswordtime",
        "lastlogoff",
        "modifiedcount",
        "ridnextrid",
        "ridavailablepool",
        "ridpreviousallocationpool",
        "ridallocationpool",
        "reps",
        "repsfrom",
        "repsto",
        "creationtime",
    }
)

Snapshot = dict[str, dict[str, frozenset[bytes]]]
Difference = dict[tuple[str, str], tuple[frozenset[bytes], frozenset[bytes]]]


def contexts(connection: Any) -> tuple[str, str]:
    """The domain's naming context and the Configuration container, from the rootDSE."""
    wanted = ["defaultNamingContext", "configurationNamingContext"]
    connection.search("", "(objectClass=*)", ldap3.BASE, attributes=wanted)
    found = connection.response[0]["raw_attributes"]
    return found[wanted[0]][0].decode(), found[wanted[1]][0].decode()


def snapshot(connection: Any, *bases: str) -> Snapshot:
    """Every object below the bases (default: domain and Configuration) with its values as sets.

    Raises AssertionError when a search does not end in success: half a picture compares as if it were whole.
    """
    found: Snapshot = {}
    for base in bases or contexts(connection):
        for entry in connection.extend.standard.paged_search(
            base, "(objectClass=*)", ldap3.SUBTREE, attributes=["*"], paged_size=500, generator=True
        ):
            if entry["type"] == "searchResEntry":
                found[entry["dn"]] = {
                    name: frozenset(values)
                    for name, values in entry["raw_attributes"].items()
                    if name.lower() not in VOLATILE and values
                }
        assert connection.result["result"] == 0, connection.result
    return found


def difference(before: Snapshot, after: Snapshot) -> Difference:
    """(name, attribute) -> (values before, values after) wherever they differ; absent counts as no values."""
    nothing: frozenset[bytes] = frozenset()
    found: Difference = {}
    for dn in before.keys() | after.keys():
        old, new = before.get(dn, {}), after.get(dn, {})
        for name in old.keys() | new.keys():
            if old.get(name, nothing) != new.get(name, nothing):
                found[dn, name] = old.get(name, nothing), new.get(name, nothing)
    return found
