"""What a change may do: asked of the lab's directory and of a real domain controller.

Where the two differ, both answers stand in the test.
"""

from __future__ import annotations

import ldap3
import pytest

from tests.directory.backends import Backend
from tests.directory.client import code, homes_on, mailbox, read, store_of, swap


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


def test_a_service_that_anothers_host_covers_is_for_administrators(backend: Backend) -> None:
    dn = backend.layout.computer("EXCHB")
    service, administrator = backend.connect(), backend.connect("administrator")
    service.modify(dn, {"servicePrincipalName": [(ldap3.MODIFY_ADD, ["cifs/EXCHA"])]})
    # Samba lets in whoever may write the names of both accounts; Active Directory calls the name not unique.
    assert code(service) == (0 if backend.is_samba else 19)
    administrator.modify(dn, {"servicePrincipalName": [(ldap3.MODIFY_ADD, ["spooler/EXCHA"])]})
    assert code(administrator) == 0


def test_a_control_that_is_unknown_and_critical_is_refused(backend: Backend) -> None:
    connection = backend.connect()
    assertion = ("1.3.6.1.1.12", True, None)
    change = {"msExchPatchMDB": [(ldap3.MODIFY_REPLACE, ["TRUE"])]}
    connection.modify(store_of(backend, "EXCHB"), change, controls=[assertion])
    assert code(connection) == 12
    assert read(connection, store_of(backend, "EXCHB"), "msExchPatchMDB")["msExchPatchMDB"] == [b"FALSE"]


@pytest.mark.parametrize("text", ["maybe", "1"])
def test_a_boolean_is_true_or_false(backend: Backend, text: str) -> None:
    connection = backend.connect()
    connection.modify(store_of(backend, "EXCHB"), {"msExchPatchMDB": [(ldap3.MODIFY_REPLACE, [text])]})
    assert code(connection) == 21


def test_a_target_that_is_no_name_is_refused(backend: Backend) -> None:
    connection = backend.connect()
    routing = backend.layout.routing_group("2003")
    connection.modify(routing, {"msExchRoutingMasterDN": [(ldap3.MODIFY_REPLACE, ["no name"])]})
    assert code(connection) == 34
