"""cluster.exe's lists: as captured, with long and strange names, in other languages, and never guessed at."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.errors import Garbled
from console.drivers.mscs import commands
from console.drivers.mscs.rows import GroupRow, Lists, NodeRow, ResourceRow
from console.drivers.mscs.tables import STATES, body, read_tables
from tests.drivers.mscs.screens import GROUPS, NODES, RESOURCES, group_list, node_list, resource_list, said


def test_the_captured_list_of_nodes_is_read() -> None:
    nodes = said(commands.NODES, NODES)
    read = read_tables(nodes, group_list([]), resource_list([]))
    assert read.nodes == (NodeRow("BJMSAPG1A", "Up"), NodeRow("BJMSAPG1B", "Up"))


def test_the_captured_list_of_groups_is_read() -> None:
    nodes = node_list([NodeRow("ATLPRODSQLC01N1", "Up")])
    read = read_tables(nodes, said(commands.GROUPS, GROUPS), resource_list([]))
    assert [row.name for row in read.groups] == ["ATLPRODSQLC01V1", "Cluster Group"]
    assert {(row.node, row.status) for row in read.groups} == {("ATLPRODSQLC01N1", "Online")}


def test_the_captured_list_of_resources_is_read_though_a_long_name_pushes_the_columns_aside() -> None:
    nodes = node_list([NodeRow("BJMSAPG1A", "Up"), NodeRow("RST1DB2", "Up")])
    groups = group_list([GroupRow("Disk Group", "BJMSAPG1A", "Online"), GroupRow("RVT1DB1", "RST1DB2", "Online")])
    read = read_tables(nodes, groups, said(commands.RESOURCES, RESOURCES))
    assert read.resources == (
        ResourceRow("Disks K:", "", "Disk Group", "BJMSAPG1A", "Online"),
        ResourceRow("SQL Network Name (RVT1DB1)", "", "RVT1DB1", "RST1DB2", "Online"),
    )


NAMES = st.text(
    st.sampled_from("abcXYZ019 '\"-_().&:é日") | st.characters(min_codepoint=33, max_codepoint=0x2FF), max_size=40
).filter(lambda text: text.strip() == text and text and not set(text) <= {"-", " "} and len(text.splitlines()) == 1)
TRICKY = st.sampled_from(
    ["Online", "Pending", "Offline Pending", "EVS Online", "N1", "A N1", "Cluster Group", "Group", "Partially Online"]
)
WORDS = NAMES | TRICKY | st.tuples(NAMES, TRICKY).map(" ".join)
NODE_NAMES = st.lists(
    st.from_regex(r"[A-Z][A-Z0-9-]{0,14}", fullmatch=True) | st.sampled_from(["N1", "Online", "Pending", "Failed"]),
    min_size=2,
    max_size=2,
    unique=True,
)


@st.composite
def clusters(draw: st.DrawFn) -> Lists:
    nodes = draw(NODE_NAMES)
    groups = draw(st.lists(WORDS, min_size=1, max_size=3, unique_by=str.casefold))
    names = draw(st.lists(WORDS, max_size=5, unique_by=str.casefold))
    state, node, group = st.sampled_from(STATES), st.sampled_from(nodes), st.sampled_from(groups)
    return Lists(
        tuple(NodeRow(name, draw(st.sampled_from(["Up", "Down", "Paused", "Joining"]))) for name in nodes),
        tuple(GroupRow(name, draw(node), draw(state)) for name in groups),
        tuple(ResourceRow(name, "", draw(group), draw(node), draw(state)) for name in names),
    )


@given(clusters())
@settings(max_examples=200, deadline=None)
def test_whatever_the_names_a_list_is_read_right_or_not_at_all(told: Lists) -> None:
    known = [row.name for row in told.resources]
    try:
        read = read_tables(node_list(told.nodes), group_list(told.groups), resource_list(told.resources), known)
    except Garbled:
        return
    assert read.nodes == told.nodes
    assert read.groups == told.groups
    assert read.resources == told.resources


@given(st.lists(NAMES, min_size=1, max_size=4, unique_by=str.casefold), st.sampled_from(STATES))
def test_names_that_hold_no_state_no_node_and_no_group_are_always_read(names: list[str], state: str) -> None:
    rows = tuple(ResourceRow(f"{name}~", "", "EVS Kyoto", "KYO-N1", state) for name in names)
    nodes, groups = node_list([NodeRow("KYO-N1", "Up")]), group_list([GroupRow("EVS Kyoto", "KYO-N1", state)])
    assert read_tables(nodes, groups, resource_list(rows)).resources == rows


def test_names_that_something_else_told_decide_between_two_ways() -> None:
    group = "Exchange Virtual Server One"
    groups = [GroupRow(group, "N1", "Online"), GroupRow(f"Cluster {group}", "N1", "Online")]
    row = ResourceRow("A quite long disk of the Cluster", "", group, "N1", "Online")
    lists = (node_list([NodeRow("N1", "Up")]), group_list(groups), resource_list([row]))
    assert read_tables(*lists, [row.name]).resources == (row,)
    with pytest.raises(Garbled, match="2 ways"):
        read_tables(*lists)


def test_a_state_in_another_language_is_what_stands_after_the_node() -> None:
    nodes = node_list([NodeRow("KYO-N1", "実行中")], "すべてのノードの状態を一覧表示しています:")
    groups = group_list([GroupRow("EVS 京都", "KYO-N1", "オフライン保留中")])
    rows = [ResourceRow("ディスク X:", "", "EVS 京都", "KYO-N1", "一部 オンライン")]
    read = read_tables(nodes, groups, resource_list(rows))
    assert read == Lists(
        (NodeRow("KYO-N1", "実行中"),), (GroupRow("EVS 京都", "KYO-N1", "オフライン保留中"),), tuple(rows)
    )


@pytest.mark.parametrize("text", ["", "garbage", "-----\n", "Node\n------ ---- ----\nKYO-N1 Up\n"])
def test_what_is_no_list_of_nodes_is_not_taken_for_one(text: str) -> None:
    if text.startswith("-----\n"):
        assert body(said(commands.NODES, text)) == []
        return
    with pytest.raises(Garbled, match="cluster node"):
        read_tables(said(commands.NODES, text), group_list([]), resource_list([]))


def test_a_line_with_a_node_that_the_cluster_does_not_have_is_not_guessed_at() -> None:
    nodes = node_list([NodeRow("KYO-N1", "Up")])
    with pytest.raises(Garbled, match="KYO-N9"):
        read_tables(nodes, group_list([GroupRow("EVS", "KYO-N9", "Online")]), resource_list([]))


@given(st.text(max_size=200), st.sampled_from([0, 1, 2]))
def test_whatever_is_printed_in_place_of_a_list_is_garbled_or_read(text: str, place: int) -> None:
    lists = [node_list([NodeRow("KYO-N1", "Up")]), group_list([GroupRow("E", "KYO-N1", "Online")]), resource_list([])]
    lists[place] = replace(lists[place], stdout=f"----- ----\n{text}")
    with suppress(Garbled):
        read_tables(*lists)
