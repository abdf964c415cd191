"""What reading finds: asked of the lab's directory and of a real domain controller.

Where the two differ, both answers stand in the test.
"""

from __future__ import annotations

import uuid

import ldap3
import pytest
from ldap3.utils.conv import escape_filter_chars

from console.lab.directory import Cluster, Forest
from console.lab.directory.definition import StorageGroup, Store
from console.lab.directory.traps import AWKWARD_OUS, TRAPS
from tests.directory.backends import Backend
from tests.directory.client import code, entries, mailbox, read, store_of, swap
from tests.directory.conftest import Start

EVERY_PERSON = "(&(objectCategory=person)(homeMDB=*))"


def test_the_root_dse_is_read_without_a_bind(backend: Backend) -> None:
    connection = ldap3.Connection(backend.server())
    assert connection.bind()
    wanted = [
        "defaultNamingContext",
        "configurationNamingContext",
        "schemaNamingContext",
        "rootDomainNamingContext",
        "namingContexts",
        "dnsHostName",
        "dsServiceName",
        "serverName",
        "supportedControl",
        "supportedCapabilities",
        "supportedLDAPPolicies",
        "isSynchronized",
        "isGlobalCatalogReady",
        "highestCommittedUSN",
        "domainControllerFunctionality",
        "domainFunctionality",
        "forestFunctionality",
        "currentTime",
    ]
    found = read(connection, "", *wanted)
    absent = {"supportedLDAPPolicies"} if backend.is_samba and "supportedLDAPPolicies" not in found else set()
    assert set(wanted) - set(found) == absent
    forest = backend.forest
    assert found["defaultNamingContext"] == [forest.base_dn.encode()]
    assert found["configurationNamingContext"] == [forest.configuration_dn.encode()]
    assert found["dnsHostName"] == [b"dc1.example.test"]
    assert found["isSynchronized"] == [b"TRUE"]
    assert {b"1.2.840.113556.1.4.319", b"1.2.840.113556.1.4.1413", b"1.2.840.113556.1.4.1339"} <= set(
        found["supportedControl"]
    )
    assert b"1.2.840.113556.1.4.800" in found["supportedCapabilities"]


def test_it_tells_nothing_to_those_who_have_not_signed_in(backend: Backend) -> None:
    connection = ldap3.Connection(backend.server(), auto_referrals=False)
    assert connection.bind()
    connection.search(backend.forest.base_dn, "(objectClass=*)")
    assert code(connection) == 1
    assert entries(connection) == []


def test_a_search_in_pages_finds_every_mailbox_once(backend: Backend) -> None:
    connection = backend.connect()
    found = [
        item["dn"]
        for item in connection.extend.standard.paged_search(
            backend.forest.base_dn, EVERY_PERSON, attributes=["homeMDB"], paged_size=5, generator=True
        )
        if item["type"] == "searchResEntry"
    ]
    assert len(found) == len(set(found)) == 16


def test_pages_are_as_long_as_asked_for(backend: Backend) -> None:
    connection = backend.connect()
    connection.search(backend.forest.base_dn, EVERY_PERSON, paged_size=5)
    assert len(entries(connection)) == 5
    assert connection.result["controls"]["1.2.840.113556.1.4.319"]["value"]["cookie"]


def test_more_than_a_thousand_hits_need_pages(start: Start) -> None:
    backend = start(Forest(clusters=(Cluster("mail", "2003", "EXCHA", "EXCHB", mailboxes=1100),)))
    connection = backend.connect()
    connection.search(backend.forest.base_dn, EVERY_PERSON)
    # Samba gives everything, Active Directory the first 1,000 and sizeLimitExceeded.
    assert (code(connection), len(entries(connection))) == ((0, 1100) if backend.is_samba else (4, 1000))


def test_a_search_from_the_domain_refers_to_the_configuration(backend: Backend) -> None:
    connection = backend.connect()
    connection.search(backend.forest.base_dn, "(sAMAccountName=EXCHA$)")
    references = [url for item in connection.response if item["type"] == "searchResRef" for url in item["uri"]]
    assert references == [f"ldaps://example.test/{backend.forest.configuration_dn}"]


def test_the_domain_scope_control_leaves_references_out(backend: Backend) -> None:
    connection = backend.connect()
    connection.search(
        backend.forest.base_dn, "(sAMAccountName=EXCHA$)", controls=[("1.2.840.113556.1.4.1339", False, None)]
    )
    assert [item["type"] for item in connection.response] == ["searchResEntry"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("(sAMAccountName=excha$)", {"EXCHA"}),
        ("(&(objectCategory=computer)(cn=exch*))", {"EXCHA", "EXCHB", "EXCH07A", "EXCH07B"}),
        ("(&(objectCategory=computer)(cn=exch0*b))", {"EXCH07B"}),
        ("(&(objectClass=computer)(!(cn=EXCH0*))(cn=E*))", {"EXCHA", "EXCHB"}),
        ("(servicePrincipalName=host/excha)", {"EXCHA"}),
        ("(|(cn=EXCHA)(cn=exchb)(cn=nobody))", {"EXCHA", "EXCHB"}),
        (
            "(&(objectCategory=computer)(userAccountControl>=4096)(userAccountControl<=4097))",
            {"EXCHA", "EXCHB", "EXCH07A", "EXCH07B"},
        ),
        (
            "(&(objectCategory=computer)(userAccountControl:1.2.840.113556.1.4.803:=4096))",
            {"EXCHA", "EXCHB", "EXCH07A", "EXCH07B"},
        ),
        ("(&(cn=EXCH*)(!(noSuchAttribute=1)))", set()),
    ],
)
def test_filters_find_what_they_say(backend: Backend, text: str, names: set[str]) -> None:
    connection = backend.connect()
    connection.search(backend.forest.base_dn, text, attributes=["cn"])
    found = {item["raw_attributes"]["cn"][0].decode() for item in entries(connection)}
    # Samba reads a comparison with an attribute that no schema has as false, so that its negation is true.
    if "noSuchAttribute" in text and backend.is_samba:
        names = {"EXCHA", "EXCHB", "EXCH07A", "EXCH07B"}
    assert found == names


