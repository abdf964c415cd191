"""Mail moves at night and nobody clicks: what the cluster product does by itself, from the question to the proof."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from console.domain.checks import Refusal
from console.models import Alarm, AuditRecord, Go, NodeRun, Operation
from console.services import brakes, deciding, plans
from console.services.clock import database_now
from console.services.confirm import confirm
from tests.automatic.scene import TYO1, TYO2, Scene
from tests.services import making

pytestmark = pytest.mark.slow


def off(scene: Scene, *nodes: str, power: bool = False) -> None:
    """Take the nodes' power, or give it back."""
    for node in nodes:
        scene.lab.fault(node, "powered-off", not power)


def directory_writes(scene: Scene) -> int:
    assert scene.lab.directory is not None
    return scene.lab.directory.counters.writes_received


def planned(scene: Scene, kind: str = "failover", target: str = "") -> Operation:
    """A person's planned move, confirmed."""
    record = plans.make(plans.prepare(scene.cluster, kind, target, making.actor(), send=False).pk)
    assert record.state == "ready", (record.refusal, record.error)
    return confirm(record, making.actor(), "firmware")


def test_the_active_node_dies_and_mail_is_up_on_the_other_without_a_click(scene: Scene) -> None:
    scene.observe()
    off(scene, TYO1)
    operation = scene.ended()
    assert (operation.kind, operation.target, operation.status) == ("takeover", TYO2, "succeeded"), scene.story()
    assert scene.owner() == TYO2
    assert scene.goes() == [TYO2]
    assert operation.automatic
    assert operation.needs_acknowledgement
    assert operation.outage_started_at is not None
    assert operation.outage_ended_at is not None
    assert operation.outage_started_at < operation.confirmed_at, "down since it was last seen to be up"
    assert AuditRecord.objects.get(action="operation:automatic:began").origin == "webhook"
    assert Go.objects.get().ended_how == "started"


def test_after_both_nodes_were_off_the_group_starts_where_the_directory_points_and_nothing_is_written(
    scene: Scene,
) -> None:
    off(scene, TYO1, TYO2)
    before = directory_writes(scene)
    off(scene, TYO1, TYO2, power=True)
    operation = scene.ended()
    assert (operation.kind, operation.target, operation.status) == ("start", TYO1, "succeeded"), scene.story()
    assert directory_writes(scene) == before
    assert scene.goes() == [TYO1]
    assert not Alarm.objects.exists()


def test_the_products_own_console_moves_the_group_and_the_directory_follows(scene: Scene) -> None:
    scene.lab.type(TYO1, "clpgrp -m EXCHANGE")
    operation = scene.ended()
    assert (operation.kind, operation.target, operation.status) == ("takeover", TYO2, "succeeded"), scene.story()
    assert scene.owner() == TYO2
    assert scene.goes() == [TYO2]


def test_a_planned_failover_is_joined_by_the_targets_script_and_gets_its_go_from_there(scene: Scene) -> None:
    operation = scene.ended(planned(scene).pk)
    assert operation.status == "succeeded", scene.story()
    assert Operation.objects.count() == 1
    assert NodeRun.objects.get(first_event="starting").decision == "join"
    assert scene.goes() == [TYO2]
    assert AuditRecord.objects.filter(action="webhook:run:joined").count() == 1


def test_a_console_that_comes_back_between_question_and_go_takes_the_question_up(scene: Scene) -> None:
    scene.workers_stop()
    off(scene, TYO1)
    run = scene.run_of(TYO2)
    assert (run.answer, run.decided_at) == ("wait", None)
    assert Operation.objects.count() == 0
    scene.workers()
    assert scene.ended().status == "succeeded", scene.story()
    assert scene.goes() == [TYO2]


def test_a_takeover_goes_ahead_under_a_global_stop_that_refuses_what_a_person_asks(scene: Scene) -> None:
    brakes.set_stop(making.actor(), "the storage is being serviced")
    refused = plans.make(plans.prepare(scene.cluster, "failover", "", making.actor(), send=False).pk)
    assert refused.state == "refused"
    assert refused.refusal is not None
    assert "storage is being serviced" in refused.refusal["reasons"][0]["text"]
    assert "stop off" in refused.refusal["reasons"][0]["remedy"]
    off(scene, TYO1)
    assert scene.ended().status == "succeeded", scene.story()
    assert scene.owner() == TYO2


