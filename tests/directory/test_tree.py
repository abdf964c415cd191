"""The forest as data: deterministic, complete, loadable, and each trap is really in it."""

from __future__ import annotations

from dataclasses import replace

import ldap3
import pytest
from ldap3.utils.conv import escape_filter_chars

from console.lab.directory import Cluster, Forest, demo_forest, names
from console.lab.directory.layout import Layout
from console.lab.directory.schema import schema
from console.lab.directory.traps import LAB_ONLY, TRAPS
from console.lab.directory.tree import exchange_tree
from tests.directory.backends import Backend, lab_backend
from tests.directory.conftest import FOREST, Start
from tests.directory.snapshot import difference, snapshot


def test_the_same_forest_has_the_same_tree_and_another_seed_other_people() -> None:
    assert exchange_tree(FOREST) == exchange_tree(FOREST)
    assert exchange_tree(FOREST) != exchange_tree(replace(FOREST, seed=2))


@pytest.mark.parametrize(
    "forest", [*TRAPS.values(), *LAB_ONLY.values(), demo_forest(30)], ids=[*TRAPS, *LAB_ONLY, "demo"]
)
def test_parents_and_targets_come_before_what_needs_them(forest: Forest) -> None:
    known = {names.key(dn) for dn in (forest.base_dn, forest.configuration_dn)}
    known |= {names.key(f"CN={name},{forest.base_dn}") for name in ("Users", "Computers")}
    known |= {names.key(f"CN=Services,{forest.configuration_dn}")}
    for item in exchange_tree(forest):
        key = names.key(item.dn)
        assert names.parent_key(key) in known, item.dn
        assert key not in known, f"{item.dn} is there twice"
        for name, values in item.attributes.items():
            attribute = schema().attribute(name)
            assert attribute is not None, name
            if attribute.is_dn:
                assert {names.key(str(value)) for value in values} <= known, (item.dn, name)
        known.add(key)


@pytest.mark.parametrize("forest", [FOREST, *TRAPS.values()], ids=["both", *TRAPS])
def test_every_object_obeys_the_schema(forest: Forest) -> None:
    known = schema()
    for item in exchange_tree(forest):
        kind = (str(item.attributes["objectClass"][0]),)
        present = {name.lower() for name in (*item.attributes, *item.later)}
        assert present - known.allowed(kind) == set(), item.dn
        for name, values in (item.attributes | item.later).items():
            attribute = known.attributes[name.lower()]
            assert len(values) == 1 or not attribute.single, (item.dn, name)


def test_each_server_has_ten_names_of_its_own() -> None:
    found = Layout(FOREST).spns("EXCHA")
    assert len(set(found)) == 10
    assert {"HOST/excha.example.test", "HOST/EXCHA", "SMTPSVC/EXCHA"} <= set(found)


def test_a_2007_organization_alone_has_no_update_service_and_no_streaming_file() -> None:
    forest = Forest(clusters=(Cluster("mail", "2007", "EXCHA", "EXCHB", mailboxes=1),))
    tree = exchange_tree(forest)
    assert not [item for item in tree if "msExchAddressListService" in item.attributes["objectClass"]]
    assert not [item for item in tree if "msExchSLVFile" in item.attributes]


def mailboxes_of(backend: Backend, server: str) -> set[str]:
    """Names of the people whose homeMDB lies below the server, read as a switch would."""
    connection = backend.connect()
    group = backend.layout.storage_group(server, "2003", "First Storage Group")
    connection.search(group, "(objectClass=msExchPrivateMDB)", attributes=["homeMDBBL"])
    found = {value.decode() for item in connection.response for value in item["raw_attributes"].get("homeMDBBL") or []}
    return {
        dn
        for dn in found
        if dn.endswith(backend.forest.base_dn) and "CN=Configuration" not in dn and "SystemMailbox" not in dn
    }


def test_a_wildcard_would_take_the_neighbours_people_along(start: Start) -> None:
    backend = start(TRAPS["similar-server-names"])
    connection, legacy = backend.connect(), backend.layout.legacy_server("SERVER1", "2003")
    base = "(&(objectCategory=person)(msExchHomeServerName={}))"
    counts = []
    for value in (legacy, legacy + "*"):
        connection.search(backend.forest.base_dn, base.format(value))
        counts.append(len([item for item in connection.response if item["type"] == "searchResEntry"]))
    assert counts == [4, 7]


def test_half_moved_people_point_to_both_servers(start: Start) -> None:
    backend = start(TRAPS["half-moved"])
    connection = backend.connect()
    mta = escape_filter_chars(backend.layout.mta("EXCHB", "2003"))
    store = escape_filter_chars(backend.layout.store("EXCHA", "2003", "First Storage Group", "Mailbox Store"))
    connection.search(backend.forest.base_dn, f"(&(homeMTA={mta})(homeMDB={store}))", attributes=["cn"])
    found = {item["raw_attributes"]["cn"][0] for item in connection.response if item["type"] == "searchResEntry"}
    assert found == {b"Moved Mta", b"Moved Both"}


@pytest.mark.parametrize("trap", sorted(set(TRAPS) - {"similar-server-names", "half-moved"}))
def test_each_trap_can_be_held_by_the_directory(start: Start, trap: str) -> None:
    backend = start(TRAPS[trap])
    primary = TRAPS[trap].clusters[0].primary
    people = mailboxes_of(backend, primary)
    assert people, f"nobody has a mailbox on {primary}"
    connection = backend.connect()
    connection.search(backend.layout.update_services, "(objectClass=msExchAddressListService)")
    services = len(connection.response or [])
    assert services == (0 if trap == "no-update-service" else 2)
    connection.search(backend.layout.address_lists, "(objectClass=msExchOAB)")
    assert len(connection.response or []) == (0 if trap == "no-address-list" else 1)


def test_doubled_names_are_held_by_the_lab_alone() -> None:
    with lab_backend(LAB_ONLY["doubled-names"]) as backend:
        connection = backend.connect()
        connection.search(backend.forest.base_dn, "(servicePrincipalName=HOST/EXCHA)", attributes=["cn"])
        found = [item["raw_attributes"]["cn"][0] for item in connection.response if item["type"] == "searchResEntry"]
        assert sorted(found) == [b"EXCHA", b"EXCHB"]


def test_a_snapshot_tells_exactly_what_changed_and_nothing_after_it_is_undone(start: Start) -> None:
    backend = start(FOREST)
    connection = backend.connect()
    before = snapshot(connection)
    dn = backend.layout.routing_group("2003")
    source, target = (backend.layout.server(name, "2003") for name in ("EXCHA", "EXCHB"))
    for old, new in ((source, target), (target, source)):
        changes = {"msExchRoutingMasterDN": [(ldap3.MODIFY_DELETE, [old]), (ldap3.MODIFY_ADD, [new])]}
        assert connection.modify(dn, changes), connection.result
        if new == target:
            expected = {(dn, "msExchRoutingMasterDN"): (frozenset({old.encode()}), frozenset({new.encode()}))}
            assert difference(before, snapshot(connection)) == expected
    assert difference(before, snapshot(connection)) == {}
