"""Moves of a group that carries its server's name, by Microsoft's cluster service, on the lab and over the wire."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.domain import planner
from console.domain.checks import Refusal
from console.domain.outcome import Status
from console.domain.plan import Plan
from console.lab import presets
from tests.domain.stage import ListJournal
from tests.moves.carried import CarriedGround
from tests.moves.ground import at_beat, texts
from tests.moves.test_resuming import Mortal, carried_out, in_turns

pytestmark = pytest.mark.slow

N1, N2 = "KYO-N1", "KYO-N2"
MOVE = 'cluster group "EVS Kyoto" /move:KYO-N2 /wait:5'
STORE = "Exchange Information Store Instance - (KYO-EVS1)"
NAME = "Exchange Network Name (KYO-EVS1)"


@pytest.fixture
def kyoto(tmp_path: Path) -> Iterator[CarriedGround]:
    """Exchange 2003's virtual server KYO-EVS1."""
    made = CarriedGround(tmp_path / "lab", presets.kyoto())
    yield made
    made.close()


def lines(plan: Plan) -> list[str]:
    """The plan's commands, each with its node."""
    return [f"{command.node}: {command.line}" for step in plan.steps for command in step.commands]


def marks(journal: ListJournal) -> list[object]:
    """When mail went down and came up again."""
    return [data["mark"] for _, _, _, data in journal.lines if data and "mark" in data]


def refused(ground: CarriedGround, kind: str = "failover") -> dict[str, str]:
    """The key of each reason of a refusal to its text."""
    with pytest.raises(Refusal) as caught:
        ground.plan(kind) if kind == "failover" else ground.takeover(N2)
    assert all(reason.remedy for reason in caught.value.reasons)
    return {reason.key: reason.text for reason in caught.value.reasons}


def test_a_planned_move_of_a_virtual_server_changes_nothing_in_the_directory(kyoto: CarriedGround) -> None:
    before, written = kyoto.picture(), kyoto.writes()
    plan = kyoto.plan("failover")
    assert lines(plan) == [f"KYO-N1: {MOVE}"]
    assert any("KYO-EVS1 and 127.0.16.10 move with the group" in note for note in plan.notes)
    assert not any("Who asked for the move and why" in note for note in plan.notes)
    assert not plan.typed_confirmation
    ending = kyoto.perform(plan)
    assert (ending.status, ending.summary) == (Status.SUCCEEDED, f"Mail is up on {N2}, proved.")
    assert kyoto.owner() == N2
    assert (kyoto.picture(), kyoto.writes()) == (before, written)
    assert marks(kyoto.journal) == ["outage-started", "outage-ended"]
    order = next(text for kind, step, text, _ in kyoto.journal.lines if (kind, step) == ("done", "resources"))
    assert order.index(NAME) < order.index("System Attendant") < order.index(STORE) < order.index("MS Search")


@pytest.mark.parametrize("name", ["Bob's group (1)", "A & B", "EVS Online"])
def test_a_group_may_be_called_whatever_a_command_can_carry(tmp_path: Path, name: str) -> None:
    ground = CarriedGround(tmp_path / "lab", replace(presets.kyoto(), group=name, disks=["Y:"]))
    try:
        plan = ground.plan("failover")
        assert lines(plan) == [f'KYO-N1: cluster group "{name}" /move:KYO-N2 /wait:5']
        assert ground.perform(plan).status is Status.SUCCEEDED
    finally:
        ground.close()


def test_a_node_whose_windows_speaks_japanese_is_moved_by_its_numbers(kyoto: CarriedGround) -> None:
    for name in (N1, N2):
        kyoto.lab.fault(name, "cp932")
    ending = kyoto.perform(kyoto.plan("failover"))
    assert ending.status is Status.SUCCEEDED, ending.summary


def test_it_is_taken_back_by_moving_it_back_once(kyoto: CarriedGround) -> None:
    plan = kyoto.plan("failover")
    assert kyoto.perform(plan).status is Status.SUCCEEDED
    receipts = kyoto.receipts
    undo = kyoto.undo_plan(plan, receipts=receipts)
    assert (undo.kind, undo.target, lines(undo)) == ("undo", N1, [f"KYO-N2: {MOVE.replace(N2, N1)}"])
    assert kyoto.perform(undo).status is Status.SUCCEEDED
    assert kyoto.owner() == N1
    with pytest.raises(Refusal, match="already"):
        kyoto.undo_plan(plan, receipts=receipts)


