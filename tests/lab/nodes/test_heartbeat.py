"""Nodes that lose each other: dual activation, the network partition's action, a machine that stands still."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from console.lab import faults, presets, scm
from console.lab.definition import Line
from console.lab.files import USERLOG
from console.lab.server import Lab
from console.lab.state import RUNNING, Cluster, Node
from console.lab.world import World
from tests.lab.nodes.conftest import Shell, attempt, hasty, protocol

PING = [Line("pingnp1", "ping resolution")]


@pytest.fixture
def resolved(tokyo: Cluster) -> None:
    """Tokyo has a network partition resource."""
    tokyo.definition = replace(tokyo.definition, resolutions=PING)


def owners(cluster: Cluster) -> dict[str, str | None]:
    """Who has the Exchange group, in the eyes of each node."""
    found = {}
    for node in cluster.nodes:
        owner = cluster.groups_of(node)[0].owner
        found[node.name] = owner.name if owner else None
    return found


def both_active(world: World, cluster: Cluster) -> bool:
    def holds() -> bool:
        states = [cluster.groups_of(node)[0].status for node in cluster.nodes]
        return owners(cluster) == {"TYO-EX1": "TYO-EX1", "TYO-EX2": "TYO-EX2"} and states == ["Online", "Online"]

    return world.schedule.wait(holds, 20)


def log(node: Node) -> str:
    return node.disk.read(USERLOG).decode("cp932")


def test_without_a_network_partition_resource_both_sides_have_partition_and_address(
    world: World, tokyo: Cluster, first: Node, second: Node
) -> None:
    faults.switch(world, second, "heartbeats-lost", True)
    assert both_active(world, tokyo)
    assert all("X" in node.disk.volumes and "127.0.11.10" in node.addresses for node in (first, second))
    assert "Cannot communicate with server TYO-EX1." in log(second)
    assert "IP address 127.0.11.10 already exists on the network." in log(second)
    conflicts = [(e.before, e.after) for e in world.log.since() if e.kind == "address-conflict"]
    assert conflicts == [("TYO-EX1", "TYO-EX2")]


def test_each_side_calls_the_other_offline_and_has_the_group_itself(
    world: World, shell: Shell, tokyo: Cluster, second: Node
) -> None:
    faults.switch(world, second, "heartbeats-lost", True)
    assert both_active(world, tokyo)
    for own, other in (("TYO-EX1", "TYO-EX2"), ("TYO-EX2", "TYO-EX1")):
        lines = shell(own, "clpstat").lines
        assert f"    {other} .........: Offline          " in lines
        assert f"      current        : {own}" in lines
        assert shell(own, f"clpstat -h {other}").code == 1
        assert shell(own, f"clpgrp -m EXCHANGE -a {other}").err.startswith("Server is not active.")
        assert shell(own, "clpgrp -n EXCHANGE").out == f"{own}\r\n"


def test_when_both_hear_each_other_again_both_shut_down(
    world: World, tokyo: Cluster, first: Node, second: Node
) -> None:
    faults.switch(world, second, "heartbeats-lost", True)
    assert both_active(world, tokyo)
    faults.switch(world, second, "heartbeats-lost", False)
    assert (first.powered, second.powered) == (False, False)
    assert all("Group EXCHANGE has started on more than one server." in log(node) for node in (first, second))
    assert (tokyo.groups[0].owner, tokyo.groups[0].status) == (None, "Offline")
    faults.switch(world, first, "powered-off", True)
    faults.switch(world, first, "powered-off", False)
    assert world.schedule.wait(lambda: tokyo.groups[0].status == "Online", 20)
    assert owners(tokyo) == {"TYO-EX1": "TYO-EX1", "TYO-EX2": "TYO-EX1"}


def test_a_silence_shorter_than_the_time_out_is_not_noticed(world: World, tokyo: Cluster, second: Node) -> None:
    faults.switch(world, second, "heartbeats-lost", True)
    faults.switch(world, second, "heartbeats-lost", False)
    world.schedule.wait(lambda: False, 1)
    assert owners(tokyo) == {"TYO-EX1": "TYO-EX1", "TYO-EX2": "TYO-EX1"}
    assert all(node.powered for node in tokyo.nodes)


@pytest.mark.parametrize("blind", [["TYO-EX1"], ["TYO-EX2"], ["TYO-EX1", "TYO-EX2"]])
@pytest.mark.usefixtures("resolved")
def test_with_a_network_partition_resource_who_cannot_reach_its_target_goes_down(
    world: World, tokyo: Cluster, first: Node, blind: list[str]
) -> None:
    for name in blind:
        faults.switch(world, world.node(name), "ping-unreachable", True)
    faults.switch(world, first, "heartbeats-lost", True)
    assert world.schedule.wait(lambda: [n.name for n in tokyo.nodes if not n.powered] == blind, 20)
    if len(blind) == 2:
        assert world.schedule.wait(lambda: tokyo.groups[0].owner is None, 20)
        return
    left = next(node for node in tokyo.nodes if node.name not in blind)
    assert world.schedule.wait(lambda: tokyo.groups[0].owner is left and tokyo.groups[0].status == "Online", 20)
    assert owners(tokyo)[left.name] == left.name


@pytest.mark.usefixtures("resolved")
def test_an_unreachable_target_shows_error_and_moves_nothing(
    world: World, shell: Shell, tokyo: Cluster, second: Node
) -> None:
    faults.switch(world, second, "ping-unreachable", True)
    lines = shell("TYO-EX1", "clpstat").lines
    assert "    TYO-EX2 .........: Caution          " in lines
    assert "   *TYO-EX1 .........: Online           " in lines
    assert "      pingnp1        : Error            ping resolution" in lines
    assert "      pingnp1        : Normal           ping resolution" in lines
    assert tokyo.groups[0].status == "Online"


def test_one_cut_heartbeat_line_makes_both_servers_caution_and_moves_nothing(
    world: World, shell: Shell, tokyo: Cluster, first: Node
) -> None:
    tokyo.definition = replace(tokyo.definition, heartbeats=[Line("lankhb1"), Line("lankhb2")])
    faults.switch(world, first, "heartbeat-cut", True, line="lankhb2")
    lines = shell("TYO-EX1", "clpstat").lines
    assert [line.split(":")[1].strip() for line in lines if "TYO-EX" in line and ".." in line] == ["Caution"] * 2
    assert lines.count("      lankhb2        : Caution          ") == 2
    assert lines.count("      lankhb1        : Normal           ") == 2
    world.schedule.wait(lambda: False, 1)
    assert tokyo.groups[0].owner is first


def test_a_machine_that_stands_still_is_taken_over_and_brings_both_down_when_it_goes_on(tmp_path: Path) -> None:
    item = presets.fast_definition(replace(presets.tokyo(), greetings={"smtp": 0}))
    with Lab(item, tmp_path) as lab:
        first, second = lab.world.nodes
        lab.fault("TYO-EX1", "paused")
        with pytest.raises(requests.exceptions.ReadTimeout):
            attempt(hasty(lab, transport="basic"), "hostname")
        cluster = first.cluster
        assert lab.world.schedule.wait(lambda: cluster.groups_of(second)[0].owner is second, 10)
        assert cluster.groups_of(first)[0].owner is first
        assert attempt(protocol(lab, "TYO-EX2"), "hostname") == b"TYO-EX2\r\n"
        assert lab.greeters[0].owner() is not first
        assert lab.world.schedule.wait(lambda: cluster.groups_of(second)[0].status == "Online", 10)
        lab.fault("TYO-EX1", "paused", on=False)
        assert (first.powered, second.powered) == (False, False)


def test_a_machine_that_stands_still_starts_nothing_meanwhile(world: World, second: Node) -> None:
    faults.switch(world, second, "paused", True)
    assert scm.start(world, second, "POP3Svc", "test") == 0
    service: Any = second.service("POP3Svc")
    assert not world.schedule.wait(lambda: service.state == RUNNING, 1)
    faults.switch(world, second, "paused", False)
    assert world.schedule.wait(lambda: service.state == RUNNING, 10)
