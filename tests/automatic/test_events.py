"""What nodes report, and what follows: taken once, decided under the lock, one go at most, nothing half-done."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from console.domain.errors import ChangeoverError
from console.domain.events.runs import GoHeld
from console.domain.hooks.messages import HookRefusal
from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status
from console.models import Alarm, AuditRecord, Cluster, Go, NodeRun, Operation
from console.services import deciding, events, goes, upkeep
from console.services.clock import database_now
from console.services.endings import end
from console.services.runs import ClusterRuns
from tests.automatic.asking import decided, give, past, plan_state, planned, report, tell, uncertain, under_way
from tests.automatic.sights import EX1, EX2, sight
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokyo(db: None) -> Cluster:
    """TOK-EX1 (primary) and TOK-EX2."""
    return making.cluster()


def test_a_question_waits_until_a_worker_has_decided(tokyo: Cluster) -> None:
    answer = tell("starting")
    assert (answer.answer, answer.run, answer.poll) == ("wait", report("starting").body.run, 1)
    run = decided()
    assert (run.decision, run.operation is not None, run.decide_after) == ("open", True, None)
    assert tell("starting").operation == run.operation_id


def test_an_event_that_is_delivered_twice_changes_nothing_more(tokyo: Cluster) -> None:
    for _ in range(2):
        tell("starting")
    assert NodeRun.objects.count() == 1
    decided()
    decided()
    assert Operation.objects.count() == 1
    for event in ("started", "started", "starting"):
        tell(event)
    run = NodeRun.objects.get()
    assert (run.last_event, run.started_at is not None, Operation.objects.count()) == ("started", True, 1)
    assert run.operation is not None
    assert run.operation.journal.filter(text__contains="reports started").count() == 1


def test_a_run_of_one_node_cannot_be_spoken_for_by_another(tokyo: Cluster) -> None:
    tell("starting", EX2)
    run = report("starting", EX2).body.run
    with pytest.raises(HookRefusal, match="another node's") as refused:
        tell("failed", EX1, run=run)
    assert refused.value.code == "wrong-node"
    with pytest.raises(HookRefusal) as unknown:
        events.answer_for(run, EX1)
    assert unknown.value.code == "unknown-run"
    assert NodeRun.objects.get().failed_at is None


def test_a_node_that_only_came_back_is_noted(tokyo: Cluster) -> None:
    assert tell("recover", clp_event="RECOVER").answer == "noted"
    assert tell("starting", EX1, clp_event="RECOVER").answer == "noted"
    assert set(NodeRun.objects.values_list("decision", "decide_after")) == {("log", None)}
    assert deciding.due() == []


def test_a_question_nobody_takes_up_is_sent_again_and_decided_by_one(tokyo: Cluster) -> None:
    tell("starting")
    run = NodeRun.objects.get()
    assert [found.pk for found in deciding.due()] == [run.pk]
    inner: list[bool] = []

    def look(cluster: Cluster, caller: str) -> Any:
        inner.append(deciding.decide(run.pk, sight()))
        return sight()(cluster, caller)

    assert deciding.decide(run.pk, look)
    assert inner == [False], "another worker finds it taken"
    assert deciding.due() == []


def test_what_keeps_the_console_from_looking_is_an_alarm_and_tried_again(tokyo: Cluster) -> None:
    tell("starting")
    run = NodeRun.objects.get()

    def blind(cluster: Cluster, caller: str) -> Any:
        raise ChangeoverError("The password is away.", remedy="Put it back.")

    assert not deciding.decide(run.pk, blind)
    alarm = Alarm.objects.get(key="undecided")
    assert "The password is away." in alarm.text
    assert alarm.remedy == "Put it back. It is tried again by itself."
    NodeRun.objects.update(decide_after=database_now())
    assert deciding.decide(run.pk, sight())


def test_a_takeover_begins_as_nobodys_with_its_reason_and_its_audit(tokyo: Cluster) -> None:
    tell("starting")
    operation = decided().operation
    assert operation is not None
    assert (operation.kind, operation.source, operation.target, operation.automatic) == ("takeover", EX1, EX2, True)
    assert (operation.requested_by_name, operation.origin, plan_state(operation)) == (
        "changeover",
        "webhook",
        "preparing",
    )
    assert "TOK-EX2 asked for a go" in operation.reason
    record = AuditRecord.objects.get(action="operation:automatic:began")
    assert (record.cluster_name, record.reason) == ("TOKYO", operation.reason)


def test_the_superseded_operation_ends_and_the_takeover_begins_together_or_not_at_all(
    tokyo: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    failback = planned(tokyo, "failback")
    tell("starting", EX2)
    run = NodeRun.objects.get()
    with monkeypatch.context() as broken:
        broken.setattr("console.services.automatic._new", lambda *_: 1 / 0)
        assert not deciding.decide(run.pk, sight(named=EX2))
    failback.refresh_from_db()
    assert failback.status == "running", "nothing of it stands"
    NodeRun.objects.update(decide_after=database_now())
    assert deciding.decide(run.pk, sight(named=EX2))
    failback.refresh_from_db()
    taken = Operation.objects.get(kind="takeover")
    assert (failback.status, failback.superseded_by) == ("failed", taken)
    assert failback.ending_summary == "The cluster product brought the group up on TOK-EX2."
    assert AuditRecord.objects.filter(action="operation:ending:superseded").count() == 1


def test_who_lost_the_operation_cannot_give_its_go(tokyo: Cluster) -> None:
    failover = planned(tokyo)
    tell("starting", EX2)
    run = decided(EX2)
    assert run.decision == "join"
    tell("starting", EX1)
    assert decided(EX1, sight(named=EX1)).decision == "open"
    failover.refresh_from_db()
    assert failover.status == "failed"
    with pytest.raises(LeaseLost):
        goes.give(run, failover.pk, failover.lease_token, 120)
    assert Go.objects.count() == 0
    assert events.answer_for(run.run_id, EX2).answer == "no", "its operation is over"


def test_a_go_is_told_until_it_expires_and_is_fetched_by_being_told(tokyo: Cluster) -> None:
    operation = planned(tokyo)
    tell("starting")
    run = decided()
    go = give(operation, run)
    assert give(operation, run) == go, "asked for twice, it is the same"
    answer = events.answer_for(run.run_id, EX2)
    assert (answer.answer, answer.operation, answer.expires) == ("go", operation.pk, go.expires_at)
    go.refresh_from_db()
    assert go.fetched_at is not None
    Go.objects.update(**past())
    assert events.answer_for(run.run_id, EX2).answer == "wait"


def test_a_go_for_one_node_keeps_the_other_from_having_one_until_it_has_expired(tokyo: Cluster) -> None:
    operation = planned(tokyo)
    tell("starting", EX2)
    first = decided(EX2)
    give(operation, first)
    tell("starting", EX1)
    second = NodeRun.objects.get(node__name=EX1)
    with pytest.raises(GoHeld, match="TOK-EX2 has a go until"):
        give(operation, second)
    Go.objects.update(**past())
    give(operation, second)
    assert list(Go.objects.values_list("ended_how", flat=True)) == ["", "expired"]


def test_a_fetched_go_is_not_taken_back_and_an_unfetched_one_is(tokyo: Cluster) -> None:
    operation = planned(tokyo)
    tell("starting")
    run = decided()
    runs = ClusterRuns(tokyo.pk, operation.pk, operation.lease_token)
    runs.give_go(run.run_id, valid_seconds=120)
    runs.withdraw(run.run_id, "the other node woke up")
    assert events.answer_for(run.run_id, EX2).answer == "no"
    with pytest.raises(GoHeld, match="told no"):
        runs.give_go(run.run_id, valid_seconds=120)
    again = "run-of-ex2-9876543210"
    tell("starting", run=again)
    NodeRun.objects.filter(run_id=again).update(decide_after=None, decided_at=database_now())
    runs.give_go(again, valid_seconds=120)
    assert events.answer_for(again, EX2).answer == "go"
    runs.withdraw(again, "too late")
    assert events.answer_for(again, EX2).answer == "go"
    seen = runs.run(again)
    assert seen is not None
    assert seen.fetched_go


def test_an_operation_that_ends_otherwise_takes_back_what_was_not_fetched(tokyo: Cluster) -> None:
    operation = planned(tokyo)
    tell("starting")
    run = decided()
    give(operation, run)
    end(operation.pk, Ending(Status.FAILED, "The stores do not mount."), only_if=Q())
    answer = events.answer_for(run.run_id, EX2)
    assert answer.answer == "no"
    assert "The stores do not mount." in answer.reason


def test_a_node_whose_operation_failed_before_its_go_waits_and_somebody_is_told(tokyo: Cluster) -> None:
    tell("starting")
    run = decided()
    assert run.operation is not None
    operation = under_way(run.operation)
    end(operation.pk, Ending(Status.FAILED, "No controller answers.", remedy="Start one."), only_if=Q())
    assert events.answer_for(run.run_id, EX2).answer == "wait"
    alarm = Alarm.objects.get(key="no-go")
    assert (alarm.run, alarm.operation) == (run, operation)
    assert "No controller answers." in alarm.text
    assert plan_state(operation) == "failed"
    deciding.again(run, making.actor(), "the controller is back")
    assert decided().operation != operation


def test_a_failure_that_no_operation_looks_after_is_an_alarm(tokyo: Cluster) -> None:
    tell("failed", detail="MSExchangeIS did not start")
    assert "MSExchangeIS did not start" in Alarm.objects.get(key="script-failed").text


def test_a_stop_ends_the_nodes_go(tokyo: Cluster) -> None:
    operation = planned(tokyo)
    tell("starting")
    give(operation, decided())
    tell("stopped", run="stop-run-0123456789")
    assert Go.objects.get().ended_how == "stopped"


def test_the_other_node_holding_the_group_is_a_no_an_alarm_and_nothing_else(tokyo: Cluster) -> None:
    tell("starting")
    run = decided(look=sight(holder=EX1, store_on=EX1))
    assert (run.answer, run.decision, run.operation) == ("no", "no", None)
    assert Alarm.objects.get().key == "two-actives"
    assert Operation.objects.count() == 0
    assert events.answer_for(run.run_id, EX2).answer == "no"


def test_a_second_question_after_the_first_nodes_go_is_fetched_gets_a_no(tokyo: Cluster) -> None:
    look = sight(holder="", named=EX1)
    tell("starting", EX1)
    first = decided(EX1, look)
    assert first.operation is not None
    give(under_way(first.operation), first)
    tell("starting", EX2)
    assert events.answer_for(first.run_id, EX1).answer == "go"
    both = lambda cluster, caller: sight(holder=EX1)(cluster, caller)  # noqa: E731 - by now EX1 says that it has it
    second = decided(EX2, both)
    assert second.answer == "no"
    assert Operation.objects.get().status == "running"


def test_a_superseded_uncertain_operation_holds_nothing_and_still_waits_for_a_person(tokyo: Cluster) -> None:
    waiting = uncertain(tokyo)
    tell("starting")
    operation = decided().operation
    waiting.refresh_from_db()
    assert waiting.superseded_by == operation
    assert waiting.needs_acknowledgement
    end(operation.pk, Ending(Status.SUCCEEDED, "Up."), only_if=Q())  # type: ignore[union-attr]
    Operation.objects.update(cooldown_lifted_at=database_now())
    assert making.ready(tokyo).state == "ready"


def test_an_automatic_operation_that_no_worker_takes_expires_and_never_starts_late(tokyo: Cluster) -> None:
    tell("starting")
    run = decided()
    Operation.objects.update(claim_before=database_now())
    upkeep.sweep()
    assert run.operation is not None
    run.operation.refresh_from_db()
    assert run.operation.status == "failed"
    assert Alarm.objects.filter(key="no-go").exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_that_give_a_go_at_once_one_does() -> None:
    tokyo = making.cluster()
    operation = planned(tokyo)
    for number in range(6):
        tell("starting", (EX1, EX2)[number % 2], run=f"run-number-{number}-0123456789")
    runs = list(NodeRun.objects.select_related("node"))
    together, got = threading.Barrier(len(runs)), []

    def take(run: NodeRun) -> None:
        together.wait()
        try:
            got.append(give(operation, run))
        except GoHeld:
            pass
        finally:
            connection.close()

    _at_once([lambda run=run: take(run) for run in runs])
    assert len(got) == 1
    assert Go.objects.filter(ended_at__isnull=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_a_fetch_and_a_withdrawal_at_once_one_wins_and_both_know_it() -> None:
    tokyo = making.cluster()
    operation = planned(tokyo)
    for number in range(8):
        name = f"run-number-{number}-0123456789"
        tell("starting", run=name)
        run = NodeRun.objects.select_related("node").get(run_id=name)
        give(operation, run)
        told: list[str] = []
        withdrawn: list[bool] = []
        together = threading.Barrier(2)

        def fetch(name: str = name, told: list[str] = told, together: threading.Barrier = together) -> None:
            together.wait()
            told.append(events.answer_for(name, EX2).answer)
            connection.close()

        def withdraw(
            run: NodeRun = run, withdrawn: list[bool] = withdrawn, together: threading.Barrier = together
        ) -> None:
            together.wait()
            withdrawn.append(goes.withdraw(run, "over"))
            connection.close()

        _at_once([fetch, withdraw])
        assert (told, withdrawn) in ((["go"], [False]), (["no"], [True]), (["wait"], [True]))
        goes.finish(run, Go.Ended.STARTED)


@pytest.mark.django_db(transaction=True)
def test_two_nodes_that_ask_at_once_are_decided_one_after_the_other() -> None:
    tokyo = making.cluster()
    tell("starting", EX1)
    tell("starting", EX2)
    runs = list(NodeRun.objects.all())
    together = threading.Barrier(2)

    def settle(run: NodeRun) -> None:
        look = sight(holder="")

        def wait(cluster: Cluster, caller: str) -> Any:
            together.wait()
            return look(cluster, caller)

        deciding.decide(run.pk, wait)
        connection.close()

    _at_once([lambda run=run: settle(run) for run in runs])
    acting = Operation.objects.filter(cluster=tokyo, status__in=Operation.ACTING)
    assert acting.count() == 1
    assert set(NodeRun.objects.values_list("decision", flat=True)) == {"open"}
    assert NodeRun.objects.get(answer="wait").operation == acting.get()
    assert NodeRun.objects.get(answer="no").operation != acting.get()


def _at_once(acts: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
