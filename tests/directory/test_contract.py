"""What the lab's directory and a real domain controller answer alike; where they differ, both answers are here."""

from __future__ import annotations

import ssl
import uuid
from pathlib import Path
from typing import Any

import ldap3
import pytest
from ldap3.core.exceptions import LDAPExceptionError
from ldap3.utils.conv import escape_filter_chars

from console.lab.directory import Cluster, Forest
from console.lab.directory.certificates import Authority
from console.lab.directory.traps import AWKWARD_OUS, TRAPS
from tests.directory.backends import Backend
from tests.directory.conftest import Start

EVERY_PERSON = "(&(objectCategory=person)(homeMDB=*))"


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


# -- reading ------------------------------------------------------------------------------------------------


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
    cluster = Cluster("mail", "2007", "EXCHA", "EXCHB", mailboxes=3100)
    backend = start(Forest(clusters=(cluster,)))
    connection = backend.connect()
    store = backend.layout.store("EXCHA", "2007", "First Storage Group", "Mailbox Database")
    # Active Directory gives 1,500 at a time and ldap3 asks for the rest; Samba gives all at once.
    # 1,550 mailboxes, the system mailbox and the System Attendant point to this store.
    assert len(set(read(connection, store, "homeMDBBL")["homeMDBBL"])) == 1552


# -- changing -----------------------------------------------------------------------------------------------


def test_three_attributes_change_in_one_compare_and_set(backend: Backend) -> None:
    connection = backend.connect()
    dn, before = mailbox(backend, connection)
    after = homes_on(backend, "EXCHB")
    assert swap(connection, dn, **{name: (before[name], after[name]) for name in after}) == 0
    assert {name: values[0].decode() for name, values in read(connection, dn, *after).items()} == after


def test_old_values_may_differ_in_case_and_spacing(backend: Backend) -> None:
    connection = backend.connect()
    dn, before = mailbox(backend, connection)
    after = homes_on(backend, "EXCHB")
    old = {
        name: value.upper().replace(",", ", ") if name != "msExchHomeServerName" else value.upper()
        for name, value in before.items()
    }
    assert swap(connection, dn, **{name: (old[name], after[name]) for name in after}) == 0


def test_one_wrong_old_value_changes_nothing(backend: Backend) -> None:
    connection = backend.connect()
    dn, before = mailbox(backend, connection)
    after = homes_on(backend, "EXCHB")
    pairs = {name: (before[name], after[name]) for name in after}
    pairs["msExchHomeServerName"] = ("/o=Other", after["msExchHomeServerName"])
    assert swap(connection, dn, **pairs) == 16
    assert {name: values[0].decode() for name, values in read(connection, dn, *after).items()} == before


def test_a_second_value_of_a_single_valued_attribute_is_refused(backend: Backend) -> None:
    connection = backend.connect()
    dn, before = mailbox(backend, connection)
    connection.modify(dn, {"homeMTA": [(ldap3.MODIFY_ADD, [backend.layout.mta("EXCHB", "2003")])]})
    assert code(connection) == 20
    assert read(connection, dn, "homeMTA")["homeMTA"] == [before["homeMTA"].encode()]


@pytest.mark.parametrize("attribute", ["homeMDB", "homeMTA"])
def test_a_name_of_nothing_is_refused_as_a_target(backend: Backend, attribute: str) -> None:
    connection = backend.connect()
    dn, before = mailbox(backend, connection)
    missing = before[attribute].replace("CN=EXCHA", "CN=EXCHA0")
    assert swap(connection, dn, **{attribute: (before[attribute], missing)}) == 19
    assert "000020B5" in connection.result["message"]


def test_a_string_may_name_nothing(backend: Backend) -> None:
    connection = backend.connect()
    dn, before = mailbox(backend, connection)
    name = "msExchHomeServerName"
    assert swap(connection, dn, **{name: (before[name], before[name] + "0")}) == 0


