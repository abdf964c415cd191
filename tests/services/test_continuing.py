"""An ended operation is carried on in its own record, by a person's word, or refused with every reason why not."""

from datetime import timedelta
from typing import Any

import pytest

from console.domain.checks import Refusal
from console.domain.outcome import Ending, Status
from console.domain.plan import Step
from console.domain.ports import Control
from console.models import AuditRecord, JournalLine, NodeRun, ObservationRecord, Operation, PlanRecord
from console.services import brakes, operations, undoing, upkeep
from console.services.access import NotAllowed
from console.services.claiming import claim
from console.services.clock import database_now
from console.services.continuing import Choice, carry_on, why_not
from console.services.execute import execute
from console.services.journal import OperationJournal
from console.services.progress import progress_of
from tests.services import making

pytestmark = pytest.mark.django_db


def ended(status: Status, step: str = "move", acted: str = "move", **changes: Any) -> Operation:
    """An operation that stopped the services, acted in `acted`, and ended at `step`."""
    operation = making.operation(making.cluster(), changes.pop("kind", "failover"))

    def do(operation: Operation, token: int, control: Control) -> Ending:
        journal = OperationJournal(operation.pk, token)
        journal.write("acting", "NODE1: sc stop X", step="stop", data={"attempt": 1})
        journal.write("done", "Stopped.", step="stop")
        if acted:
            journal.write("acting", "NODE1: it acts", step=acted, data={"attempt": 1})
        return Ending(status, "So it ended.", step, "Do this.", changed=True)

    assert execute(operation.pk, "worker-1", do)
    if changes:
        Operation.objects.filter(pk=operation.pk).update(**changes)
    operation.refresh_from_db()
    return operation


def observed(operation: Operation) -> None:
    now = database_now() + timedelta(milliseconds=5)
    ObservationRecord.objects.update_or_create(cluster=operation.cluster, defaults={"at": now, "status": {}})


def refused(operation: Operation, choice: Choice, reason: str = "because") -> set[str]:
    with pytest.raises(Refusal) as caught:
        carry_on(operation, choice, making.actor(), reason)
    assert all(item.text and item.remedy for item in caught.value.reasons)
    assert AuditRecord.objects.filter(action="operation:request:refused").exists()
    return {item.key for item in caught.value.reasons}


@pytest.mark.parametrize("status", [Status.FAILED, Status.STOPPED])
def test_what_failed_or_was_stopped_is_carried_on_in_the_same_record(status: Status) -> None:
    operation = ended(status, stop_requested_by="olga", acknowledged_by="olga", todo=[{"what": "x"}])
    began, token = operation.started_at, operation.lease_token
    carried = carry_on(operation, Choice.RETRY, making.actor())
    assert (carried.status, carried.attempt, carried.ending_summary, carried.todo) == ("queued", 2, "", [])
    assert (carried.stop_requested_by, carried.acknowledged_by, carried.ended_at) == ("", "", None)
    assert JournalLine.objects.get(kind="continued").data["attempt"] == 2
    assert AuditRecord.objects.get(action="operation:continue:retried").before["status"] == status.value
    progress = progress_of(operation.pk)
    assert (progress.finished, progress.in_doubt) == (frozenset({"stop"}), "")
    lease = claim(operation.pk, "worker-2")
    assert lease is not None
    assert lease.token > token
    assert not lease.resumed
    operation.refresh_from_db()
    assert operation.started_at == began


def test_asking_twice_changes_nothing_and_asking_for_something_else_is_refused() -> None:
    operation = ended(Status.FAILED)
    carry_on(operation, Choice.RETRY, making.actor())
    assert carry_on(operation, Choice.RETRY, making.actor()).attempt == 2
    assert JournalLine.objects.filter(kind="continued").count() == 1
    assert refused(operation, Choice.SKIP) == {"continue.open"}


def test_a_step_is_left_out_with_a_reason_and_stands_in_the_journal() -> None:
    operation = ended(Status.FAILED, "greet", "")
    carry_on(operation, Choice.SKIP, making.actor(), "POP3 is not used")
    line = JournalLine.objects.get(kind="skipped")
    assert line.step == "greet"
    assert "POP3 is not used" in line.text
    assert progress_of(operation.pk).skipped == frozenset({"greet"})
    assert AuditRecord.objects.get(action="operation:continue:skipped").reason == "POP3 is not used"