def test_a_resource_that_may_not_run_on_the_target_refuses_the_move_by_its_name(kyoto: CarriedGround) -> None:
    kyoto.resource("Microsoft Exchange Information Store").owners = [N1]
    reasons = refused(kyoto)
    assert set(reasons) == {"group.owners"}
    assert reasons["group.owners"] == f"{STORE} may not run on {N2}."


def test_a_node_that_is_paused_or_whose_cluster_service_is_down_refuses_the_move(kyoto: CarriedGround) -> None:
    kyoto.lab.type(N1, f"cluster node {N2} /pause").told(10)
    assert set(refused(kyoto)) == {"engine.view"}
    kyoto.lab.type(N1, f"cluster node {N2} /resume").told(10)
    kyoto.lab.fault(N2, "engine-down")
    assert "engine.view" in refused(kyoto)


def test_a_store_that_is_down_refuses_a_planned_move_and_is_no_bar_to_a_forced_one(kyoto: CarriedGround) -> None:
    node = kyoto.lab.world.node(N1)
    with kyoto.lab.world.lock:
        node.mounted = {pair for pair in node.mounted if pair[1] != "Mailbox Store 2"}
    assert set(refused(kyoto)) == {"mail.stores"}
    plan = kyoto.takeover(N2)
    assert plan.typed_confirmation
    assert lines(plan) == [f"KYO-N2: {MOVE}", 'KYO-N2: cluster group "EVS Kyoto" /online:KYO-N2 /wait:5']
    ending = kyoto.perform(plan)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert kyoto.journal.kinds("bring-online")[-1] == "already"


def test_a_group_that_is_well_is_not_moved_by_force(kyoto: CarriedGround) -> None:
    reasons = refused(kyoto, "takeover")
    assert "takeover.needed" in reasons
    assert f"{N1} has EVS Kyoto online" in reasons["takeover.needed"]


@pytest.mark.parametrize("failovers", [0, 1], ids=["it stays", "the cluster takes it back"])
def test_a_resource_that_fails_after_the_move_ends_it_failed_with_its_name(tmp_path: Path, failovers: int) -> None:
    made = presets.kyoto()
    made = replace(made, policy=replace(made.policy, failovers=failovers))
    ground = CarriedGround(tmp_path / "lab", made)
    try:
        ground.lab.fault(N2, "group-fails", resource=STORE)
        ending = ground.perform(ground.plan("failover"))
        assert (ending.status, ending.step) == (Status.FAILED, "resources")
        assert f"{STORE} has failed on {N2}" in ending.summary
        assert "event log" in ending.remedy
        assert marks(ground.journal) == ["outage-started"]
    finally:
        ground.close()


def test_once_its_cause_is_mended_a_forced_move_brings_online_what_failed(kyoto: CarriedGround) -> None:
    kyoto.lab.fault(N2, "group-fails", resource=STORE)
    assert kyoto.perform(kyoto.plan("failover")).status is Status.FAILED
    kyoto.lab.fault(N2, "group-fails", on=False, resource=STORE)
    plan = kyoto.takeover(N2)
    assert lines(plan) == ['KYO-N2: cluster group "EVS Kyoto" /online:KYO-N2 /wait:5']
    ending = kyoto.perform(plan)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert kyoto.owner() == N2


def test_a_move_that_failed_is_taken_back_by_force_which_has_to_be_typed(kyoto: CarriedGround) -> None:
    kyoto.lab.fault(N2, "group-fails", resource=STORE)
    plan = kyoto.plan("failover")
    assert kyoto.perform(plan).status is Status.FAILED
    undo = kyoto.undo_plan(plan)
    assert (undo.kind, undo.target, undo.typed_confirmation) == ("undo", N1, True)
    assert lines(undo)[0] == f"KYO-N1: {MOVE.replace(N2, N1)}"
    ending = kyoto.perform(undo)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert kyoto.owner() == N1


def test_brought_online_by_hand_it_is_carried_on_from_there_without_a_second_move(kyoto: CarriedGround) -> None:
    kyoto.lab.fault(N2, "group-fails", resource=STORE)
    plan, journal = kyoto.plan("failover"), Mortal(before=True, only=())
    assert carried_out(kyoto, plan, journal, journal.progress()).step == "resources"
    kyoto.lab.fault(N2, "group-fails", on=False, resource=STORE)
    kyoto.lab.type(N2, 'cluster group "EVS Kyoto" /online:KYO-N2 /wait:20').told(20)
    journal.write("continued", "olga had it carried on.", data={"choice": "retry"})
    ending = carried_out(kyoto, plan, journal, journal.progress(), attempt=2)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert kyoto.effects("owner") == [(N2, "EVS Kyoto", N2)]


