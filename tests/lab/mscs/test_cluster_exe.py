"""cluster.exe as a node of the cluster service has it: what it lists, what it understands, what it ends with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.lab import presets
from console.lab.definition import Group, Node, Resource
from console.lab.mscs import errors, listing
from console.lab.state import Cluster
from tests.lab.mscs.conftest import Nodes

WORDS = ("group", "resource", "node", "restype", '"EVS Kyoto"', '"Disk X:"', "KYO-N2", "Kyoto", '"', "/", "x")
ATTENDANT = "Exchange System Attendant Instance - (KYO-EVS1)"


def test_the_list_of_nodes_is_the_captured_one() -> None:
    rows = [("BJMSAPG1A", "1", "Up"), ("BJMSAPG1B", "2", "Up")]
    assert listing.heading(listing.NODES) + "\n\n" + listing.table(listing.NODE_COLUMNS, rows) == (
        "Listing status for all available nodes:\n\n"
        "Node           Node ID Status\n"
        "-------------- ------- ---------------------\n"
        "BJMSAPG1A            1 Up\n"
        "BJMSAPG1B            2 Up"
    )


def test_the_lists_of_groups_are_the_captured_ones() -> None:
    rows = [("ATLPRODSQLC01V1", "ATLPRODSQLC01N1", "Online"), ("Cluster Group", "ATLPRODSQLC01N1", "Online")]
    assert listing.heading(listing.GROUPS) + "\n\n" + listing.table(listing.GROUP_COLUMNS, rows) == (
        "Listing status for all available resource groups:\n\n"
        "Group                Node            Status\n"
        "-------------------- --------------- ------\n"
        "ATLPRODSQLC01V1      ATLPRODSQLC01N1 Online\n"
        "Cluster Group        ATLPRODSQLC01N1 Online"
    )
    one = listing.heading(listing.GROUPS, "rvt1db1")
    assert one + "\n\n" + listing.table(listing.GROUP_COLUMNS, [("rvt1db1", "RST1DB1", "Online")]) == (
        "Listing status for resource group 'rvt1db1':\n\n"
        "Group                Node            Status\n"
        "-------------------- --------------- ------\n"
        "rvt1db1              RST1DB1         Online"
    )


def test_a_long_name_pushes_its_row_to_the_right_as_captured() -> None:
    rows = [
        ("Disks K:", "Disk Group", "BJMSAPG1A", "Online"),
        ("SQL Network Name (RVT1DB1)", "RVT1DB1", "RST1DB2", "Online"),
    ]
    assert listing.heading(listing.RESOURCES) + "\n\n" + listing.table(listing.RESOURCE_COLUMNS, rows) == (
        "Listing status for all available resources:\n\n"
        "Resource             Group                Node            Status\n"
        "-------------------- -------------------- --------------- ------\n"
        "Disks K:             Disk Group           BJMSAPG1A       Online\n"
        "SQL Network Name (RVT1DB1) RVT1DB1              RST1DB2         Online"
    )


def test_a_node_prints_just_that(nodes: Nodes) -> None:
    ran = nodes.run("KYO-N2", "cluster node")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "Listing status for all available nodes:\r\n\r\n"
        "Node           Node ID Status\r\n"
        "-------------- ------- ---------------------\r\n"
        "KYO-N1               1 Up\r\n"
        "KYO-N2               2 Up\r\n"
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("cluster group", 0),
        ("cluster Kyoto group", 0),
        ("cluster /cluster:kyoto group", 0),
        ('cluster group "evs kyoto"', 0),
        ('cluster group "EVS Kyoto" /stat', 0),
        ('cluster group "EVS Kyoto" /status', 0),
        ("cluster group /node:KYO-N1", 0),
        ("cluster res", 0),
        (f'cluster resource "{ATTENDANT}" /listdep', 0),
        (f'cluster resource "{ATTENDANT}" /listdependencies', 0),
        (f'cluster resource "{ATTENDANT}" /listowners', 0),
        (f'cluster resource "{ATTENDANT}" /prop', 0),
        ('cluster restype "Physical Disk" /prop', 0),
        ('cluster resourcetype "Physical Disk" /listowners', 0),
        ("cluster node KYO-N1 /prop", 0),
        ('cluster group "EVS Kyoto" /prop', 0),
        ('cluster group "EVS Kyoto" /listowners', 0),
        ("cluster", 87),
        ('cluster group "EVS Kyoto" /move:KYO-N2 /wait:soon', 87),
        ("cluster resourcetype Mine /create /DllName:mine.dll /IsAlive:often", 87),
        ("cluster group /nonsense", 87),
        ("cluster group Kyoto /mo:KYO-N2", 87),
        ("cluster group EVS Kyoto", 87),
        ("cluster /cluster:Kyoto nonsense", 87),
        ('cluster group "EVS Kyoto" /node', 87),
        ("cluster elsewhere group", 1722),
        ("cluster group nosuch", 5013),
        ("cluster resource nosuch", 5007),
        ("cluster node nosuch", 5042),
        ("cluster resourcetype nosuch /prop", 5078),
        ('cluster group "EVS Kyoto" /move:nosuch', 5042),
    ],
)
def test_it_ends_with_the_win32_error(nodes: Nodes, line: str, code: int) -> None:
    ran = nodes.run("KYO-N1", line)
    assert ran.code == code
    if code > 87:
        assert f"System error {code} has occurred (0x{code:08x})." in ran.out


def test_a_member_whose_cluster_service_has_stopped_cannot_answer(nodes: Nodes) -> None:
    nodes.run("KYO-N2", "sc stop ClusSvc")
    nodes.pass_time()
    ran = nodes.run("KYO-N2", "cluster group")
    assert ran.code == 1753
    assert "There are no more endpoints available" in ran.out
    assert "KYO-N2               2 Down" in nodes.run("KYO-N1", "cluster node").out


def test_somebody_without_rights_is_refused(nodes: Nodes) -> None:
    assert nodes.run("KYO-N1", "cluster group", administrator=False).code == 5


def test_a_node_of_another_product_does_not_know_it() -> None:
    tokyo = Nodes(presets.fast_definition(presets.tokyo()))
    assert tokyo.run("TYO-EX1", "cluster node").code == 1


def test_names_with_blanks_and_brackets_come_through() -> None:
    own = Group("Group (1) of 'mail'", [Resource("Disk R: Offline", "Physical Disk", subject="R:")])
    cluster = presets.kyoto()
    cluster.nodes = [Node("KYO-N1", "127.0.16.1"), Node("KYO-N2", "127.0.16.2")]
    cluster.other_groups.append(own)
    kyoto = Nodes(presets.fast_definition(cluster))
    assert "Disk R: Offline      Group (1) of 'mail'  KYO-N1          Online" in kyoto.run("KYO-N1", "cluster res").out
    assert kyoto.run("KYO-N1", 'cluster resource "Disk R: Offline" /offline').code == 0
    assert "Group (1) of 'mail'  KYO-N1          Offline" in kyoto.run("KYO-N1", "cluster group").out


def test_japanese_windows_prints_its_own_words(nodes: Nodes, kyoto: Cluster) -> None:
    kyoto.nodes[0].faults["cp932"] = {}
    out = nodes.run("KYO-N1", "cluster group").out
    assert "EVS Kyoto            KYO-N1          オンライン\r\n" in out
    assert "グループ             ノード          状態\r\n" in out


def test_possible_owners_and_dependencies_are_listed(nodes: Nodes, kyoto: Cluster) -> None:
    nodes.run("KYO-N1", f'cluster resource "{ATTENDANT}" /removeowner:KYO-N2')
    assert nodes.run("KYO-N1", f'cluster resource "{ATTENDANT}" /listowners').out.split() == (
        f"Listing possible owners for resource '{ATTENDANT}': Possible Owner Nodes -------------------- KYO-N1".split()
    )
    assert nodes.run("KYO-N1", f'cluster resource "{ATTENDANT}" /addowner:KYO-N1').code == 5011
    out = nodes.run("KYO-N1", f'cluster resource "{ATTENDANT}" /listdep').out
    assert [line[:21].rstrip() for line in out.splitlines()[4:]] == ["Exchange Network Name", "Disk X:"]


def test_a_type_is_made_changed_and_taken_away(nodes: Nodes, kyoto: Cluster) -> None:
    name = "Microsoft Exchange NNTP Server Instance"
    assert nodes.run("KYO-N1", f'cluster resourcetype "{name}" /delete /type').code == 0
    assert name not in nodes.run("KYO-N2", "cluster resourcetype").out
    made = f'cluster resourcetype "{name}" /create /DllName:exres.dll "/type:{name}" /IsAlive:60000 /LooksAlive:5000'
    assert nodes.run("KYO-N1", made).code == 0
    assert nodes.run("KYO-N1", made).code == 5010
    assert nodes.run("KYO-N1", f'cluster resourcetype "{name}" /prop "DllName=GATHERCL.DLL"').code == 0
    assert "GATHERCL.DLL" in nodes.run("KYO-N2", f'cluster resourcetype "{name}" /prop').out


@given(st.lists(st.sampled_from([*WORDS, "/wait:1", "/move:KYO-N2", "/online", "/offline:", "/prop", "/fail"])))
def test_whatever_is_typed_ends_with_a_code(words: list[str]) -> None:
    nodes = Nodes(presets.fast_definition(presets.kyoto()))
    ran = nodes.run("KYO-N1", " ".join(["cluster", *words]))
    assert ran.out
    assert ran.code in {0, 87, 258, *errors.MESSAGES}
