"""Where a fault is switched: at a node, at whatever node of a cluster is active, at one of two domain controllers."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ldap3
import pytest

from console.lab import control, presets
from console.lab.assemble import assemble, directory_part
from console.lab.server import Lab
from console.lab.state import STOPPED

WAIT = 20.0


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """Tokyo, whose Exchange is stopped, with two domain controllers, on free ports."""
    world = presets.fast_definition(presets.tokyo(base="127.0.22"))
    world.directory = {"mailboxes": 2, "second_controller": {"delay": 60}}
    with assemble(world, tmp_path / "lab") as running:
        for service in running.world.node("TYO-EX1").services.values():
            service.state = STOPPED
        yield running


@pytest.fixture
def client(lab: Lab) -> control.Lab:
    return control.Lab(lab.state)


def faults(client: control.Lab) -> dict[str, list[str]]:
    """The faults that are on, by node and by controller."""
    told = client.status()
    nodes = {node["name"]: list(node["faults"]) for node in told["clusters"][0]["nodes"]}
    return nodes | {part["name"]: list(part["faults"]) for part in (told["directory"], told["second_directory"])}


def signs_in(lab: Lab, number: int) -> bool:
    """Whether the administrator can sign in to the first or second controller."""
    told: Any = lab.directories[number].describe()
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=told["authority"], valid_names=[told["host"]])
    server = ldap3.Server(told["host"], port=told["tls_port"], use_ssl=True, tls=tls, get_info=ldap3.NONE)
    part = directory_part(lab.world.definition)
    return bool(ldap3.Connection(server, f"Administrator@{told['domain']}", part.administrator_password).bind())


def test_at_a_cluster_it_strikes_the_active_node_wherever_that_is(client: control.Lab) -> None:
    assert client.switch("tokyo", "slow", True, ["ms=1"]) == ["TYO-EX1"]
    assert client.type("TYO-EX1", "clpgrp -m EXCHANGE", wait=WAIT)["code"] == 0
    assert client.switch("Tokyo", "slow", True, ["ms=1"]) == ["TYO-EX2"]
    assert client.switch("Tokyo", "slow", False, []) == ["TYO-EX1", "TYO-EX2"]
    assert faults(client) == {"TYO-EX1": [], "TYO-EX2": [], "DC1": [], "DC2": []}


def test_a_cluster_whose_group_nobody_has_needs_a_node_named(client: control.Lab) -> None:
    assert client.type("TYO-EX1", "clpgrp -t EXCHANGE", wait=WAIT)["code"] == 0
    with pytest.raises(control.LabRefused, match="name TYO-EX1 or TYO-EX2"):
        client.switch("Tokyo", "powered-off", True, [])
    assert faults(client)["TYO-EX1"] == []


def test_each_controller_has_faults_of_its_own(lab: Lab, client: control.Lab) -> None:
    assert client.switch("dc2", "wrong-password", True, []) == ["DC2"]
    assert (signs_in(lab, 0), signs_in(lab, 1)) == (True, False)
    assert client.switch("directory", "busy", True, ["count=3"]) == ["DC1"]
    assert faults(client) == {"TYO-EX1": [], "TYO-EX2": [], "DC1": ["busy"], "DC2": ["wrong-password"]}
    client.directory_fault("wrong-password", on=False, where="DC2")
    assert signs_in(lab, 1)
    struck = [(e["subject"], e["after"], e["by"]) for e in client.effects() if e["node"] == "directory"]
    assert struck == [("wrong-password", "on", "DC2"), ("busy", "on", "DC1"), ("wrong-password", "off", "DC2")]


def test_nodes_that_were_shut_down_get_their_power_back(lab: Lab, client: control.Lab) -> None:
    assert client.type("TYO-EX1", "clpstdn", wait=WAIT)["ended"]
    nodes = lab.world.nodes
    lab.world.schedule.wait(lambda: not any(node.powered for node in nodes), WAIT)
    assert [node.powered for node in nodes] == [False, False]
    assert client.switch("Tokyo", "powered-off", False, []) == ["TYO-EX1", "TYO-EX2"]
    assert [node.powered for node in nodes] == [True, True]


@pytest.mark.parametrize(
    ("where", "name", "on", "words", "says"),
    [
        ("NOWHERE", "slow", True, [], "there are TYO-EX1, TYO-EX2, Tokyo, DC1, DC2"),
        ("Tokyo", "sloow", True, [], "No fault 'sloow'"),
        ("Tokyo", "slow", False, [], "nothing to switch off"),
        ("DC2", "busy", True, ["count=many"], "does not take count=many"),
        ("DC2", "powered-off", True, [], "no fault powered-off"),
    ],
)
def test_what_cannot_be_switched_is_refused_and_changes_nothing(
    client: control.Lab, where: str, name: str, on: bool, words: list[str], says: str
) -> None:
    with pytest.raises(control.LabRefused, match=says):
        client.switch(where, name, on, words)
    assert not any(faults(client).values())


def test_a_lab_without_a_directory_says_so(tmp_path: Path) -> None:
    with Lab(presets.fast_definition(presets.tokyo(base="127.0.22")), tmp_path) as lab:
        for ask in (lambda it: it.switch("directory", "busy", True, []), lambda it: it.directory_fault("busy")):
            with pytest.raises(control.LabRefused, match="no directory"):
                ask(control.Lab(lab.state))
