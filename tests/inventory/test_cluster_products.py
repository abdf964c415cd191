"""An inventory with clusters of both products: each has its own rules, none of them asks which product it is."""

import pathlib
from dataclasses import replace

import pytest

from console.domain.inventory import ClusterSpec, Inventory, Path, Problem, ServerSpec, SiteSpec
from console.domain.inventory_rules import problems
from console.lab import presets
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.services import audit
from console.services.inventory import known, save_cluster
from console.services.inventory_apply import apply_inventory
from console.services.inventory_export import dump, export_inventory
from console.services.inventory_rows import spec_of
from console.services.topology import topology
from tests import factories
from tests.factories import cluster_spec, credential_spec, directory_spec, fukuoka, kyoto

LONG = "Exchange 2003 virtual server no. 1 & its disks (Kyoto), 'moved by hand' until 2006"


def found(*clusters: ClusterSpec) -> list[Problem]:
    whole = Inventory((SiteSpec("Tokyo"),), (credential_spec(),), (directory_spec(),), clusters)
    return problems(whole, known([]))


def paths(cluster: ClusterSpec) -> set[Path]:
    return {problem.path for problem in found(cluster)}


def with_server(cluster: ClusterSpec, index: int, name: str) -> ClusterSpec:
    nodes = list(cluster.nodes)
    nodes[index] = replace(nodes[index], server=replace(nodes[index].server, name=name))
    return replace(cluster, nodes=tuple(nodes))


def test_both_products_stand_side_by_side() -> None:
    assert found(cluster_spec(), kyoto(), fukuoka()) == []


@pytest.mark.parametrize("windows", ["2003", "2008", "2008r2"])
def test_exchange_2007_may_be_clustered_on_each_of_its_windows(windows: str) -> None:
    assert found(fukuoka(windows)) == []


@pytest.mark.parametrize(
    ("cluster", "path"),
    [
        (fukuoka("2003", service_pack=1), ("nodes", 0, "service_pack")),
        (fukuoka("2008", server=ServerSpec("FUK-CMS1", 0)), ("nodes", 0, "server", "service_pack")),
        (fukuoka("2008r2", server=ServerSpec("FUK-CMS1", 2)), ("nodes", 1, "server", "service_pack")),
        (fukuoka(architecture="x86"), ("nodes", 0, "architecture")),
        (fukuoka(second_hop="none"), ("nodes", 0, "second_hop")),
        (kyoto(nodes=tuple(replace(n, windows="2008") for n in kyoto().nodes)), ("nodes", 1, "windows")),
        (kyoto(product_folder=r"C:\Program Files\EXPRESSCLUSTER"), ("product_folder",)),
        (kyoto(partitions=("X:", "Y:")), ("partitions",)),
        (kyoto(extra_services=("MSExchangeMGMT",)), ("extra_services", 0)),
        (with_server(kyoto(), 1, "KYO-EVS2"), ("nodes",)),
        (with_server(with_server(kyoto(), 0, "KYO-N2"), 1, "KYO-N2"), ("nodes", 0, "server", "name")),
        (with_server(cluster_spec(), 1, "SERVER1"), ("nodes",)),
        (replace(cluster_spec(), group=LONG), ("group",)),
        (
            replace(cluster_spec(), nodes=tuple(replace(n, windows="2008r2") for n in cluster_spec().nodes)),
            ("nodes", 0, "windows"),
        ),
    ],
)
def test_what_does_not_go_with_a_product_is_refused_at_its_field(cluster: ClusterSpec, path: Path) -> None:
    assert path in paths(cluster)
    assert all(problem.remedy for problem in found(cluster))


def test_a_third_node_is_refused_whatever_the_product() -> None:
    third = replace(kyoto().nodes[1], name="KYO-N3", address="10.0.0.9")
    (problem,) = [
        p for p in found(kyoto(nodes=(*kyoto().nodes, third))) if p.path == ("nodes",) and "3 nodes" in p.message
    ]
    assert "primary and one standby" in problem.remedy


