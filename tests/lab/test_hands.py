"""What a person does in dialogs on a pair that is not set up makes the steps of the procedure hold, one by one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console import catalog
from console.domain.checks import Verdict
from console.domain.procedures import Mode
from console.lab import control, definition, presets
from console.lab.assemble import assemble
from console.lab.hands import HANDS, hand
from tests.moves.ground import Ground
from tests.procedures.conftest import examined

PRESETS = {"2003": presets.nagoya, "2007": presets.osaka}
BEFORE_THE_PARTITION = {
    "2003": ("network", "dns", "install", "hotfixes", "service-pack", "store-names", "replicas", "group"),
    "2007": ("network", "dns", "native-mode", "install", "group"),
}


@pytest.fixture(params=PRESETS)
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """A pair that is not set up."""
    ground = Ground(tmp_path, replace(PRESETS[request.param](), scripts="none", prepared=False), mailboxes=2)
    yield ground
    ground.close()


def name_of(ground: Ground) -> str:
    return ground.lab.world.clusters[0].name


def test_on_a_bare_pair_no_step_holds(bare: Ground) -> None:
    found = examined(bare)
    holding = {key for key, one in found.items() if one.check.verdict is Verdict.PASS}
    # The cluster product runs; a Windows that the nodes do not have needs nothing.
    assert {found[key].step.proof for key in holding} <= {"cluster.running", "windows.prerequisites"}
    assert (
        found["network"].check.verdict is found["dns"].check.verdict is found["install"].check.verdict is Verdict.FAIL
    )


def test_each_hand_makes_its_own_step_hold_and_may_be_used_again(bare: Ground) -> None:
    for key in BEFORE_THE_PARTITION[bare.lab.world.clusters[0].definition.generation]:
        assert examined(bare)[key].check.verdict is not Verdict.PASS, key
        for _ in range(2):
            hand(bare.lab, name_of(bare), key)
        assert examined(bare)[key].check.verdict is Verdict.PASS, key


def test_stores_go_only_to_a_partition_that_is_there(bare: Ground) -> None:
    hand(bare.lab, name_of(bare), "install")
    with pytest.raises(ValueError, match=r"EX2 has no X: now: move the group there first"):
        hand(bare.lab, name_of(bare), "standby-stores")


def test_what_nobody_does_in_a_dialog_is_refused_with_what_there_is(bare: Ground) -> None:
    lab = control.Lab(bare.lab.state)
    with pytest.raises(control.LabRefused, match="Nobody does clearing in a dialog here: name one of network, group"):
        lab.hand(name_of(bare), "clearing")
    with pytest.raises(control.LabRefused, match="No cluster Kyoto in this lab"):
        lab.hand("Kyoto", "network")
    assert lab.hand(name_of(bare), "network/bullet-3") == f"network is done on {name_of(bare)}."


def test_there_is_a_hand_for_whatever_a_procedure_leaves_to_a_person() -> None:
    left = {
        step.key
        for procedure in map(catalog.procedure, catalog.procedures())
        for step in procedure.numbered
        if step.mode is Mode.CHECKED
    }
    steps = {step.key for key in catalog.procedures() for step in catalog.procedure(key).numbered}
    assert left <= HANDS.keys() <= steps


def test_on_windows_2003_a_person_installs_what_exchange_2007_builds_on(tmp_path: Path) -> None:
    osaka = presets.osaka()
    for node in osaka.nodes:
        node.windows = "2003"
    ground = Ground(tmp_path, replace(osaka, scripts="none", prepared=False), mailboxes=2)
    try:
        before = examined(ground)["prerequisites"].check
        hand(ground.lab, name_of(ground), "prerequisites")
        after = examined(ground)["prerequisites"].check
    finally:
        ground.close()
    assert (before.verdict, after.verdict) == (Verdict.FAIL, Verdict.PASS)
    assert "lacks .NET Framework 2.0, MMC 3.0, Windows PowerShell, KB917283" in before.reason


def test_the_bare_preset_has_a_pair_of_each_generation_on_which_nothing_is_set_up(tmp_path: Path) -> None:
    made = presets.bare_definition(directory={"mailboxes": 2})
    assert definition.world_from(definition.to_dict(made)) == made
    lab = assemble(made, tmp_path)
    try:
        assert [(c.definition.generation, c.groups, c.folders) for c in lab.world.clusters] == [
            ("2003", [], {}),
            ("2007", [], {}),
        ]
        assert not any(node.service("MSExchangeIS") for node in lab.world.nodes)
    finally:
        lab.stop()
