"""Moves that the nodes' own scripts carry: handed over, switched, given a go, brought up, and proved."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.domain.checks import Refusal
from console.domain.outcome import Status
from console.domain.steps.write_scripted import ASK_SECONDS
from tests.directory.snapshot import difference
from tests.domain.stage import People
from tests.moves.ground import texts
from tests.moves.scripted import TYO1, TYO2, Scripted

pytestmark = pytest.mark.slow


@pytest.fixture
def tokyo(tmp_path: Path) -> Iterator[Scripted]:
    made = Scripted(tmp_path / "lab")
    yield made
    made.close()


def at(step, act):
    """A control that acts once, right before the step called `step`."""
    done = []

    def beat(name):
        if name == step and not done:
            done.append(name)
            act()

    return People(on_beat=beat)


def test_a_failover_is_handed_over_and_the_scripts_stop_and_start_exchange(tokyo):
    plan = tokyo.plan("failover")
    kinds = [step.kind for step in plan.steps]
    assert [k for k in kinds if not k.startswith("directory.")] == [
        *("recheck", "hand-over", "go", "bring-up", "stores.mounted", "greeting", "moved")
    ]
    assert kinds.index("hand-over") < kinds.index("directory.apply") < kinds.index("go")
    ending = tokyo.perform(plan)
    assert ending.status is Status.SUCCEEDED, ending
    assert tokyo.owner() == TYO2
    assert tokyo.console.events() == [(TYO1, "stopped"), (TYO2, "starting"), (TYO2, "started")]


def test_no_service_starts_before_the_directory_is_switched_and_it_is_switched_only_after_the_stop(tokyo):
    tokyo.move("failover")
    effects = tokyo.lab.world.log.since(0)
    stopped = [e.seq for e in effects if e.kind == "service" and e.after == "STOPPED"]
    directory = [e.seq for e in effects if e.kind.startswith("directory.")]
    started = [e.seq for e in effects if e.kind == "service" and e.after == "START_PENDING"]
    assert max(stopped) < min(directory) < max(directory) < min(started)


def test_there_and_back_leaves_the_directory_as_it_was_but_for_the_planned_flags(tokyo):
    before = tokyo.picture()
    over = tokyo.plan("failover")
    assert tokyo.perform(over).status is Status.SUCCEEDED
    back = tokyo.plan("failback")
    assert tokyo.perform(back).status is Status.SUCCEEDED
    assert tokyo.owner() == TYO1
    planned = {change.dn for plan in (over, back) for change in plan.step("mount-flags").changes}
    assert {dn for dn, _ in difference(before, tokyo.picture())} == planned


def test_scripts_that_somebody_edited_refuse_the_move_with_a_remedy(tokyo):
    tokyo.lab.fault(TYO2, "script-edited", True)
    with pytest.raises(Refusal) as refused:
        tokyo.plan("failover")
    (reason,) = [r for r in refused.value.reasons if r.key == "group.scripts"]
    assert "did not write" in reason.text
    assert "console's scripts on both nodes" in reason.remedy


def test_scripts_that_are_edited_after_the_plan_stop_it_before_its_first_change(tokyo):
    plan = tokyo.plan("failover")
    tokyo.lab.fault(TYO1, "script-edited", True)
    ending = tokyo.perform(plan)
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, "recheck", False)
    assert "node scripts: TYO-EX1 was console, is guide/unknown" in ending.summary


def test_a_stop_takes_effect_before_the_hand_over_and_after_the_bring_up_only(tokyo):
    plan = tokyo.plan("failover")
    safe = [step.key for step in plan.steps if step.safe_point]
    assert safe == ["recheck", "hand-over", "stores-mounted"]
    ending = tokyo.perform(plan, People(stop_by="Olga"))
    assert (ending.status, tokyo.owner()) == (Status.STOPPED, TYO1)
    assert tokyo.console.events() == []


def test_a_group_that_fails_on_the_target_fails_before_the_directory_is_switched(tokyo):
    tokyo.lab.fault(TYO2, "group-fails", True, resource="sd1")
    tokyo.directory.reset_counters()
    ending = tokyo.move("failover")
    assert (ending.status, ending.step) == (Status.FAILED, "hand-over")
    assert tokyo.directory.counters.writes_received == 0


def test_a_service_that_does_not_start_fails_the_bring_up_with_the_scripts_own_word(tokyo):
    tokyo.lab.fault(TYO2, "service-does-not-start", True, service="SMTPSVC")
    ending = tokyo.move("failover")
    assert (ending.status, ending.step) == (Status.FAILED, "bring-up")
    assert "SMTPSVC did not start" in ending.summary


def test_a_report_that_gets_lost_is_made_up_for_by_the_group_being_online(tokyo):
    silenced = at("bring-up", lambda: tokyo.lab.fault(TYO2, "webhook-unreachable", True))
    assert tokyo.perform(tokyo.plan("failover"), silenced).status is Status.SUCCEEDED
    assert "did not report" in " ".join(texts(tokyo.journal, "done"))


def test_the_other_node_taking_the_group_back_before_the_switch_stops_it_untouched(tokyo):
    plan = tokyo.plan("failover")
    tokyo.directory.reset_counters()
    dies = at("mount-flags", lambda: tokyo.lab.fault(TYO2, "powered-off", True))

    def beat(name: str) -> None:
        dies.on_beat(name)
        if name == "mount-flags":
            tokyo.until(lambda: tokyo.owner() == TYO1)

    ending = tokyo.perform(plan, People(on_beat=beat))
    assert (ending.status, ending.step) == (Status.FAILED, "mount-flags")
    assert "only be switched towards the node that holds the group" in ending.summary
    assert tokyo.directory.counters.writes_received == 0


def test_a_store_that_runs_on_the_source_when_the_go_is_due_is_an_alarm_and_no_go(tokyo):
    def start_store() -> None:
        with tokyo.open() as opened:
            opened.session(TYO1).run(("sc", "start", "MSExchangeIS"), within=5)

    ending = tokyo.perform(tokyo.plan("failover"), at("go", start_store))
    assert (ending.status, ending.step) == (Status.FAILED, "go")
    assert "store service runs on TYO-EX1" in ending.summary
    assert tokyo.runs.until == {}
    alarms = [data["alarm"] for _, _, _, data in tokyo.journal.lines if data and "alarm" in data]
    assert alarms == ["two-actives"]


def test_a_go_that_nobody_fetches_expires_and_the_step_fails_for_certain(tokyo):
    cut = at("go", lambda: tokyo.lab.fault(TYO2, "webhook-unreachable", True))
    plan = tokyo.plan("failover")
    short = replace(plan, steps=tuple(s if s.kind != "go" else replace(s, within=3.0) for s in plan.steps))
    ending = tokyo.perform(short, cut)
    assert (ending.status, ending.step) == (Status.FAILED, "go")
    assert "has not fetched its go" in ending.summary
    assert tokyo.runs.goes() == []
    assert tokyo.running(TYO2) == set()


def test_a_go_waits_for_another_runs_go_to_end(tokyo):
    plan = tokyo.plan("failover")

    def other_go() -> None:
        tokyo.runs.ask("elsewhere", "TYO-EX1")
        tokyo.runs.give_go("elsewhere", valid_seconds=1.5)

    assert tokyo.perform(plan, at("go", other_go)).status is Status.SUCCEEDED
    assert any("holds an unexpired go" in text for text in texts(tokyo.journal, "waiting"))


def test_the_plan_of_a_scripted_move_waits_long_enough_for_the_question_and_for_another_go(tokyo):
    go = tokyo.plan("failover").step("go")
    assert go.params["ask_within"] >= ASK_SECONDS
    assert go.within > go.params["valid_seconds"]