def test_a_takeover_within_the_cooldown_goes_ahead_with_an_alarm_and_binds_what_a_person_asks(scene: Scene) -> None:
    off(scene, TYO1)
    first = scene.ended()
    assert first.status == "succeeded", scene.story()
    assert not Alarm.objects.filter(key="flapping").exists()
    off(scene, TYO1, power=True)
    scene.until(lambda: scene.lab.world.node(TYO1).engine)
    refusal = brakes.why_not(scene.cluster)
    assert refusal is not None
    assert f"cooldown {scene.cluster.name} --lift" in refusal.reasons[0].remedy
    off(scene, TYO2)
    second = scene.until(lambda: Operation.objects.filter(pk__gt=first.pk).first())
    assert scene.ended(second.pk).status == "succeeded", scene.story()
    assert (second.kind, second.target) == ("takeover", TYO1)
    alarm = Alarm.objects.get(key="flapping")
    assert alarm.operation_id == second.pk
    assert f"operation {first.pk}" in alarm.text


def test_a_takeover_supersedes_an_uncertain_operation_which_stays_to_be_acknowledged(scene: Scene) -> None:
    scene.workers_stop()
    waiting = planned(scene)
    Operation.objects.filter(pk=waiting.pk).update(status="uncertain", ended_at=database_now())
    scene.workers()
    off(scene, TYO1)
    taken = scene.until(lambda: Operation.objects.filter(kind="takeover").first())
    assert scene.ended(taken.pk).status == "succeeded", scene.story()
    waiting.refresh_from_db()
    assert waiting.superseded_by == taken
    assert waiting.needs_acknowledgement


def test_a_target_that_changes_its_mind_midway_ends_the_failover_and_is_followed(scene: Scene) -> None:
    operation = planned(scene)
    scene.until(lambda: NodeRun.objects.filter(node__name=TYO2, decision="join").exists())
    off(scene, TYO2)
    scene.run_of(TYO1)
    ended = scene.ended(operation.pk)
    assert ended.status == "failed", scene.story()
    scene.until(lambda: scene.owner() == TYO1)
    following = scene.until(lambda: Operation.objects.filter(pk__gt=operation.pk, target=TYO1).last())
    assert scene.ended(following.pk).status == "succeeded", scene.story()
    unexpired = Go.objects.filter(run__node__name=TYO2, ended_at__isnull=True)
    assert not unexpired.exists()
    assert scene.started_on() <= {TYO1}


def test_a_lost_heartbeat_with_both_nodes_alive_gets_a_signed_no_and_an_alarm(scene: Scene) -> None:
    before = directory_writes(scene)
    scene.lab.fault(TYO2, "heartbeats-lost", True)
    run = scene.until(lambda: NodeRun.objects.filter(node__name=TYO2, answer="no").first())
    assert run.decision == "no"
    assert "store service runs on TYO-EX1" in run.reason
    assert Alarm.objects.get(key="two-actives").run == run
    assert Operation.objects.count() == 0
    assert Go.objects.count() == 0
    assert directory_writes(scene) == before
    assert scene.started_on() == set(), "nothing was started that did not run from the beginning"


def test_another_node_that_turns_out_active_when_the_takeover_is_planned_is_a_no_within_seconds(scene: Scene) -> None:
    scene.workers_stop()
    off(scene, TYO1)
    run = scene.run_of(TYO2)
    assert deciding.decide(run.pk)
    scene.lab.fault(TYO2, "heartbeats-lost", True)
    off(scene, TYO1, power=True)
    scene.run_of(TYO1)
    scene.lab.type(TYO1, "sc start MSExchangeIS")
    scene.until(lambda: TYO1 in scene.started_on())
    before = directory_writes(scene)
    scene.workers()
    operation = scene.ended()
    run.refresh_from_db()
    assert operation.started_at is not None
    assert operation.ended_at is not None
    assert (operation.status, run.answer) == ("failed", "no"), scene.story()
    assert operation.ended_at - operation.started_at < timedelta(seconds=15)
    assert "store service runs on TYO-EX1" in run.reason
    assert set(Alarm.objects.values_list("key", flat=True)) == {"two-actives"}
    assert scene.goes() == []
    assert directory_writes(scene) == before
    assert scene.started_on() == {TYO1}