def test_one_level_stays_on_one_level(backend: Backend) -> None:
    connection = backend.connect()
    connection.search(backend.layout.admin_group("2003"), "(objectClass=*)", ldap3.LEVEL)
    assert {item["dn"].partition(",")[0] for item in entries(connection)} == {
        "CN=Servers",
        "CN=Routing Groups",
        "CN=Folder Hierarchies",
    }


def test_names_with_parentheses_are_found_when_escaped(start: Start) -> None:
    backend = start(TRAPS["server-in-store-names"])
    connection = backend.connect()
    store = backend.layout.store("EXCHA", "2003", "First Storage Group", "Mailbox Store (EXCHA)")
    connection.search(backend.forest.base_dn, f"(homeMDB={escape_filter_chars(store)})")
    assert len(entries(connection)) == 3  # two mailboxes of four, and the system mailbox of the store


def test_units_with_commas_and_other_special_characters_hold_people(start: Start) -> None:
    backend = start(TRAPS["awkward-units"])
    connection = backend.connect()
    for unit in AWKWARD_OUS:
        connection.search(f"{unit},{backend.forest.base_dn}", EVERY_PERSON, ldap3.LEVEL, attributes=["homeMDB"])
        assert len(entries(connection)) == 2, unit
        dn = entries(connection)[0]["dn"]
        assert read(connection, dn, "homeMDB")["homeMDB"]


def test_a_name_is_found_in_any_case_and_spacing(backend: Backend) -> None:
    connection = backend.connect()
    dn = backend.layout.computer("EXCHA").lower().replace(",", ", ")
    assert read(connection, dn, "sAMAccountName")["sAMAccountName"] == [b"EXCHA$"]


def test_an_object_is_found_and_changed_by_its_guid(backend: Backend) -> None:
    connection = backend.connect()
    dn, before = mailbox(backend, connection)
    guid = uuid.UUID(bytes_le=read(connection, dn, "objectGUID")["objectGUID"][0])
    by_guid = f"<GUID={guid}>"
    connection.search(by_guid, "(objectClass=*)", ldap3.BASE, attributes=["distinguishedName"])
    assert entries(connection)[0]["dn"] == dn
    target = store_of(backend, "EXCHB")
    connection.modify(by_guid, {"homeMDB": [(ldap3.MODIFY_DELETE, [before["homeMDB"]]), (ldap3.MODIFY_ADD, [target])]})
    assert code(connection) == 0
    assert read(connection, dn, "homeMDB")["homeMDB"] == [target.encode()]


def test_what_is_not_there_is_no_such_object(backend: Backend) -> None:
    connection = backend.connect()
    connection.search(f"OU=Nowhere,{backend.forest.base_dn}", "(objectClass=*)")
    assert code(connection) == 32
    assert swap(connection, f"CN=Nobody,{backend.forest.base_dn}", msExchHomeServerName=("/o=a", "/o=b")) == 32


def test_a_name_that_is_none_is_invalid(backend: Backend) -> None:
    connection = backend.connect()
    connection.search("this is no name", "(objectClass=*)")
    assert code(connection) == 34


def test_links_are_read_in_both_directions(backend: Backend) -> None:
    connection = backend.connect()
    dn, before = mailbox(backend, connection)
    source, target = store_of(backend, "EXCHA"), store_of(backend, "EXCHB")
    assert dn.encode() in read(connection, source, "homeMDBBL")["homeMDBBL"]
    stamp = read(connection, source, "uSNChanged")
    assert swap(connection, dn, homeMDB=(before["homeMDB"], target)) == 0
    assert dn.encode() in read(connection, target, "homeMDBBL")["homeMDBBL"]
    assert dn.encode() not in read(connection, source, "homeMDBBL").get("homeMDBBL", [])
    assert read(connection, source, "uSNChanged") == stamp


def test_more_than_1500_values_arrive_complete(start: Start) -> None:
    one_store = (StorageGroup("First Storage Group", (Store("Mailbox Database"),)),)
    cluster = Cluster("mail", "2007", "EXCHA", "EXCHB", one_store, mailboxes=1550)
    backend = start(Forest(clusters=(cluster,)))
    connection = backend.connect()
    store = backend.layout.store("EXCHA", "2007", "First Storage Group", "Mailbox Database")
    # Active Directory gives 1,500 at a time and ldap3 asks for the rest; Samba gives all at once.
    # 1,550 mailboxes, the system mailbox and the System Attendant point to this store.
    assert len(set(read(connection, store, "homeMDBBL")["homeMDBBL"])) == 1552
