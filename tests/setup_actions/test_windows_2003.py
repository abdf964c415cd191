"""Exchange 2007 on Windows Server 2003: what differs in the plan, and what a person installs in place of features."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.domain.outcome import Status
from console.lab import presets
from console.lab.hands import hand
from tests.moves.ground import Ground
from tests.setup_actions.acting import Acting

pytestmark = pytest.mark.slow


@pytest.fixture
def acting(tmp_path: Path) -> Iterator[Acting]:
    """Osaka as it is on the older Windows, with its Service Pack 2."""
    made = presets.osaka()
    older = [replace(node, windows="2003") for node in made.nodes]
    ground = Ground(tmp_path / "lab", replace(made, nodes=older, services_running=False), mailboxes=1)
    for node in ground.lab.world.clusters[0].nodes:
        node.components.features.clear()  # there is no such thing on it
    yield Acting(ground)
    ground.close()


def commands(acting: Acting) -> list[str]:
    return [command.line for step in acting.plan.steps for command in step.commands]


def test_its_plan_names_no_tool_that_it_lacks_and_the_rest_as_on_the_later_one(acting: Acting):
    keys = [step.key for step in acting.plan.steps]
    assert keys.index("prerequisites.3") < keys.index("standby-queue") < keys.index("primary-queue")
    assert acting.plan.step("prerequisites.3").commands == ()
    assert not [line for line in commands(acting) if "ServerManagerCmd" in line]
    assert [line for line in commands(acting) if line.startswith("sc config MSExchangeTransport")]


def test_what_is_there_is_found_done_without_a_word_to_the_nodes(acting: Acting):
    assert acting.perform("prerequisites", "prerequisites.3").status is Status.SUCCEEDED, acting.texts("failed")
    assert acting.ground.effects("feature") == []
    kinds = {key: kind for kind, key, _, _ in acting.journal.lines if kind in ("done", "already")}
    assert kinds == {"prerequisites": "done", "prerequisites.3": "already"}


@pytest.mark.parametrize(
    ("pack", "wanted", "not_wanted"), [(2, "KB931836", "KB917283"), (1, "KB917283", "KB931836")], ids=["SP2", "SP1"]
)
def test_a_person_installs_what_that_service_pack_lacks(acting: Acting, pack: int, wanted: str, not_wanted: str):
    for node in acting.cluster.nodes:
        node.service_pack = pack
    node = acting.node(2)
    node.fixes, node.components.powershell = [], False
    ending = acting.perform("prerequisites")
    assert (ending.status, ending.waits_for) == (Status.WAITING, "proof")
    assert ending.summary.startswith("OSA-EX2 lacks ")
    assert ("Windows PowerShell" in ending.summary, wanted in ending.summary) == (True, True)
    assert not_wanted not in ending.summary
    assert "OSA-EX1" not in ending.summary
    hand(acting.ground.lab, "Osaka", "prerequisites")
    assert acting.perform("prerequisites").status is Status.SUCCEEDED
