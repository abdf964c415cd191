"""Undo where the nodes' scripts start and stop Exchange: the group is handed back, with a go as in a planned move."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.domain.checks import Refusal
from console.domain.outcome import Status
from tests.directory.snapshot import difference
from tests.moves.scripted import TYO1, TYO2, Scripted
from tests.moves.undoing import cut_at, exchange

pytestmark = pytest.mark.slow


@pytest.fixture
def tokyo(tmp_path: Path) -> Iterator[Scripted]:
    made = Scripted(tmp_path / "lab")
    yield made
    made.close()


def restored(tokyo: Scripted, before, services) -> bool:
    """Whether everything is as it was."""
    return (difference(before, tokyo.picture()), tokyo.owner(), exchange(tokyo, TYO1)) == ({}, TYO1, services)


@pytest.mark.parametrize(("step", "number"), [("mount-flags", 1), ("claim-names", 1), ("mailboxes", 2), ("go", 1)])
def test_a_move_that_failed_while_the_script_waits_is_taken_back(tokyo, step, number):
    before, services = tokyo.picture(), exchange(tokyo, TYO1)
    plan = tokyo.plan("failover")
    assert tokyo.perform(plan, cut_at(step, number)).step == step
    asked = tokyo.asked(TYO2)
    back = tokyo.undo_plan(plan)
    kinds = [s.kind for s in back.steps]
    assert kinds[:3] == ["undo.recheck", "go.withhold", "hand-over.back"]
    assert "go" in kinds
    assert back.step("withhold-go").no_return
    ending = tokyo.perform(back)
    assert (ending.status, ending.todo) == (Status.SUCCEEDED, ()), ending
    assert tokyo.runs.rows[asked.run].answer == "no"
    assert restored(tokyo, before, services)


def test_a_move_that_succeeded_is_handed_back_with_the_clusters_name_typed(tokyo):
    before, services = tokyo.picture(), exchange(tokyo, TYO1)
    plan = tokyo.plan("failover")
    assert tokyo.perform(plan).status is Status.SUCCEEDED
    back = tokyo.undo_plan(plan)
    assert (back.past_no_return, back.typed_confirmation) == (True, True)
    ending = tokyo.perform(back)
    assert (ending.status, ending.todo) == (Status.SUCCEEDED, ()), ending
    assert restored(tokyo, before, services)


def test_a_bring_up_that_failed_is_taken_back(tokyo):
    before, services = tokyo.picture(), exchange(tokyo, TYO1)
    tokyo.lab.fault(TYO2, "service-does-not-start", True, service="SMTPSVC")
    plan = tokyo.plan("failover")
    assert tokyo.perform(plan).step == "bring-up"
    tokyo.lab.fault(TYO2, "service-does-not-start", False)
    ending = tokyo.perform(tokyo.undo_plan(plan))
    assert (ending.status, ending.todo) == (Status.SUCCEEDED, ()), ending
    assert restored(tokyo, before, services)


def test_a_script_that_has_its_go_and_still_starts_exchange_cannot_be_called_back(tokyo):
    tokyo.lab.fault(TYO2, "service-hangs", True, service="MSExchangeIS")
    plan = tokyo.plan("failover")
    tokyo.perform(plan)
    with pytest.raises(Refusal) as refused:
        tokyo.undo_plan(plan)
    assert any("something moves it already" in reason.text for reason in refused.value.reasons)
