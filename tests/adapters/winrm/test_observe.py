"""Observing the lab's nodes: everything is read, faults make facts unknown with a remedy, never good."""

import re
import time
from datetime import UTC, datetime

import pytest

from console.adapters.clock import SystemClock
from console.adapters.winrm import WinrmNodes
from console.catalog import generation
from console.domain.observation import ClusterObservation
from console.domain.observe import foreign_users, observe_cluster, observe_node, observe_services
from console.drivers import driver_for
from console.lab.presets import PASSWORD
from console.lab.server import Lab
from tests.adapters.winrm.conftest import Open
from tests.adapters.winrm.inventory import make_cluster

DRIVER = driver_for("expresscluster")


def observe(lab: Lab, name: str = "Tokyo") -> ClusterObservation:
    cluster = make_cluster(lab, name, PASSWORD)
    return observe_cluster(WinrmNodes(SystemClock()), cluster, generation(cluster.generation), DRIVER, SystemClock())


@pytest.mark.parametrize(("name", "prefix", "windows"), [("Tokyo", "TYO", "2003"), ("Osaka", "OSA", "2008")])
def test_a_healthy_cluster_is_read_whole(lab: Lab, name: str, prefix: str, windows: str) -> None:
    seen = observe(lab, name)
    active, standby = seen.nodes[f"{prefix}-EX1"], seen.nodes[f"{prefix}-EX2"]
    assert seen.owner("EXCHANGE").value == active.node
    assert seen.group_status("EXCHANGE").value == "Online"
    for node in (active, standby):
        assert node.answered
        assert node.hostname.value == node.node
        assert windows in (node.windows.value or "")
        assert abs(node.clock_offset.value or 0) < 2
        assert node.group_resources.value == ("fip@fip1", "sd@sd1")
        assert node.partition.complete
        assert "clpstat --long (exit code 0)" in node.evidence
    names = [service.name for service in generation(windows.replace("2008", "2007")).running_services(())]
    assert {active.service(name).value.state for name in names if active.service(name).value} == {"RUNNING"}  # type: ignore[union-attr]
    assert {standby.service(name).value.state for name in names if standby.service(name).value} == {"STOPPED"}  # type: ignore[union-attr]
    assert all(active.service(name).value for name in names)
    assert active.service("MSExchangeIS").value.start_type == "DEMAND"  # type: ignore[union-attr]
    assert standby.stores.value == frozenset()


def test_the_mounted_stores_are_those_of_the_lab(lab: Lab) -> None:
    seen = observe(lab).nodes["TYO-EX1"].stores.value
    assert seen is not None
    mounted = sorted(lab.world.node("TYO-EX1").mounted)
    assert mounted
    assert {f"{group}/{store}".casefold() for group, store in mounted} <= seen
    group, store = mounted[-1]
    lab.fault("TYO-EX1", "store-unmounted", store=store)
    less = observe(lab).nodes["TYO-EX1"].stores.value
    assert less is not None
    assert f"{group}/{store}".casefold() in seen - less


def test_dependencies_come_from_the_node(lab: Lab) -> None:
    service = observe(lab).nodes["TYO-EX1"].service("MSExchangeIS").value
    assert service is not None
    assert "MSExchangeSA" in service.depends_on


def test_a_stranger_on_the_partition_is_told_from_exchange(lab: Lab) -> None:
    lab.fault("TYO-EX1", "partition-busy")
    cluster = make_cluster(lab, "Tokyo", PASSWORD)
    use = observe(lab).nodes["TYO-EX1"].partition
    assert len(use.users) > 1
    (stranger,) = foreign_users(use, cluster, generation("2003"))
    assert (stranger.process, stranger.what) == ("explorer.exe", "handle")


@pytest.mark.parametrize("name", ["Tokyo", "Osaka"])
def test_exchange_itself_is_no_stranger(lab: Lab, name: str) -> None:
    cluster = make_cluster(lab, name, PASSWORD)
    use = observe(lab, name).nodes[cluster.primary.name].partition
    assert use.users
    assert foreign_users(use, cluster, generation(cluster.generation)) == ()


def test_without_the_tool_open_handles_are_unknown_with_a_remedy(lab: Lab) -> None:
    lab.fault("TYO-EX1", "handle-missing")
    use = observe(lab).nodes["TYO-EX1"].partition
    assert not use.complete
    assert "Install handle.exe" in use.unlisted[0]


def test_an_engine_that_is_down_is_unknown_while_the_rest_is_read(lab: Lab) -> None:
    lab.fault("TYO-EX2", "engine-down")
    node = observe(lab).nodes["TYO-EX2"]
    assert node.answered
    assert node.engine.value is None
    assert "clpcl -s" in node.engine.unknown
    assert node.service("MSExchangeIS").value is not None


def test_garbage_of_clpstat_is_unknown(lab: Lab) -> None:
    lab.fault("TYO-EX1", "clpstat-garbage")
    seen = observe(lab)
    assert seen.nodes["TYO-EX1"].engine.value is None
    assert seen.owner("EXCHANGE").value == "TYO-EX1"


@pytest.mark.parametrize("fault", ["refuse", "wrong-password", "garbage", "powered-off", "winrm-down"])
def test_a_node_that_cannot_be_read_says_why_and_the_other_is_read(lab: Lab, fault: str) -> None:
    lab.fault("TYO-EX2", fault)
    seen = observe(lab)
    lost = seen.nodes["TYO-EX2"]
    assert not lost.answered
    assert "TYO-EX2" in lost.unreachable
    assert lost.remedy
    assert lost.service("MSExchangeIS").value is None
    assert seen.nodes["TYO-EX1"].answered


def test_another_machine_in_its_place_is_never_taken_for_the_node(lab: Lab) -> None:
    lab.fault("TYO-EX1", "other-name", computer="STRANGER")
    node = observe(lab).nodes["TYO-EX1"]
    assert "calls itself STRANGER" in node.unreachable
    assert node.engine.value is None
    assert not node.services


def test_services_alone_are_read_in_one_short_round(open_session: Open) -> None:
    with open_session() as session:
        seen = observe_services(session, ["MSExchangeIS", "Nothing"], within=10)
    assert seen["msexchangeis"].value.state == "RUNNING"  # type: ignore[union-attr]
    assert seen["nothing"].value.state == "ABSENT"  # type: ignore[union-attr]


def test_a_round_costs_one_command_a_node(lab: Lab) -> None:
    observe(lab)
    time.sleep(0.1)
    seen = [served.action for served in lab.servers["TYO-EX1"].requests]
    assert seen.count("Command") == 1
    assert len(lab.servers["TYO-EX1"].shells) == 0


def test_the_nodes_clock_is_compared_with_ours(lab: Lab) -> None:
    class Ahead(SystemClock):
        def now(self) -> datetime:
            return datetime(2001, 1, 1, tzinfo=UTC)

    cluster = make_cluster(lab, "Tokyo", PASSWORD)
    with WinrmNodes(SystemClock()).open(cluster.primary) as session:
        node = observe_node(session, cluster, cluster.primary, generation("2003"), DRIVER, Ahead())
    assert (node.clock_offset.value or 0) > 86400


def test_the_evidence_names_every_command(lab: Lab) -> None:
    commands = re.findall(r"^> (\S+)", observe(lab).nodes["TYO-EX1"].evidence, re.MULTILINE)
    assert {"hostname", "ver", "clpstat", "type", "sc", "wmic", "handle.exe", "openfiles"} == set(commands)