def test_of_two_nodes_that_ask_one_that_hears_the_console_no_more_is_not_overtaken_by_the_other(
    transactional_db: None, live_server: Any, tmp_path: Path
) -> None:
    scene = Scene(tmp_path / "lab", live_server.url, silence_after=8.0)
    try:
        off(scene, TYO1, TYO2)
        scene.lab.fault(TYO2, "heartbeats-lost", True)
        off(scene, TYO1, TYO2, power=True)
        scene.run_of(TYO1)
        second = scene.run_of(TYO2)
        scene.lab.fault(TYO1, "webhook-unreachable", True)
        assert deciding.decide(second.pk)
        assert NodeRun.objects.get(node__name=TYO1).answer == "no", "told, but it does not hear it"
        scene.workers()
        scene.until(lambda: NodeRun.objects.filter(pk=second.pk, answer="no").exists())
        assert scene.goes() == [], scene.story()
        assert scene.started_on() == {TYO1}, "by its kit, since the console is silent to it"
    finally:
        scene.close()


def test_two_nodes_that_both_start_and_both_ask_get_exactly_one_go(scene: Scene) -> None:
    scene.workers_stop()
    off(scene, TYO1, TYO2)
    scene.lab.fault(TYO2, "heartbeats-lost", True)
    off(scene, TYO1, TYO2, power=True)
    scene.run_of(TYO1)
    scene.run_of(TYO2)
    scene.workers()
    scene.until(lambda: NodeRun.objects.filter(first_event="starting", started_at__isnull=False).exists(), 60)
    scene.until(lambda: not Operation.objects.filter(status__in=Operation.ACTING).exists(), 60)
    assert len(set(scene.goes())) == 1, scene.story()
    assert len(scene.started_on()) == 1, scene.story()


def test_a_question_nobody_decided_in_time_is_not_decided_late(scene: Scene) -> None:
    scene.workers_stop()
    off(scene, TYO1)
    run = scene.run_of(TYO2)
    scene.lab.fault(TYO2, "webhook-unreachable", True)
    old = database_now() - timedelta(minutes=10)
    NodeRun.objects.filter(pk=run.pk).update(last_seen_at=old, first_seen_at=old, decide_after=old)
    scene.workers()
    scene.until(lambda: Alarm.objects.exists())
    assert Operation.objects.count() == 0
    run.refresh_from_db()
    assert run.decided_at is None
    alarm = Alarm.objects.get(key="unanswered")
    assert alarm.run == run
    scene.lab.fault(TYO2, "webhook-unreachable", False)
    assert scene.ended().status == "succeeded", "asked again, it is decided"


def test_a_person_takes_over_from_a_dead_node_that_the_product_has_not_moved(scene: Scene) -> None:
    scene.lab.fault(TYO2, "engine-down", True)
    off(scene, TYO1)
    scene.until(lambda: scene.owner() == "")
    scene.lab.fault(TYO2, "engine-down", False)
    record = plans.make(plans.prepare(scene.cluster, "takeover", TYO2, making.actor(), send=False).pk)
    assert record.state == "ready", (record.refusal, record.error)
    with pytest.raises(Refusal, match="not confirmed yet") as refused:
        confirm(record, making.actor(), "power failure")
    assert {"confirm.typed", "confirm.sentence"} <= {reason.key for reason in refused.value.reasons}
    told = {check.key for check in plans.of(record).unknowns}
    said = {"typed": scene.cluster.name, "sentence": "tyo-ex1 is down.", "accepted": told}
    operation = confirm(record, making.actor(), "power failure", **said)  # type: ignore[arg-type]
    assert scene.ended(operation.pk).status == "succeeded", scene.story()
    assert scene.owner() == TYO2
    assert scene.goes() == [TYO2]
    assert not operation.automatic
    assert NodeRun.objects.get(node__name=TYO2, first_event="starting").decision == "join"


def test_a_persons_takeover_is_refused_while_the_product_calls_the_other_server_online(scene: Scene) -> None:
    record = plans.make(plans.prepare(scene.cluster, "takeover", TYO2, making.actor(), send=False).pk)
    assert record.state == "refused"
    assert record.refusal is not None
    assert "takeover.given-up" in {reason["key"] for reason in record.refusal["reasons"]}
    with pytest.raises(Refusal, match="No plan"):
        plans.prepare(scene.cluster, "takeover", "", making.actor(), send=False)