@pytest.mark.parametrize("target", [N1, N2])
def test_a_group_that_somebody_took_offline_is_brought_up_on_either_node(kyoto: CarriedGround, target: str) -> None:
    kyoto.lab.type(N1, 'cluster group "EVS Kyoto" /offline /wait:20').told(20)
    ending = kyoto.perform(kyoto.takeover(target))
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert kyoto.owner() == target


def test_a_forced_move_whose_every_worker_dies_moves_and_starts_the_group_once(kyoto: CarriedGround) -> None:
    kyoto.lab.type(N1, 'cluster group "EVS Kyoto" /offline /wait:20').told(20)
    plan, journal = kyoto.takeover(N2), Mortal(before=False)
    ending = in_turns(kyoto, plan, journal)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert {step for _, step in journal.died} >= {"move-group", "bring-online"}
    assert kyoto.effects("owner") == [(N2, "EVS Kyoto", N2)]


def test_what_the_cluster_service_refuses_after_all_is_explained_and_moves_nothing(kyoto: CarriedGround) -> None:
    plan = kyoto.plan("failover")
    kyoto.lab.type(N1, f"cluster node {N2} /pause").told(10)
    ending = kyoto.perform(plan)
    assert (ending.status, ending.step) == (Status.FAILED, "move-group")
    assert "5070" in ending.summary
    assert "resume" in ending.remedy
    assert kyoto.owner() == N1
    assert marks(kyoto.journal) == ["outage-started", "outage-none"]


def test_a_resource_that_hangs_past_its_deadline_is_uncertain(kyoto: CarriedGround) -> None:
    kyoto.lab.fault(N2, "resource-hangs", resource=NAME)
    ending = kyoto.perform(kyoto.plan("failover"))
    assert (ending.status, ending.step) == (Status.UNCERTAIN, "resources")
    assert f"{NAME} (Online Pending)" in ending.summary


def test_what_changed_since_the_plan_stops_it_before_its_first_change(kyoto: CarriedGround) -> None:
    plan = kyoto.plan("failover")
    kyoto.lab.type(N1, MOVE).told(20)
    ending = kyoto.perform(plan)
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, "recheck", False)
    assert "owner of the group: was KYO-N1, is KYO-N2" in ending.summary


def test_a_stop_acts_until_the_move_and_not_after_it(kyoto: CarriedGround) -> None:
    people = at_beat("recheck", lambda: setattr(people, "stop_by", "olga"))
    ending = kyoto.perform(kyoto.plan("failover"), people)
    assert (ending.status, ending.step, ending.changed) == (Status.STOPPED, "move-group", False)
    assert kyoto.owner() == N1
    people = at_beat("move-group", lambda: setattr(people, "stop_by", "olga"))
    assert kyoto.perform(kyoto.plan("failover"), people).status is Status.SUCCEEDED


@pytest.mark.parametrize("before", [True, False])
def test_a_move_whose_every_worker_dies_before_or_after_a_line_moves_the_group_once(
    kyoto: CarriedGround, before: bool
) -> None:
    plan, journal = kyoto.plan("failover"), Mortal(before=before)
    ending = in_turns(kyoto, plan, journal)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert len(journal.died) > len(plan.steps)
    assert kyoto.effects("owner") == [(N2, "EVS Kyoto", N2)]


def test_a_node_that_dies_is_failed_over_by_the_cluster_and_a_start_proves_it(kyoto: CarriedGround) -> None:
    kyoto.lab.fault(N1, "powered-off")
    plan = kyoto.start(N2)
    assert (plan.kind, lines(plan)) == ("start", [])
    ending = kyoto.perform(plan)
    assert ending.status is Status.SUCCEEDED, ending.summary
    assert not ending.changed
    assert marks(kyoto.journal) == ["outage-ended"]


def test_the_directory_of_such_a_cluster_is_never_switched(kyoto: CarriedGround) -> None:
    with kyoto.open() as field, pytest.raises(Refusal) as caught:
        planner.make_directory_switch(field, N1, kyoto.frozen.kept.extend)
    assert caught.value.reasons[0].key == "switch.nothing"
    assert not list(texts(kyoto.journal))