@pytest.mark.parametrize("group", [LONG, "G", "Exchange's group", "日本語のグループ", "x" * 255])
def test_a_group_of_microsofts_may_hold_almost_anything(group: str) -> None:
    assert found(kyoto(group=group)) == []


@pytest.mark.parametrize(
    "group", ['EVS "Kyoto"', "100%", "Mail!", " EVS", "EVS ", "/offline", "-x", "", "x" * 256, "a\nb"]
)
def test_a_group_that_cannot_be_named_in_a_command_is_refused_with_what_to_do(group: str) -> None:
    problem = next(p for p in found(kyoto(group=group)) if p.path == ("group",))
    assert problem.remedy


def test_a_management_address_may_be_a_nodes_name_where_only_the_servers_moves() -> None:
    nodes = kyoto().nodes
    assert found(kyoto(nodes=(replace(nodes[0], address="kyo-n1.example.com"), nodes[1]))) == []
    moving = kyoto(nodes=(replace(nodes[0], address="kyo-evs1.example.com"), nodes[1]))
    assert paths(moving) == {("nodes", 0, "address")}


def test_service_principal_names_are_asked_for_only_where_they_have_to_move() -> None:
    assert found(kyoto(spn_classes=())) == []
    assert paths(cluster_spec(spn_classes=())) == {("spn_classes",)}


def test_two_clusters_may_not_name_one_exchange_server() -> None:
    other = kyoto(name="Other", floating_ips=("10.0.1.9",), nodes=tuple(
        replace(node, name=f"OTH-N{n}", address=f"10.0.0.{n + 20}") for n, node in enumerate(kyoto().nodes)
    ))  # fmt: skip
    assert {problem.subject for problem in found(kyoto(), other)} == {"Kyoto", "Other"}


@pytest.mark.django_db
def test_a_cluster_of_microsofts_is_kept_exported_and_taken_back_without_a_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NODES_PASSWORD", "x")
    factories.cluster()
    row = save_cluster(kyoto(group=LONG), audit.SYSTEM)
    assert spec_of(row) == kyoto(group=LONG)
    snapshot = topology(row)
    assert (snapshot.primary_server, snapshot.standby_server) == ("KYO-EVS1", "KYO-EVS1")
    assert snapshot.product_folder == ""
    text = export_inventory()
    assert text.count("product_folder") == 0
    applied = apply_inventory(text, audit.SYSTEM)
    assert (applied.changes, applied.mistakes) == ([], [])


@pytest.mark.django_db
def test_a_cluster_without_a_folder_of_its_own_has_its_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODES_PASSWORD", "x")
    assert topology(factories.cluster()).product_folder == r"C:\Program Files\EXPRESSCLUSTER"


@pytest.mark.django_db
def test_a_file_that_names_no_product_means_the_usual_one() -> None:
    factories.cluster()
    lines = [line for line in export_inventory().splitlines() if "driver:" not in line]
    assert apply_inventory("\n".join(lines), audit.SYSTEM).changes == []


@pytest.mark.django_db
def test_the_labs_clusters_of_both_products_are_taken_as_it_describes_them(tmp_path: pathlib.Path) -> None:
    newer = presets.fukuoka(base="127.0.19", windows="2008r2")
    nodes = [replace(node, name=node.name.replace("FUK", "NEW")) for node in newer.nodes]
    newer = replace(newer, name="Newer", nodes=nodes, network_name="NEW-CMS1")
    world = presets.fast_definition(presets.tokyo(), presets.kyoto(), presets.fukuoka(), newer)
    with Lab(world, tmp_path / "lab") as lab:
        told = lab_inventory(lab)
    told["directories"] = [{"name": "lab", "host": "127.0.0.1", "credential": "lab-nodes"}]
    applied = apply_inventory(dump(told), audit.SYSTEM)
    assert applied.mistakes == []
    made = {change.name for change in applied.changes if change.kind == "cluster"}
    assert made == {"Tokyo", "Kyoto", "Fukuoka", "Newer"}