def test_a_store_that_was_deleted_is_no_target(backend: Backend) -> None:
    connection, administrator = backend.connect(), backend.connect("administrator")
    dn, before = mailbox(backend, connection)
    target = store_of(backend, "EXCHB")
    administrator.delete(target)
    assert code(administrator) == 0
    assert swap(connection, dn, homeMDB=(before["homeMDB"], target)) == 19


def test_deleting_a_store_takes_it_from_its_mailboxes(backend: Backend) -> None:
    administrator = backend.connect("administrator")
    dn, before = mailbox(backend, administrator)
    administrator.delete(before["homeMDB"])
    assert code(administrator) == 0
    assert "homeMDB" not in {name for name, values in read(administrator, dn, "homeMDB").items() if values}


def test_a_replace_takes_the_place_of_every_value(backend: Backend) -> None:
    connection = backend.connect()
    store = store_of(backend, "EXCHB")
    assert read(connection, store, "msExchPatchMDB")["msExchPatchMDB"] == [b"FALSE"]
    connection.modify(store, {"msExchPatchMDB": [(ldap3.MODIFY_REPLACE, ["TRUE"])]})
    assert code(connection) == 0
    assert read(connection, store, "msExchPatchMDB")["msExchPatchMDB"] == [b"TRUE"]


def test_a_change_raises_the_change_number_and_no_change_does_not(backend: Backend) -> None:
    connection = backend.connect()
    store = store_of(backend, "EXCHB")
    stamps = [int(read(connection, store, "uSNChanged")["uSNChanged"][0])]
    for value in ("FALSE", "TRUE"):
        connection.modify(store, {"msExchPatchMDB": [(ldap3.MODIFY_REPLACE, [value])]})
        assert code(connection) == 0
        stamps.append(int(read(connection, store, "uSNChanged")["uSNChanged"][0]))
    assert stamps[0] == stamps[1] < stamps[2]


def test_an_attribute_that_no_schema_has_is_no_such_attribute(backend: Backend) -> None:
    connection = backend.connect("administrator")
    connection.modify(store_of(backend, "EXCHB"), {"msExchNoSuch": [(ldap3.MODIFY_REPLACE, ["1"])]})
    assert code(connection) == 16


def test_an_attribute_that_the_class_has_not_is_refused(backend: Backend) -> None:
    connection = backend.connect("administrator")
    connection.modify(store_of(backend, "EXCHB"), {"offLineABStyle": [(ldap3.MODIFY_REPLACE, ["1"])]})
    assert code(connection) == 65


def test_a_mandatory_attribute_stays(backend: Backend) -> None:
    connection = backend.connect("administrator")
    connection.modify(backend.layout.offline_address_list, {"offLineABServer": [(ldap3.MODIFY_DELETE, [])]})
    assert code(connection) == 65


def test_a_value_outside_the_range_is_refused(backend: Backend) -> None:
    connection = backend.connect("administrator")
    connection.modify(backend.layout.offline_address_list, {"offLineABSchedule": [(ldap3.MODIFY_REPLACE, [b"short"])]})
    # Samba calls a wrong length a wrong syntax, Active Directory a broken constraint.
    assert code(connection) == (21 if backend.is_samba else 19)


def test_the_permissive_control_forgives_what_is_so_already(backend: Backend) -> None:
    connection = backend.connect()
    dn = backend.layout.computer("EXCHA")
    control = [("1.2.840.113556.1.4.1413", True, None)]
    for action, spn in ((ldap3.MODIFY_ADD, "SMTP/EXCHA"), (ldap3.MODIFY_DELETE, "nothing/EXCHA")):
        connection.modify(dn, {"servicePrincipalName": [(action, [spn])]}, controls=control)
        assert code(connection) == 0


# -- service principal names --------------------------------------------------------------------------------


def test_a_name_that_another_account_holds_is_refused(backend: Backend) -> None:
    connection = backend.connect()
    dn = backend.layout.computer("EXCHB")
    connection.modify(dn, {"servicePrincipalName": [(ldap3.MODIFY_ADD, ["exchangeMDB/excha"])]})
    assert code(connection) == 19
    assert ("would cause a conflict" if backend.is_samba else "000021C7") in connection.result["message"]