def test_what_happened_counts_as_done() -> None:
    operation = ended(Status.UNCERTAIN)
    observed(operation)
    carry_on(operation, Choice.HAPPENED, making.actor(), "clpstat shows it on NODE2")
    progress = progress_of(operation.pk)
    assert (progress.finished, progress.in_doubt) == (frozenset({"stop", "move"}), "")
    assert "clpstat shows it" in JournalLine.objects.get(kind="already").text


def test_what_is_done_again_is_no_longer_in_doubt() -> None:
    operation = ended(Status.UNCERTAIN)
    observed(operation)
    carry_on(operation, Choice.AGAIN, making.actor(), "it is still on NODE1")
    progress = progress_of(operation.pk)
    assert (progress.finished, progress.in_doubt) == (frozenset({"stop"}), "")


def test_an_operation_that_ended_uncertain_between_steps_is_done_again_but_nothing_happened() -> None:
    operation = ended(Status.UNCERTAIN, "", "")
    observed(operation)
    assert refused(operation, Choice.HAPPENED) == {"continue.step"}
    assert carry_on(operation, Choice.AGAIN, making.actor(), "on we go").status == "queued"


@pytest.mark.parametrize(
    ("status", "choice", "key"),
    [
        (Status.SUCCEEDED, Choice.RETRY, "continue.over"),
        (Status.FAILED, Choice.HAPPENED, "continue.choice"),
        (Status.FAILED, Choice.AGAIN, "continue.choice"),
        (Status.UNCERTAIN, Choice.RETRY, "continue.choice"),
        (Status.UNCERTAIN, Choice.SKIP, "continue.choice"),
        (Status.UNCERTAIN, Choice.AGAIN, "continue.observation"),
        (Status.FAILED, Choice.SKIP, "continue.skip"),
    ],
)
def test_what_does_not_fit_the_ending_is_refused(status: Status, choice: Choice, key: str) -> None:
    assert refused(ended(status), choice) == {key}


@pytest.mark.parametrize("status", ["queued", "running"])
def test_what_has_not_ended_is_refused(status: str) -> None:
    operation = ended(Status.FAILED)
    Operation.objects.update(status=status)
    assert refused(operation, Choice.RETRY) == {"continue.open"}


def test_a_word_is_asked_for_with_everything_else_that_is_missing() -> None:
    operation = ended(Status.UNCERTAIN)
    observed(operation)
    assert refused(operation, Choice.HAPPENED, "  ") == {"continue.reason"}
    brakes.set_stop(making.actor(), "a storm")
    assert refused(operation, Choice.AGAIN, "") == {"continue.reason", "stop"}


def test_what_another_operation_came_after_is_refused() -> None:
    operation = ended(Status.FAILED)
    later = making.operation(operation.cluster, "failback")
    assert refused(operation, Choice.RETRY) == {"continue.later"}
    operations.request_stop(later, making.actor())
    assert refused(operation, Choice.RETRY) == {"continue.later"}


def test_the_global_stop_binds_what_a_person_started_but_not_what_a_node_began() -> None:
    operation = ended(Status.FAILED)
    brakes.set_stop(making.actor(), "a storm")
    assert refused(operation, Choice.RETRY) == {"stop"}
    Operation.objects.filter(pk=operation.pk).update(automatic=True)
    assert carry_on(operation, Choice.RETRY, making.actor()).status == "queued"


def test_a_plan_that_changed_nothing_is_bound_to_its_time() -> None:
    operation = making.operation(making.cluster())
    assert execute(operation.pk, "worker-1", making.ends(Status.FAILED))
    operation.refresh_from_db()
    assert why_not(operation, Choice.RETRY) is None
    PlanRecord.objects.update(expires_at=database_now())
    assert refused(operation, Choice.RETRY) == {"continue.expired"}


