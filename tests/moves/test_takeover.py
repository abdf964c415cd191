"""What nobody planned: a node dies, both start, somebody takes over by hand; never two actives."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.domain import planner
from console.domain.checks import Refusal
from console.domain.events.facts import RunAnswer
from console.domain.outcome import Status
from console.domain.plan import Plan
from console.lab import presets
from tests.moves.ground import Ground, texts
from tests.moves.scripted import TYO1, TYO2, Scripted

pytestmark = pytest.mark.slow


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Ground]:
    """Tokyo without scripts: the console starts Exchange itself."""
    made = Ground(tmp_path / "lab", presets.tokyo())
    yield made
    made.close()


@pytest.fixture
def tokyo(tmp_path: Path) -> Iterator[Scripted]:
    made = Scripted(tmp_path / "lab")
    yield made
    made.close()


def test_the_active_node_dies_and_mail_is_up_on_the_other(tokyo):
    tokyo.lab.fault(TYO1, "powered-off", True)
    run = tokyo.asked(TYO2)
    assert run.clp_event == "FAILOVER"
    plan = tokyo.takeover(run)
    assert plan.steps[0].key == "second-opinion"
    ending = tokyo.perform(plan)
    assert ending.status is Status.SUCCEEDED, ending
    assert tokyo.owner() == TYO2
    assert tokyo.console.events()[-1] == (TYO2, "started")


def test_silence_of_the_other_node_is_said_loudly_in_plan_and_journal(tokyo):
    tokyo.lab.fault(TYO1, "powered-off", True)
    plan = tokyo.takeover(tokyo.asked(TYO2))
    assert "COULD NOT BE TOLD" in plan.notes[0]
    assert {c.key: c.verdict.value for c in plan.checks}["takeover.other"] == "warn"
    tokyo.perform(plan)
    assert all("COULD NOT BE TOLD" in text for text in texts(tokyo.journal, "warning"))
    assert len(list(texts(tokyo.journal, "warning"))) == 2, "before the directory, and before the go"


def test_a_lost_heartbeat_with_an_active_other_node_refuses_the_takeover(tokyo):
    tokyo.directory.reset_counters()
    tokyo.lab.fault(TYO2, "heartbeats-lost", True)
    run = tokyo.asked(TYO2)
    with pytest.raises(Refusal) as refused:
        tokyo.takeover(run)
    assert [reason.key for reason in refused.value.reasons] == ["takeover.other"]
    assert "store service runs on TYO-EX1" in refused.value.reasons[0].text
    assert tokyo.directory.counters.writes_received == 0
    assert tokyo.running(TYO2) == set()


@pytest.mark.parametrize("first", [TYO1, TYO2])
def test_two_nodes_that_start_without_a_heartbeat_get_exactly_one_go(tokyo, first):
    for node in (TYO1, TYO2):
        tokyo.lab.fault(node, "powered-off", True)
    tokyo.lab.fault(TYO2, "heartbeats-lost", True)
    for node in (TYO1, TYO2):
        tokyo.lab.fault(node, "powered-off", False)
    runs = {node: tokyo.asked(node) for node in (TYO1, TYO2)}
    second = TYO2 if first == TYO1 else TYO1
    make = tokyo.start if first == TYO1 else tokyo.takeover
    with pytest.raises(Refusal) as early:
        make(runs[first])
    assert [reason.key for reason in early.value.reasons] == ["takeover.asks"], "the other's script may be under way"
    tokyo.runs.say_no(runs[second].run, "the other node is brought up")
    plan = tokyo.until(lambda: _unless_refused(lambda: make(runs[first])))
    ending = tokyo.perform(plan)
    assert (ending.status, ending.step) == (Status.FAILED, "proof"), "the nodes still disagree about the group"
    assert [run.node for run in tokyo.runs.rows.values() if run.fetched_go] == [first]
    with pytest.raises(Refusal) as refused:
        tokyo.takeover(runs[second])
    assert f"store service runs on {first}" in refused.value.reasons[0].text
    assert tokyo.running(second) == set()


def _unless_refused(make: Callable[[], Plan]) -> Plan | None:
    try:
        return make()
    except Refusal:
        return None


def test_a_node_that_comes_alive_after_the_plan_stops_the_takeover_with_an_alarm(tokyo):
    tokyo.lab.fault(TYO1, "winrm-down", True)
    tokyo.lab.fault(TYO2, "heartbeats-lost", True)
    run = tokyo.asked(TYO2)
    tokyo.lab.fault(TYO1, "powered-off", True)
    plan = tokyo.takeover(run)
    tokyo.lab.fault(TYO1, "powered-off", False)
    tokyo.lab.fault(TYO1, "winrm-down", False)
    tokyo.asked(TYO1)
    with tokyo.open() as opened:
        opened.session(TYO1).run(("sc", "start", "MSExchangeIS"), within=5)
    assert tokyo.until(lambda: "MSExchangeIS" in tokyo.running(TYO1))
    tokyo.directory.reset_counters()
    ending = tokyo.perform(plan)
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, "second-opinion", False)
    assert tokyo.directory.counters.writes_received == 0
    assert tokyo.runs.until == {}
    assert tokyo.runs.rows[run.run].answer is RunAnswer.NO


def test_both_nodes_restart_and_the_group_starts_without_a_directory_change(tokyo):
    for node in (TYO1, TYO2):
        tokyo.lab.fault(node, "powered-off", True)
    for node in (TYO1, TYO2):
        tokyo.lab.fault(node, "powered-off", False)
    run = tokyo.asked(TYO1)
    tokyo.directory.reset_counters()
    plan = tokyo.start(run)
    assert [step.key for step in plan.steps][:3] == ["second-opinion", "go", "bring-up"]
    assert tokyo.perform(plan).status is Status.SUCCEEDED
    assert tokyo.directory.counters.writes_received == 0


def test_a_directory_that_names_the_other_node_refuses_a_start(tokyo):
    tokyo.lab.fault(TYO1, "powered-off", True)
    with pytest.raises(Refusal, match="does not name TYO-EX2 as a whole"):
        tokyo.start(tokyo.asked(TYO2))


def test_a_directory_that_changes_after_a_start_was_planned_fails_it_and_says_so(tokyo):
    for node in (TYO1, TYO2):
        tokyo.lab.fault(node, "powered-off", True)
    tokyo.lab.fault(TYO1, "powered-off", False)
    plan = tokyo.start(tokyo.asked(TYO1))
    with tokyo.open() as opened:
        pointer = opened.read_directory().pointers[0]
        other = opened.read_directory().standby.dn
    with tokyo.administrator() as connection:
        assert connection.modify(pointer.dn, {pointer.attribute: [("MODIFY_REPLACE", [other])]})
    ending = tokyo.perform(plan)
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, "second-opinion", False)
    assert pointer.dn in ending.summary
    assert tokyo.runs.until == {}


def test_a_takeover_meets_a_directory_that_is_switched_already_and_writes_nothing_twice(tokyo):
    tokyo.lab.fault(TYO1, "powered-off", True)
    run = tokyo.asked(TYO2)
    assert tokyo.perform(tokyo.takeover(run)).status is Status.SUCCEEDED
    tokyo.directory.reset_counters()
    plan = tokyo.takeover(run)
    assert plan.membership.changing == 0
    assert [s.key for s in plan.steps if s.changes] == []


def dead_and_not_moved(tokyo: Scripted) -> None:
    """TYO-EX1 has lost its power while the product on TYO-EX2 was down; now it is up, and has moved nothing."""
    tokyo.lab.fault(TYO2, "engine-down", True)
    tokyo.lab.fault(TYO1, "powered-off", True)
    assert tokyo.until(lambda: tokyo.owner() == "")
    tokyo.lab.fault(TYO2, "engine-down", False)


def test_a_person_takes_the_group_over_from_a_dead_node(tokyo):
    dead_and_not_moved(tokyo)
    plan = tokyo.take_by_hand(TYO2)
    assert plan.typed_confirmation
    command = plan.step("hand-over").commands[0]
    assert (command.node, command.line, command.detached) == (TYO2, "clpgrp -s EXCHANGE -h TYO-EX2", True)
    ending = tokyo.perform(plan)
    assert ending.status is Status.SUCCEEDED, ending
    assert tokyo.owner() == TYO2


@pytest.mark.parametrize(("target", "key"), [(TYO2, "takeover.given-up")])
def test_a_person_is_refused_while_the_product_calls_the_other_server_online(tokyo, target, key):
    with pytest.raises(Refusal) as refused:
        tokyo.take_by_hand(target)
    keys = {reason.key: reason for reason in refused.value.reasons}
    assert "Online, not Offline" in keys[key].text
    assert keys[key].remedy


def test_a_person_is_refused_while_the_target_cannot_tell(tokyo):
    tokyo.lab.fault(TYO2, "engine-down", True)
    tokyo.lab.fault(TYO1, "powered-off", True)
    with pytest.raises(Refusal) as refused:
        tokyo.take_by_hand(TYO2)
    assert "cannot tell" in next(r.text for r in refused.value.reasons if r.key == "takeover.given-up")


def test_a_person_must_name_a_node_of_the_cluster(tokyo):
    for target in ("", "NOWHERE"):
        with pytest.raises(Refusal) as refused:
            tokyo.take_by_hand(target)
        assert TYO1 in refused.value.reasons[0].remedy


def test_a_server_that_comes_back_after_the_plan_stops_a_persons_takeover_before_its_first_change(tokyo):
    dead_and_not_moved(tokyo)
    plan = tokyo.take_by_hand(TYO2)
    tokyo.lab.fault(TYO1, "powered-off", False)
    tokyo.until(lambda: tokyo.lab.world.node(TYO1).engine)
    ending = tokyo.perform(plan)
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, "second-opinion", False)


def taken(ground: Ground) -> list[str]:
    """Take the group over to TYO-EX2 by hand; how it ended, and the steps that found nothing left to do."""
    ground.frozen.kept.clear()
    with ground.open() as opened:
        plan = planner.make_person_takeover(opened, TYO2, ground.frozen.kept.extend)
    ending = ground.perform(plan)
    assert ending.status is Status.SUCCEEDED, ending
    assert ground.owner() == TYO2
    return [step for kind, step, _, _ in ground.journal.lines if kind == "already"]


def test_without_scripts_a_person_takes_over_and_the_console_starts_the_services(bare):
    schedule = bare.lab.world.schedule
    bare.lab.fault(TYO2, "engine-down", True)
    bare.lab.fault(TYO1, "powered-off", True)
    assert schedule.wait(lambda: bare.owner() == "", 15)
    bare.lab.fault(TYO2, "engine-down", False)
    assert "hand-over" not in taken(bare)


def test_without_scripts_a_person_finishes_what_the_product_began(bare):
    world = bare.lab.world
    bare.lab.fault(TYO1, "powered-off", True)
    group = world.clusters[0].groups[0]
    assert world.schedule.wait(lambda: bare.owner() == TYO2 and group.status == "Online", 15)
    bare.lab.fault(TYO1, "powered-off", False)
    assert world.schedule.wait(lambda: world.node(TYO1).engine, 15)
    assert "hand-over" in taken(bare)


def test_with_scripts_a_group_that_is_up_cannot_be_given_a_go_by_hand(tokyo):
    with pytest.raises(Refusal) as refused:
        tokyo.take_by_hand(TYO1)
    assert "takeover.script" in {reason.key for reason in refused.value.reasons}