def test_names_move_when_they_are_deleted_before_they_are_added(backend: Backend) -> None:
    connection = backend.connect()
    names = [
        f"{kind}/{host}" for kind in ("HOST", "exchangeMDB", "exchangeRFR") for host in ("excha.example.test", "EXCHA")
    ]
    primary, standby = backend.layout.computer("EXCHA"), backend.layout.computer("EXCHB")
    connection.modify(primary, {"servicePrincipalName": [(ldap3.MODIFY_DELETE, names)]})
    assert code(connection) == 0
    connection.modify(standby, {"servicePrincipalName": [(ldap3.MODIFY_ADD, names)]})
    assert code(connection) == 0
    held = {value.decode() for value in read(connection, standby, "servicePrincipalName")["servicePrincipalName"]}
    assert set(names) <= held
    left = {value.decode() for value in read(connection, primary, "servicePrincipalName")["servicePrincipalName"]}
    assert left == {f"{kind}/{host}" for kind in ("SMTPSVC", "SMTP") for host in ("excha.example.test", "EXCHA")}


def test_a_name_that_nobody_holds_cannot_be_deleted(backend: Backend) -> None:
    connection = backend.connect()
    connection.modify(
        backend.layout.computer("EXCHB"), {"servicePrincipalName": [(ldap3.MODIFY_DELETE, ["nothing/nowhere"])]}
    )
    assert code(connection) == 16


def test_a_name_that_the_other_holds_cannot_be_deleted_here(backend: Backend) -> None:
    connection = backend.connect()
    dn = backend.layout.computer("EXCHB")
    connection.modify(dn, {"servicePrincipalName": [(ldap3.MODIFY_DELETE, ["exchangeMDB/EXCHA"])]})
    # Samba looks at uniqueness before it looks at presence.
    assert code(connection) == (19 if backend.is_samba else 16)


def test_a_name_that_is_there_is_not_added_twice(backend: Backend) -> None:
    connection = backend.connect()
    dn = backend.layout.computer("EXCHB")
    connection.modify(dn, {"servicePrincipalName": [(ldap3.MODIFY_ADD, ["SMTP/EXCHB"])]})
    assert code(connection) == 20


def test_case_makes_no_second_name(backend: Backend) -> None:
    connection = backend.connect()
    dn = backend.layout.computer("EXCHB")
    connection.modify(dn, {"servicePrincipalName": [(ldap3.MODIFY_ADD, ["smtp/exchb"])]})
    # Samba stores both spellings; Active Directory calls them one value.
    assert code(connection) == (0 if backend.is_samba else 20)


# -- rights -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "attributes"),
    [
        ("mailbox", {"homeMDB", "homeMTA", "msExchHomeServerName"}),
        ("computer", {"servicePrincipalName"}),
        ("store", {"msExchPatchMDB"}),
        ("routing", {"msExchRoutingMasterDN"}),
        ("update", {"msExchAddressListServiceLink"}),
        ("list", {"offLineABServer"}),
        ("server", set()),
    ],
)
def test_the_service_account_may_write_what_a_switch_needs(backend: Backend, what: str, attributes: set[str]) -> None:
    connection, layout = backend.connect(), backend.layout
    objects = {
        "mailbox": mailbox(backend, connection)[0],
        "computer": layout.computer("EXCHA"),
        "store": store_of(backend, "EXCHB"),
        "routing": layout.routing_group("2003"),
        "update": f"CN=Recipient Update Service (EXAMPLE),{layout.update_services}",
        "list": layout.offline_address_list,
        "server": layout.server("EXCHA", "2003"),
    }
    found = read(connection, objects[what], "allowedAttributesEffective").get("allowedAttributesEffective", [])
    assert {value.decode() for value in found} == attributes


