"""One node's address and an account are enough: what is found over the wire is what the lab's own inventory says."""

from dataclasses import replace
from pathlib import Path

import pytest

from console.domain.checks import Verdict
from console.domain.discovery import Fact
from console.domain.errors import AccessDenied, Unreachable
from console.domain.secrets import Secret
from console.lab import presets
from console.lab.assemble import assemble
from console.lab.server import Lab
from console.services.discovery_look import Looked, look, with_credential
from console.services.inventory_export import plain
from tests.discovery.conftest import ACCOUNT, CLUSTERS, asked, told

BY_HAND = {"site", "directory", "greetings", "spn_classes", "membership_tolerance", "cooldown_seconds"}
"""What no node tells; the rest is compared."""


def fact(looked: Looked, what: str, about: str = "") -> Fact:
    """The one fact of that name."""
    (found,) = (one for one in looked.facts if one.what == what and about in (one.about, ""))
    return found


@pytest.mark.parametrize("node", [0, 1])
@pytest.mark.parametrize("name", CLUSTERS)
def test_the_cluster_of_a_node_is_proposed_as_it_is(lab: Lab, name: str, node: int) -> None:
    looked = look(asked(lab, name, node))
    assert looked.spec is not None, looked.said
    proposed, real = plain(with_credential(looked.spec, "lab-nodes")), told(lab, name)
    assert {key: proposed.get(key) for key in real if key not in {*BY_HAND, "nodes"}} == {
        key: value for key, value in real.items() if key not in {*BY_HAND, "nodes"}
    }
    for ours, theirs in zip(proposed["nodes"], real["nodes"], strict=True):
        theirs["service_pack"] = lab.world.node(theirs["name"]).service_pack
        different = {key: (ours.get(key), value) for key, value in theirs.items() if ours.get(key) != value}
        assert not different
    assert (looked.spec.site, looked.spec.directory) == ("main", "lab")
    identities = [one for one in looked.facts if one.what == "Identity"]
    assert [one.verdict for one in identities] == [Verdict.PASS, Verdict.PASS]
    unknown = [one for one in looked.facts if one.verdict is Verdict.UNKNOWN]
    assert not unknown


def test_every_fact_says_where_it_was_read_and_every_doubt_what_to_do(lab: Lab) -> None:
    for name in CLUSTERS:
        for one in look(replace(asked(lab, name), directory=None)).facts:
            assert one.source
            assert one.value
            assert one.remedy or one.verdict is Verdict.PASS, one


def test_a_node_that_cannot_be_asked_leaves_its_part_unknown(lab: Lab) -> None:
    looked = look(asked(lab, "Tokyo", other_address="127.0.81.99"))
    assert looked.spec is not None
    assert fact(looked, "Identity", "TYO-EX2").verdict is Verdict.UNKNOWN
    assert "address" in fact(looked, "Identity", "TYO-EX2").remedy
    primary, standby = looked.spec.nodes
    assert (primary.windows, standby.windows, standby.name) == ("2003", "", "TYO-EX2")


def test_a_machine_that_gives_itself_another_name_is_not_taken_for_the_other_node(lab: Lab) -> None:
    elsewhere = told(lab, "Osaka")["nodes"][0]
    looked = look(asked(lab, "Tokyo", other_address=f"{elsewhere['address']}:{elsewhere['port']}"))
    told_of = fact(looked, "Identity", "TYO-EX2")
    assert told_of.verdict is Verdict.UNKNOWN
    assert "calls itself OSA-EX1, not TYO-EX2" in told_of.value


def test_a_wrong_password_and_a_closed_port_are_told_with_what_to_do(lab: Lab) -> None:
    question = asked(lab, "Tokyo")
    with pytest.raises(AccessDenied) as refused:
        look(replace(question, account=replace(ACCOUNT, password=Secret("not-the-password-1"))))
    assert "not-the-password-1" not in str(refused.value)
    with pytest.raises(Unreachable):
        look(replace(question, way=replace(question.way, port=1)))


def test_a_directory_that_refuses_the_account_leaves_the_servers_unknown(lab: Lab) -> None:
    question = asked(lab, "Tokyo")
    assert question.directory is not None
    account = replace(question.directory.credential, password=Secret("not-the-password-1"))
    looked = look(replace(question, directory=replace(question.directory, credential=account)))
    assert looked.spec is not None
    assert looked.spec.nodes[0].server.name == "TYO-EX1"
    assert fact(looked, "Directory").verdict is Verdict.UNKNOWN
    assert "user name" in fact(looked, "Directory").remedy


@pytest.mark.parametrize(
    ("name", "fault", "said"),
    [("Tokyo", "clock-off", "ahead of the console's"), ("Tokyo", "stale-configuration", "otherwise than the node")],
)
def test_what_is_odd_about_a_node_is_told(lab: Lab, name: str, fault: str, said: str) -> None:
    node = lab.world.node("TYO-EX2")
    arguments = {"seconds": "900"} if fault == "clock-off" else {}
    lab.fault(node.name, fault, True, **arguments)
    try:
        looked = look(asked(lab, name))
    finally:
        lab.fault(node.name, fault, False)
    odd = [one for one in looked.facts if one.verdict is Verdict.WARN and said in one.value]
    assert odd
    assert odd[0].remedy


def test_a_node_whose_cluster_service_is_down_proposes_nothing(lab: Lab) -> None:
    lab.fault("KYO-N1", "engine-down", True)
    try:
        looked = look(asked(lab, "Kyoto"))
    finally:
        lab.fault("KYO-N1", "engine-down", False)
    assert looked.spec is None
    assert "KYO-N1 answers, but tells of no cluster" in looked.said
    assert looked.remedy


def test_windows_2008_r2_is_asked_by_the_same_commands(tmp_path: Path) -> None:
    world = presets.fast_definition(presets.fukuoka(base="127.0.86", windows="2008r2"))
    with assemble(world, tmp_path) as lab:
        nodes = told(lab, "Fukuoka")["nodes"]
        other = f"{nodes[1]['address']}:{nodes[1]['port']}"
        looked = look(asked(lab, "Fukuoka", other_address=other))
    assert looked.spec is not None
    assert [(node.windows, node.second_hop) for node in looked.spec.nodes] == [("2008r2", "credssp")] * 2
    assert looked.spec.nodes[0].server.name == "FUK-CMS1"
    assert fact(looked, "Exchange server", "FUK-N1").verdict is Verdict.UNKNOWN
