"""Two domain controllers over one forest: what is written on one arrives at the other later, and the newest stays."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ldap3
import pytest

from console.lab import presets
from console.lab.assemble import assemble, directory_part
from console.lab.definition import DefinitionError
from console.lab.server import Lab

BASE = "DC=lab,DC=example"
DELAY = 60.0
STORE = ("First Storage Group", "Mailbox Store")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A lab whose standby uses a second controller, a minute behind; time is driven."""
    world = presets.fast_definition(replace(presets.tokyo(), greetings={}), clock="driven")
    world.directory = {"mailboxes": 3, "second_controller": {"delay": DELAY, "nodes": ["TYO-EX2"]}}
    with assemble(world, tmp_path) as lab:
        yield lab


def connect(lab: Lab, number: int) -> Any:
    """An administrator's connection to the first or the second controller, its certificate checked."""
    told: Any = lab.directories[number].describe()
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=told["authority"], valid_names=[told["host"]])
    server = ldap3.Server(told["host"], port=told["tls_port"], use_ssl=True, tls=tls, get_info=ldap3.DSA)
    part = directory_part(lab.world.definition)
    user = f"Administrator@{told['domain']}"
    return ldap3.Connection(server, user, part.administrator_password, auto_bind=True, check_names=False)


def spns(connection: Any) -> list[str]:
    connection.search(
        f"CN=TYO-EX1,CN=Computers,{BASE}", "(objectClass=*)", ldap3.BASE, attributes=["servicePrincipalName"]
    )
    return sorted(connection.entries[0].servicePrincipalName.values)


def describe_user(connection: Any, dn: str) -> list[str]:
    found = connection.search(dn, "(objectClass=*)", ldap3.BASE, attributes=["description"])
    return list(connection.entries[0].description.values) if found else ["absent"]


def change(connection: Any, dn: str, attribute: str, *values: str) -> None:
    assert connection.modify(dn, {attribute: [(ldap3.MODIFY_REPLACE, list(values))]}), connection.result


def test_each_controller_gives_its_own_name_and_both_know_of_both(lab: Lab) -> None:
    for number, name in enumerate(("DC1", "DC2")):
        connection = connect(lab, number)
        assert connection.server.info.other["dnsHostName"] == [f"{name.lower()}.lab.example"]
        connection.search(f"CN=Sites,CN=Configuration,{BASE}", "(objectClass=server)", attributes=["dNSHostName"])
        assert sorted(str(e.dNSHostName) for e in connection.entries) == ["dc1.lab.example", "dc2.lab.example"]


@pytest.mark.parametrize(("written", "read"), [(0, 1), (1, 0)])
def test_a_change_arrives_after_the_delay_and_not_before(lab: Lab, written: int, read: int) -> None:
    here, there = connect(lab, written), connect(lab, read)
    before = spns(there)
    change(here, f"CN=TYO-EX1,CN=Computers,{BASE}", "servicePrincipalName", "HOST/elsewhere")
    assert (spns(here), spns(there)) == (["HOST/elsewhere"], before)
    lab.advance(DELAY - 1)
    assert spns(there) == before
    lab.advance(2)
    assert spns(there) == ["HOST/elsewhere"]


def test_of_two_changes_of_one_attribute_the_newer_stays_on_both(lab: Lab) -> None:
    first, second = connect(lab, 0), connect(lab, 1)
    dn = f"CN=TYO-EX1,CN=Computers,{BASE}"
    change(first, dn, "servicePrincipalName", "HOST/older")
    lab.advance(10)
    change(second, dn, "servicePrincipalName", "HOST/newer")
    lab.advance(2 * DELAY)
    assert spns(first) == spns(second) == ["HOST/newer"]


def test_new_and_deleted_objects_arrive_too(lab: Lab) -> None:
    first, second = connect(lab, 0), connect(lab, 1)
    dn = f"OU=New,{BASE}"
    assert first.add(dn, "organizationalUnit", {"description": "one"}), first.result
    assert describe_user(second, dn) == ["absent"]
    lab.advance(DELAY + 1)
    assert describe_user(second, dn) == ["one"]
    change(first, dn, "description", "two")
    lab.advance(DELAY + 1)
    assert describe_user(second, dn) == ["two"]
    assert second.delete(dn), second.result
    lab.advance(DELAY + 1)
    assert describe_user(first, dn) == ["absent"]


def test_a_nodes_stores_mount_by_the_flags_of_the_controller_that_it_uses(lab: Lab) -> None:
    first = connect(lab, 0)
    first.search(f"CN=Configuration,{BASE}", f"(&(objectClass=msExchPrivateMDB)(cn={STORE[1]}))", attributes=["cn"])
    standby = next(e.entry_dn for e in first.entries if "CN=TYO-EX2," in e.entry_dn)
    change(first, standby, "msExchPatchMDB", "TRUE")
    may_mount: Any = lab.world.may_mount
    assert not may_mount("TYO-EX2", *STORE)
    lab.advance(DELAY + 1)
    assert may_mount("TYO-EX2", *STORE)
    active = standby.replace("CN=TYO-EX2,", "CN=TYO-EX1,")
    change(first, active, "msExchPatchMDB", "TRUE")
    assert may_mount("TYO-EX1", *STORE)


def test_what_replicates_is_told_apart_from_what_a_client_changed(lab: Lab) -> None:
    change(connect(lab, 0), f"CN=TYO-EX1,CN=Computers,{BASE}", "servicePrincipalName", "HOST/a")
    lab.advance(DELAY + 1)
    kinds = [(e.kind, e.after) for e in lab.world.log.since() if e.node == "directory"]
    assert kinds == [("directory.servicePrincipalName", "HOST/a"), ("replicated.DC2", "serviceprincipalname")]


def test_a_second_controller_needs_its_delay() -> None:
    world = presets.fast_definition()
    world.directory = {"second_controller": {"nodes": []}}
    with pytest.raises(DefinitionError, match=r"directory\.second_controller: delay missing"):
        directory_part(world)
