"""clpstat's screens come out byte for byte as they were captured from the product."""

from typing import Any

import pytest

from console.lab import clpstat
from console.lab.definition import Cluster, Group, Line, Node, Resource, World
from console.lab.presets import fast_definition
from console.lab.world import World as Running
from tests.drivers.screens import STOPPED, WINDOWS

MAP = """\
 ======================  GROUPMAP INFORMATION  =======================
  Cluster : cluster-x600
   *server0 : 116rhel94
    server1 : 117rhel94

  --------------------------------------------------------------------
    server0 [o] : failover1[o]$
    server1 [o] : failover2[o]$
 =====================================================================""".replace("$", " ")
KERNEL = Line("lankhb1", "Kernel Mode LAN Heartbeat")


def running(cluster: Cluster) -> Running:
    return Running(World([cluster]))


def x600(**more: Any) -> Cluster:
    nodes = [Node("116rhel94", heartbeats=[KERNEL, Line("pingnp1", "ping resolution")]), Node("117rhel94")]
    return Cluster("cluster-x600", nodes, exchange_group=False, heartbeats=[KERNEL], monitors=[Line("userw")], **more)


def test_a_stopped_cluster_is_shown_as_captured() -> None:
    item = x600(engine=False, other_groups=[Group("failover1", [Resource("exec1", "exec")])])
    cluster = running(item).clusters[0]
    assert "\n".join(clpstat.status_screen(cluster, cluster.nodes[0])) == STOPPED.removesuffix("\n")


def test_the_long_screen_is_shown_as_captured() -> None:
    item = Cluster(
        "cluster",
        [Node("ws2022-01"), Node("ws2022-02")],
        exchange_group=False,
        status_padding=False,
        heartbeats=[Line("lankhb1", "LAN Heartbeat")],
        monitors=[Line("mdw1"), Line("userw")],
        other_groups=[Group("failover", [Resource("md", "md"), Resource("script-postgres", "script", 1)])],
    )
    cluster = running(item).clusters[0]
    assert "\n".join(clpstat.status_screen(cluster, cluster.nodes[0], long=True)) == WINDOWS.removesuffix("\n")


def test_the_group_map_is_shown_as_captured() -> None:
    groups = [Group("failover1", owner="116rhel94"), Group("failover2", owner="117rhel94")]
    cluster = running(x600(other_groups=groups)).clusters[0]
    assert "\n".join(clpstat.group_map(cluster, cluster.nodes[0])) == MAP


def test_a_long_name_is_cut_to_sixteen_characters_without_dots() -> None:
    item = x600(other_groups=[Group("container-recovery-group", [])])
    cluster = running(item).clusters[0]
    lines = clpstat.status_screen(cluster, cluster.nodes[0])
    assert any(line.startswith("    container-recove : Online") for line in lines)


@pytest.mark.parametrize(("long", "column"), [(False, 21), (True, 38)])
def test_every_value_stands_behind_the_same_column(long: bool, column: int) -> None:
    cluster = Running(fast_definition()).clusters[0]
    lines = clpstat.status_screen(cluster, cluster.nodes[1], long=long)
    values = [line for line in lines if line.startswith(("    ", "   *"))]
    assert len(values) == 10
    assert {line.index(": ") for line in values} == {column}


def test_the_star_marks_the_node_that_answers() -> None:
    cluster = Running(fast_definition()).clusters[0]
    lines = clpstat.status_screen(cluster, cluster.nodes[1])
    assert [line for line in lines if "*" in line] == ["   *TYO-EX2 .........: Online           "]
