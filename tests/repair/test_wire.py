"""Repairs over WinRM as a worker carries them out: several defects of both nodes in one plan, and taken back again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.domain.outcome import Status
from console.lab import presets
from tests.repair.mending import Mending

MADE = {"2003": presets.kyoto, "2007-on-2008r2": lambda: presets.fukuoka(windows="2008r2")}
DEFECTS = (
    (1, "cluster-file-missing", {"file": "EXCLUADM.DLL"}),
    (1, "cluster-file-old", {"file": "EXRES.DLL"}),
    (0, "com-unregistered", {}),
    (0, "type-wrong-dll", {"type": "System Attendant"}),
    (0, "dependency-missing", {"type": "Information Store"}),
    (0, "source-wrong", {"source": "MSExchangeCluster"}),
    (1, "provider-unbound", {}),
)


@pytest.fixture(params=MADE)
def mending(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mending]:
    mending = Mending(tmp_path, MADE[request.param]())
    for node, fault, arguments in DEFECTS:
        mending.lab.fault(mending.nodes[node].name, fault, **arguments)
    yield mending
    mending.close()


@pytest.mark.slow
def test_what_is_wrong_on_both_nodes_is_mended_by_one_plan_and_comes_back_by_another(mending: Mending):
    found = [(one.code, one.node, one.about) for one in mending.diagnose().findings]
    assert len(found) >= len(DEFECTS)
    owner, plan = mending.owner(), mending.repair_plan()
    ending = mending.perform(plan)
    assert ending.status is Status.SUCCEEDED, f"{ending.summary} {ending.remedy}"
    assert mending.diagnose().clean
    assert mending.owner() == owner
    assert {resource.status for resource in mending.group.resources} == {"Online"}
    sent = {line for _, _, line in mending.effects("service") if line}
    assert {"STOPPED", "RUNNING"} <= sent
    back = mending.undo_plan(plan)
    ending = mending.perform(back)
    assert ending.status is Status.SUCCEEDED, f"{ending.summary} {ending.remedy}"
    # The wrong DLL of the type lies on no node: the plan said that it stays mended.
    assert any("Stays as it is" in note for note in back.notes)
    again = [(one.code, one.node, one.about) for one in mending.diagnose().findings]
    assert again == [one for one in found if one[0] != "resource-types.wrong-dll"]
