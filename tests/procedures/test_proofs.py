"""On a lab that is set up no step says no; what cannot be read is unknown, and says so clearly."""

from dataclasses import replace
from pathlib import Path

from console.domain.checks import Verdict
from console.domain.procedures import Mode
from console.domain.procedures.examine import Examined
from console.domain.procedures.proofs import PROOFS
from console.lab import presets
from console.lab.faults import switch
from tests.moves.ground import Ground
from tests.procedures import lacking
from tests.procedures.conftest import examined


def failing(found: dict[str, Examined]) -> set[str]:
    return {key for key, one in found.items() if one.check.verdict is Verdict.FAIL}


def test_on_a_cluster_that_is_set_up_nothing_says_no(ground: Ground) -> None:
    found = examined(ground)
    assert failing(found) == set()
    asked = {one.step.proof for one in found.values() if one.step.proof in PROOFS}
    unsure = {key for key, one in found.items() if one.step.proof in asked and one.check.verdict is not Verdict.PASS}
    assert {found[key].step.number for key in unsure} <= {found["to-standby"].step.number}
    assert all(one.check.verdict is Verdict.UNKNOWN for one in found.values() if one.step.mode is Mode.CONFIRMED)


def test_stores_that_are_called_after_their_servers_are_named(tmp_path: Path) -> None:
    stores = {"First Storage Group": ["Mailbox Store ({server})", "Public Folder Store"]}
    made = Ground(tmp_path, replace(presets.nagoya(), storage_groups=stores), mailboxes=2)
    try:
        found = examined(made)
    finally:
        made.close()
    no = {key: found[key] for key in failing(found)}
    assert {one.step.proof for one in no.values()} == {"stores.names"}
    reason = no["store-names"].check.reason
    assert "The store Mailbox Store (NGO-EX1) (First Storage Group) holds the name NGO-EX1." in reason
    assert "NGO-EX1 has no store Mailbox Store (NGO-EX2) in First Storage Group, as NGO-EX2 has." in reason


def test_the_fixes_count_without_a_service_pack_of_windows_and_each_is_named(ground: Ground) -> None:
    node = lacking.node_of(ground)
    node.service_pack, node.fixes = 1, ["KB898060"]
    try:
        found = examined(ground)
        node.fixes.append("KB905214")
        after = examined(ground)
    finally:
        node.service_pack, node.fixes = 2, []
    old = lacking.cluster_of(ground).definition.generation == "2003"
    assert failing(found) == ({"hotfixes", "hotfixes/bullet-2"} if old else set())
    assert not old or "EX2 has neither Service Pack 2 of Windows nor KB905214" in found["hotfixes"].check.reason
    assert failing(after) == set()


def test_a_directory_that_cannot_be_read_makes_its_steps_unknown_and_no_other(ground: Ground) -> None:
    before = examined(ground)
    ground.directory.fault("wrong-password")
    try:
        found = examined(ground)
    finally:
        ground.directory.fault("wrong-password", False)
    changed = {found[key].step.proof for key in found if found[key].check.verdict is not before[key].check.verdict}
    assert changed >= {"stores.paths", "logs.paths", "exchange.level"}
    assert changed <= {
        "stores.paths",
        "logs.paths",
        "exchange.level",
        "stores.names",
        "group.owner",
        "partition.folders",
        "directory.native-mode",
        "smtp.paths",
        "transport.queue",
    }
    assert failing(found) == set()


def test_a_node_that_does_not_answer_makes_nothing_look_good_or_bad_that_only_it_can_tell(ground: Ground) -> None:
    node = lacking.node_of(ground)
    switch(ground.lab.world, node, "winrm-down", True)
    try:
        found = examined(ground)
    finally:
        switch(ground.lab.world, node, "winrm-down", False)
    for key in ("standby-services", "install", "install/important.3"):
        assert found[key].check.verdict is Verdict.UNKNOWN, key
        assert found[key].check.remedy
