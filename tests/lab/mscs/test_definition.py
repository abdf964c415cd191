"""How a cluster of the cluster service is defined, and what the lab makes of it."""

from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from console.lab import definition, presets
from console.lab.definition import Cluster, DefinitionError
from console.lab.mscs.resource_types import exchange_kinds
from console.lab.world import World
from tests.lab.mscs.conftest import Nodes


def defined(cluster: Cluster) -> definition.World:
    return definition.world_from({"clusters": [asdict(cluster)]})


@pytest.mark.parametrize("make", [presets.kyoto, presets.fukuoka])
def test_a_preset_is_a_definition_that_can_be_written_down_and_read(make: Callable[[], Cluster]) -> None:
    cluster = make()
    assert defined(cluster).clusters == [cluster]


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"product": "veritas"}, "product 'veritas'"),
        ({"network_name": ""}, "network_name missing"),
        ({"prepared": False}, "leave prepared and scripts out"),
        ({"scripts": "console"}, "leave prepared and scripts out"),
        ({"policy": {"patience": 1}}, "unknown key 'patience'"),
        ({"nodes": [{"name": "KYO-N1", "windows": "2012"}]}, "windows '2012'"),
    ],
)
def test_what_no_lab_can_be_built_from_is_refused_by_name(changes: dict[str, object], names: str) -> None:
    with pytest.raises(DefinitionError, match=names):
        definition.world_from({"clusters": [asdict(presets.kyoto()) | changes]})


def test_an_owner_that_is_no_node_is_refused() -> None:
    with pytest.raises(DefinitionError, match="KYO-N9"):
        World(presets.fast_definition(replace(presets.kyoto(), owner="KYO-N9")))


def test_further_disks_are_resources_that_the_attendant_needs_and_move_along() -> None:
    nodes = Nodes(presets.fast_definition(replace(presets.kyoto(), disks=["Y:"], owner="KYO-N2")))
    first, second = nodes.cluster("Kyoto").nodes
    assert {"X", "Y"} <= set(second.disk.volumes)
    assert nodes.run("KYO-N1", 'cluster group "EVS Kyoto" /move:KYO-N1 /wait:60').code == 0
    assert {"X", "Y"} <= set(first.disk.volumes)
    needed = nodes.run("KYO-N1", 'cluster res "Exchange System Attendant Instance - (KYO-EVS1)" /listdep').out
    assert "Disk Y:              EVS Kyoto            KYO-N1          Online" in needed


def test_a_cluster_whose_services_are_down_starts_with_its_groups_offline() -> None:
    nodes = Nodes(presets.fast_definition(replace(presets.kyoto(), engine=False)))
    kyoto = nodes.cluster("Kyoto")
    assert [group.status for group in kyoto.groups] == ["Offline", "Offline"]
    assert nodes.run("KYO-N1", "cluster group").code == 1753
    nodes.run("KYO-N1", "sc start ClusSvc")
    nodes.pass_time()
    assert [(group.status, group.owner) for group in kyoto.groups] == [("Online", kyoto.nodes[0])] * 2


def test_a_japanese_node_speaks_it_by_its_definition() -> None:
    cluster = presets.kyoto()
    cluster.nodes[0].code_page = 932
    assert "オンライン" in Nodes(presets.fast_definition(cluster)).run("KYO-N1", "cluster group").out


@pytest.mark.parametrize("make", [presets.kyoto, presets.fukuoka])
def test_every_service_behind_a_resource_type_is_installed(make: Callable[[], Cluster]) -> None:
    cluster = World(presets.fast_definition(make())).clusters[0]
    behind = {kind.service for kind in exchange_kinds(cluster.definition.generation)} - {""}
    for node in cluster.nodes:
        assert {name.casefold() for name in behind} <= set(node.services)
        running = {s.installed.name for s in node.services.values() if s.state == 4}
        assert bool(behind & running) == (node is cluster.nodes[0])