def test_an_operation_with_every_step_over_has_only_its_list() -> None:
    operation = ended(Status.FAILED, "")
    for number, step in enumerate(("move", "greet"), operation.last_seq + 1):
        JournalLine.objects.create(operation=operation, seq=number, kind="done", step=step, text="Done.")
    Operation.objects.update(last_seq=operation.last_seq + 2)
    operation.refresh_from_db()
    assert refused(operation, Choice.RETRY) == {"continue.over"}


def test_an_operation_that_was_never_planned_is_refused() -> None:
    operation = ended(Status.FAILED, automatic=True)
    PlanRecord.objects.update(state=PlanRecord.State.FAILED)
    operation = Operation.objects.get(pk=operation.pk)
    assert refused(operation, Choice.RETRY) == {"continue.plan"}


def test_a_journal_with_a_gap_is_not_carried_on() -> None:
    operation = ended(Status.FAILED)
    JournalLine.objects.filter(operation=operation, seq=2).delete()
    assert refused(operation, Choice.RETRY) == {"continue.journal"}


def test_a_plan_that_was_changed_is_not_carried_on() -> None:
    operation = ended(Status.FAILED)
    PlanRecord.objects.update(hash="0" * 64)
    operation = Operation.objects.get(pk=operation.pk)
    assert refused(operation, Choice.RETRY) == {"plan.hash"}


@pytest.mark.parametrize(
    ("answer", "failed", "allowed"),
    [("wait", False, True), ("go", False, True), ("no", False, False), ("wait", True, False)],
)
def test_a_node_that_no_longer_asks_cannot_be_given_its_go(answer: str, failed: bool, allowed: bool) -> None:
    steps = (*making.STEPS[:2], *_go_step())
    cluster = making.cluster()
    record = making.ready(cluster, "failover", steps=steps)
    operation = operations.confirm(record, making.actor(), "maintenance")
    assert execute(operation.pk, "worker-1", making.ends(Status.FAILED))
    operation.refresh_from_db()
    node = cluster.nodes.get(name=operation.target)
    NodeRun.objects.create(
        node=node,
        run_id="run-1",
        first_event="starting",
        first_seen_at=database_now(),
        last_seen_at=database_now(),
        answer=answer,
        failed_at=database_now() if failed else None,
    )
    if allowed:
        assert carry_on(operation, Choice.RETRY, making.actor()).status == "queued"
    else:
        assert refused(operation, Choice.RETRY) == {"continue.go"}


def test_an_undo_that_was_planned_before_the_operation_was_carried_on_is_stale() -> None:
    operation = ended(Status.FAILED)
    record = PlanRecord.objects.create(cluster=operation.cluster, kind="undo", undoes=operation)
    record.refresh_from_db()
    assert undoing.why_stale(record) is None
    carry_on(operation, Choice.RETRY, making.actor())
    assert execute(operation.pk, "worker-2", making.ends(Status.FAILED))
    refusal = undoing.why_stale(PlanRecord.objects.get(pk=record.pk))
    assert refusal is not None
    assert refusal.reasons[0].key == "undo.stale"


def test_a_viewer_carries_nothing_on() -> None:
    with pytest.raises(NotAllowed):
        carry_on(ended(Status.FAILED), Choice.RETRY, making.actor("vera", "viewer"))


def test_what_nobody_takes_after_it_was_carried_on_expires_and_can_be_carried_on_again() -> None:
    operation = carry_on(ended(Status.FAILED), Choice.RETRY, making.actor())
    Operation.objects.update(claim_before=database_now())
    assert upkeep.expire_unclaimed() == 1
    operation.refresh_from_db()
    assert (operation.status, operation.ending_step) == ("failed", "move")
    assert "Nothing was changed" not in operation.ending_summary
    carry_on(operation, Choice.RETRY, making.actor())
    stopped = operations.request_stop(operation, making.actor())
    assert (stopped.status, stopped.attempt) == ("stopped", 3)
    assert "Nothing was changed" not in stopped.ending_summary


def _go_step() -> tuple[Any, ...]:
    return (Step("go", "go", "Give the go", "bring-up", {"valid_seconds": 60, "ask_within": 60}),)
