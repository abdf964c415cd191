"""The driver and the lab's clusters, over WinRM: what the lab prints is read whole, in each way to ask and language."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from console.adapters.clock import SystemClock
from console.adapters.winrm import WinrmNodes
from console.domain.observation import ClusterObservation, ClusterView
from console.domain.observe import observe_cluster
from console.domain.topology import Cluster, Node
from console.drivers import generation_for
from console.drivers.mscs.driver import Mscs
from console.lab.presets import PASSWORD, fast_definition, fukuoka, kyoto, osaka, tokyo
from console.lab.server import Lab
from tests.adapters.winrm.inventory import make_cluster

DRIVER = Mscs()
LONG = "Exchange's virtual server no. 1 & what belongs to it, EVS Online"
WINDOWS = {"Kyoto": "2003", "Fukuoka": "2008", "Newer": "2008r2"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Kyoto with a long name for its group, Fukuoka, a newer one under Windows Server 2008 R2, and two without."""
    newer = fukuoka(base="127.0.18", windows="2008r2")
    nodes = [replace(node, name=node.name.replace("FUK", "NEW")) for node in newer.nodes]
    world = fast_definition(
        replace(kyoto(), group=LONG), fukuoka(), replace(newer, name="Newer", nodes=nodes), tokyo(), osaka()
    )
    with Lab(world, tmp_path_factory.mktemp("mscs") / "lab") as running:
        yield running


def inventory(lab: Lab, name: str) -> Cluster:
    made, server = make_cluster(lab, name, PASSWORD), {"Kyoto": "KYO-EVS1"}.get(name, "FUK-CMS1")
    one, two = (replace(node, windows=WINDOWS[name]) for node in made.nodes)
    return replace(made, driver="mscs", primary=one, standby=two, primary_server=server, standby_server=server)


def observe(lab: Lab, cluster: Cluster) -> ClusterObservation:
    needs = generation_for("mscs", cluster.generation)
    return observe_cluster(WinrmNodes(SystemClock()), cluster, needs, DRIVER, SystemClock())


def details(lab: Lab, cluster: Cluster) -> ClusterView:
    node = cluster.primary
    view = observe(lab, cluster).nodes[node.name].engine.value
    assert view is not None
    with WinrmNodes(SystemClock()).open(node) as session:
        results = session.batch(DRIVER.detail_questions(cluster, node, view), within=60.0)
    return DRIVER.read_details(cluster, node, view, results)


@pytest.mark.parametrize("name", list(WINDOWS))
def test_a_healthy_cluster_is_read_whole_by_both_nodes(lab: Lab, name: str) -> None:
    cluster = inventory(lab, name)
    seen = observe(lab, cluster)
    assert seen.owner(cluster.group).value == cluster.primary.name
    assert seen.group_status(cluster.group).value == "Online"
    made = {kind.name for kind in generation_for("mscs", cluster.generation).resource_types if not kind.optional}
    for node in seen.nodes.values():
        view = node.engine.value
        assert view is not None, node.engine.unknown
        assert view.servers == dict.fromkeys((cluster.primary.name, cluster.standby.name), "Up")
        assert made < {resource.kind for resource in view.groups[cluster.group].resources}
        assert node.scripts.value == "none"
        assert not node.partition.complete
        assert DRIVER.group_problems(cluster, node.group_resources.value or ()) == ()
        assert DRIVER.view_problems(cluster, view, cluster.standby.name) == ()
    active, standby = seen.nodes[cluster.primary.name], seen.nodes[cluster.standby.name]
    assert {service.value.state for service in active.services.values() if service.value} == {"RUNNING"}
    assert active.stores.value
    assert standby.stores.value == frozenset()


