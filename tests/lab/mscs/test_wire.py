"""Kyoto and Fukuoka as a running lab: over WinRM, on the address of the network name, in the directory."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.domain.quoting import cmd_line
from console.drivers.mscs import commands
from console.lab import presets
from console.lab.assemble import assemble
from console.lab.describe import describe
from console.lab.directory.server import DirectoryServer
from console.lab.hands import hand
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from tests.lab.nodes.conftest import command, protocol


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder: Path = tmp_path_factory.mktemp("mscs")
    world = presets.fast_definition(presets.kyoto(), presets.fukuoka())
    world.directory = {"mailboxes": 3}
    with assemble(world, folder) as running:
        yield running


def greeting(lab: Lab, cluster: str, protocol_name: str = "smtp") -> str:
    told = next(one for one in describe(lab)["clusters"] if one["name"] == cluster)
    with socket.create_connection((told["floating_ip"], told["greetings"][protocol_name]["port"]), 5) as stream:
        return stream.recv(200).decode()


def settled(lab: Lab, cluster: str, node: str) -> bool:
    group = lab.world.cluster(cluster).groups[0]
    return lab.world.schedule.wait(
        lambda: group.owner is lab.world.node(node) and group.status == "Online" and len(group.owner.mounted) > 1, 20
    )


def test_the_server_greets_under_its_network_name_wherever_its_group_is(lab: Lab) -> None:
    assert greeting(lab, "Kyoto").startswith("220 KYO-EVS1 ")
    assert command(protocol(lab, "KYO-N1"), 'cluster group "EVS Kyoto" /move:KYO-N2 /wait:60').code == 0
    assert settled(lab, "Kyoto", "KYO-N2")
    assert greeting(lab, "Kyoto").startswith("220 KYO-EVS1 ")


def test_exchanges_cmdlets_need_a_logon_with_credentials(lab: Lab) -> None:
    line = cmd_line(commands.cms_status("FUK-CMS1"))
    assert command(protocol(lab, "FUK-N1", "ntlm"), line).code == 1
    told = command(protocol(lab, "FUK-N1", "credssp"), line)
    assert (told.code, "State                           : Online" in told.out) == (0, True)


def test_in_the_directory_there_is_one_server_and_a_move_changes_nothing(lab: Lab) -> None:
    directory = lab.directory
    assert isinstance(directory, DirectoryServer)
    names = {entry.dn.partition(",")[0] for entry in directory.service.store.entries.values()}
    assert {"CN=KYO-EVS1", "CN=KYO-N1", "CN=KYO-N2", "CN=FUK-CMS1"} <= names
    before = directory.describe()["counters"]["writes_received"]
    assert command(protocol(lab, "FUK-N1"), "cluster group FUK-CMS1 /move:FUK-N2 /wait:60").code == 0
    assert directory.describe()["counters"]["writes_received"] == before


def test_the_inventory_names_one_server_for_both_nodes(lab: Lab) -> None:
    kyoto, fukuoka = lab_inventory(lab)["clusters"]
    assert (kyoto["driver"], kyoto["group"]) == ("mscs", "EVS Kyoto")
    assert [node["server"]["name"] for node in kyoto["nodes"]] == ["KYO-EVS1", "KYO-EVS1"]
    assert [node.get("second_hop") for node in kyoto["nodes"] + fukuoka["nodes"]] == [None, None, "credssp", "credssp"]


def test_the_lab_describes_its_groups_and_resources(lab: Lab) -> None:
    told = next(one for one in describe(lab)["clusters"] if one["name"] == "Kyoto")
    assert (told["product"], told["network_name"]) == ("mscs", "KYO-EVS1")
    assert told["groups"][0]["resources"]["Disk X:"] == "Online"
    assert told["groups"][1]["name"] == "Cluster Group"


def test_nobody_sets_up_by_hand_what_the_guide_is_not_for(lab: Lab) -> None:
    with pytest.raises(ValueError, match="Kyoto is a cluster of Microsoft's cluster service"):
        hand(lab, "Kyoto", "dns")