def test_the_administrator_may_write_more_and_the_reader_nothing(backend: Backend) -> None:
    store = store_of(backend, "EXCHB")
    name = "allowedAttributesEffective"
    assert {b"msExchPatchMDB", b"msExchEDBFile"} <= set(read(backend.connect("administrator"), store, name)[name])
    assert read(backend.connect("reader"), store, name).get(name, []) == []


def test_without_the_right_nothing_is_written(backend: Backend) -> None:
    store = store_of(backend, "EXCHB")
    reader, service = backend.connect("reader"), backend.connect()
    reader.modify(store, {"msExchPatchMDB": [(ldap3.MODIFY_REPLACE, ["TRUE"])]})
    service.modify(store, {"msExchEDBFile": [(ldap3.MODIFY_REPLACE, ["Y:\\other.edb"])]})
    assert (code(reader), code(service)) == (50, 50)
    assert read(reader, store, "msExchPatchMDB")["msExchPatchMDB"] == [b"FALSE"]


def test_an_administrator_adds_and_deletes(backend: Backend) -> None:
    administrator, service = backend.connect("administrator"), backend.connect()
    dn = f"OU=New,{backend.forest.base_dn}"
    service.add(dn, "organizationalUnit")
    assert code(service) == 50
    administrator.add(dn, "organizationalUnit", {"description": "made by a test"})
    assert code(administrator) == 0
    administrator.add(dn, "organizationalUnit")
    assert code(administrator) == 68
    administrator.delete(dn)
    assert code(administrator) == 0
    administrator.delete(dn)
    assert code(administrator) == 32


def test_what_has_children_is_not_deleted(backend: Backend) -> None:
    administrator = backend.connect("administrator")
    administrator.delete(f"OU=Staff,{backend.forest.base_dn}")
    assert code(administrator) == 66


# -- binding ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{name}@example.test", "EXAMPLE\\{name}", "CN={name},CN=Users,DC=example,DC=test"])
def test_an_account_binds_by_each_of_its_names(backend: Backend, form: str) -> None:
    account = backend.forest.account("service")
    connection = ldap3.Connection(backend.server(), user=form.format(name=account.name), password=account.password)
    assert connection.bind(), connection.result


def test_a_wrong_password_is_told_apart(backend: Backend) -> None:
    connection = ldap3.Connection(backend.server(), user="svc-changeover@example.test", password="wrong")
    assert not connection.bind()
    assert code(connection) == 49
    assert "data 52e" in connection.result["message"]


def test_an_unknown_account_is_refused(backend: Backend) -> None:
    connection = ldap3.Connection(backend.server(), user="nobody@example.test", password="wrong")
    assert not connection.bind()
    assert code(connection) == 49
    assert f"data {'52e' if backend.is_samba else '525'}" in connection.result["message"]


def test_a_password_in_clear_text_is_refused(backend: Backend) -> None:
    account = backend.forest.account("service")
    server = backend.server(port=backend.address.port, use_ssl=False)
    connection = ldap3.Connection(server, user=f"{account.name}@example.test", password=account.password)
    assert not connection.bind()
    assert code(connection) == 8


def test_start_tls_makes_the_line_fit_for_a_password(backend: Backend) -> None:
    account = backend.forest.account("service")
    server = backend.server(port=backend.address.port, use_ssl=False)
    connection = ldap3.Connection(server, user=f"{account.name}@example.test", password=account.password)
    connection.open()
    assert connection.start_tls()
    assert connection.bind(), connection.result
    assert read(connection, backend.layout.computer("EXCHA"), "cn")["cn"] == [b"EXCHA"]


def test_a_certificate_of_another_authority_is_not_believed(backend: Backend, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.crt"
    stranger.write_bytes(Authority("Stranger").pem())
    connection = ldap3.Connection(backend.server(tls=backend.tls(stranger)))
    with pytest.raises((LDAPExceptionError, ssl.SSLError)) as caught:
        connection.bind()
    assert "certificate verify failed" in str(caught.value).lower()