@pytest.mark.parametrize("name", list(WINDOWS))
def test_order_and_owners_are_read_and_a_node_that_may_not_have_a_resource_is_refused(lab: Lab, name: str) -> None:
    cluster = inventory(lab, name)
    target, other = cluster.standby, cluster.primary
    view = details(lab, cluster)
    resources = {resource.name: resource for resource in view.groups[cluster.group].resources}
    kinds = {found.kind: found for found in resources.values()}
    attendant = kinds["Microsoft Exchange System Attendant"]
    assert kinds["Network Name"].name in attendant.depends_on
    assert kinds["IP Address"].name in kinds["Network Name"].depends_on
    assert set(attendant.owners or ()) == {target.name, other.name}
    disk = kinds["Physical Disk"].name
    change = ("cluster", "resource", disk)
    with WinrmNodes(SystemClock()).open(other) as session:
        assert session.run((*change, f"/removeowner:{target.name}"), within=60.0).ok
    ((reason, _),) = DRIVER.view_problems(cluster, details(lab, cluster), target.name)
    assert reason == f"The resource {disk} cannot run on {target.name}; it may run on {other.name}."
    with WinrmNodes(SystemClock()).open(other) as session:
        refused = session.run(("cluster", "group", cluster.group, f"/move:{target.name}", "/wait:5"), within=60.0)
        assert session.run((*change, f"/addowner:{target.name}"), within=60.0).ok
    assert refused.exit_code in (5016, 5071)
    assert "cannot run" in DRIVER.explain(refused.exit_code)[0]


def test_a_japanese_node_is_read_by_the_numbers_that_wmi_gives(lab: Lab) -> None:
    cluster = inventory(lab, "Kyoto")
    lab.fault("KYO-N1", "cp932")
    try:
        cluster = replace(cluster, primary=replace(cluster.primary, codepage=932))
        node = observe(lab, cluster).nodes["KYO-N1"]
    finally:
        lab.fault("KYO-N1", "cp932", on=False)
    assert "オンライン" in node.evidence
    assert node.engine.value is not None
    assert node.engine.value.servers == {"KYO-N1": "Up", "KYO-N2": "Up"}
    assert {resource.status for resource in node.engine.value.groups[LONG].resources} == {"Online"}
    assert DRIVER.view_problems(cluster, node.engine.value, "KYO-N2") == ()


@pytest.mark.parametrize(
    ("name", "windows", "says"),
    [("Tokyo", "2003", "is not on this node"), ("Osaka", "2008r2", "correct the node's Windows in the inventory")],
)
def test_a_node_without_the_cluster_service_says_what_is_missing(lab: Lab, name: str, windows: str, says: str) -> None:
    made = make_cluster(lab, name, PASSWORD)
    one, two = (replace(node, windows=windows) for node in made.nodes)
    node = observe(lab, replace(made, driver="mscs", primary=one, standby=two)).nodes[one.name]
    assert node.answered
    assert node.engine.value is None
    assert says in node.engine.unknown


def switched(node: Node, how: str, into: str) -> None:
    """Stop or start the node's cluster service, and wait until it is so."""
    with WinrmNodes(SystemClock()).open(node) as session:
        assert session.run(("sc", how, "ClusSvc"), within=60.0).ok
        deadline = time.monotonic() + 20
        while into not in session.batch([("sc", "query", "ClusSvc")], within=60.0)[0].stdout:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize("name", ["Kyoto", "Newer"])
def test_a_node_whose_cluster_service_is_stopped_cannot_tell_and_says_what_to_do(lab: Lab, name: str) -> None:
    cluster = inventory(lab, name)
    switched(cluster.standby, "stop", "STOPPED")
    try:
        seen = observe(lab, cluster)
    finally:
        switched(cluster.standby, "start", "RUNNING")
    silent, speaking = seen.nodes[cluster.standby.name], seen.nodes[cluster.primary.name].engine.value
    assert silent.engine.value is None
    assert "net start clussvc" in silent.engine.unknown
    assert seen.owner(cluster.group).value == cluster.primary.name
    assert speaking is not None
    assert any("is Down" in reason for reason, _ in DRIVER.view_problems(cluster, speaking, cluster.standby.name))
