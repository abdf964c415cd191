"""Carrying operations out: claimed once, never late, journaled without a gap, ended once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import Q

from console.adapters.clock import SystemClock
from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status, Todo
from console.domain.plan import Plan
from console.domain.ports import Control
from console.domain.secrets import MASK, Secret
from console.models import AuditRecord, JournalLine, Operation
from console.services import upkeep
from console.services.claiming import claim
from console.services.clock import database_now
from console.services.endings import end
from console.services.engine import perform, unforeseen, without_secrets
from console.services.execute import execute
from console.services.fields import open_field
from console.services.journal import OperationJournal
from console.services.lease import Lease, LeaseClock, LeaseKeeper, prolong
from tests.services import making

pytestmark = pytest.mark.django_db


def claimed(operation: Operation) -> Lease:
    lease = claim(operation.pk, "worker-1")
    assert lease is not None
    return lease


def in_the_past(operation: Operation, column: str, seconds: float = 1) -> None:
    Operation.objects.filter(pk=operation.pk).update(**{column: database_now() - timedelta(seconds=seconds)})


def test_an_operation_is_carried_out_and_its_ending_is_in_row_journal_and_audit() -> None:
    operation = making.operation(making.cluster())
    todo = (Todo("Ann", "the object is gone", "Look."),)
    do = lambda operation, token, control: Ending(Status.FAILED, "Incomplete.", "greet", "Work.", todo, True)  # noqa: E731
    assert execute(operation.pk, "worker-1", do)
    operation.refresh_from_db()
    assert (operation.status, operation.ending_step, operation.ending_remedy) == ("failed", "greet", "Work.")
    assert operation.todo == [{"what": "Ann", "why": "the object is gone", "remedy": "Look."}]
    assert operation.started_at <= operation.ended_at
    assert JournalLine.objects.get(operation=operation, kind="ending").text == "Incomplete."
    assert AuditRecord.objects.get(action="operation:ending:failed").after["status"] == "failed"


def test_a_second_delivery_finds_nothing_to_do() -> None:
    operation = making.operation(making.cluster())
    calls: list[int] = []

    def do(operation: Operation, token: int, control: Control) -> Ending:
        calls.append(operation.pk)
        assert not execute(operation.pk, "worker-2", making.ends())
        return Ending(Status.SUCCEEDED, "Done.")

    assert execute(operation.pk, "worker-1", do)
    assert not execute(operation.pk, "worker-3", do)
    assert calls == [operation.pk]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_that_claim_at_once_one_gets_it() -> None:
    operation = making.operation(making.cluster())
    got: list[Lease | None] = []
    together = threading.Barrier(6)

    def take(name: str) -> None:
        together.wait()
        got.append(claim(operation.pk, name))
        connection.close()

    threads = [threading.Thread(target=take, args=(f"worker-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([lease for lease in got if lease]) == 1


def test_an_operation_delivered_too_late_never_starts() -> None:
    operation = making.operation(making.cluster())
    in_the_past(operation, "claim_before")

    def do(operation: Operation, token: int, control: Control) -> Ending:
        raise AssertionError("it was started")

    assert not execute(operation.pk, "worker-1", do)
    operation.refresh_from_db()
    assert operation.status == "failed"
    assert "Never started" in operation.ending_summary
    assert operation.ending_remedy
    assert operation.started_at is None
    assert AuditRecord.objects.filter(action="operation:ending:expired").count() == 1


def test_the_sweep_expires_what_nobody_took_and_spares_the_rest() -> None:
    late, waiting = making.operation(making.cluster()), making.operation(making.cluster("OSAKA", 2))
    in_the_past(late, "claim_before")
    upkeep.sweep()
    late.refresh_from_db()
    waiting.refresh_from_db()
    assert (late.status, waiting.status) == ("failed", "queued")


def test_an_operation_that_nobody_took_over_in_time_is_uncertain(settings: Any) -> None:
    operation = making.operation(making.cluster())
    lease = claimed(operation)
    OperationJournal(operation.pk, lease.token).write("started", "Move the group", step="move")
    in_the_past(operation, "lease_until")
    assert upkeep.settle_lost() == 0
    in_the_past(operation, "lease_until", settings.CLAIM_WITHIN)
    assert upkeep.settle_lost() == 1
    operation.refresh_from_db()
    assert (operation.status, operation.ending_step) == ("uncertain", "move")
    assert "worker-1" in operation.ending_summary
    assert "no other worker of the site main took over" in operation.ending_summary
    assert upkeep.settle_lost() == 0


def test_a_worker_whose_operation_was_taken_over_writes_nothing_more() -> None:
    operation = making.operation(making.cluster())
    lines = 0

    def do(operation: Operation, token: int, control: Control) -> Ending:
        nonlocal lines
        in_the_past(operation, "lease_until")
        assert claim(operation.pk, "worker-2") is not None
        lines = JournalLine.objects.count()
        with pytest.raises(LeaseLost):
            OperationJournal(operation.pk, token).write("done", "too late", step="move")
        return Ending(Status.SUCCEEDED, "It thinks that it did it.")

    assert not execute(operation.pk, "worker-1", do)
    operation.refresh_from_db()
    assert (operation.status, operation.lease_owner) == ("running", "worker-2")
    assert JournalLine.objects.count() == lines
    assert not AuditRecord.objects.filter(action__startswith="operation:ending").exists()


def test_an_old_token_writes_nothing_though_the_operation_runs() -> None:
    operation = making.operation(making.cluster())
    lease = claimed(operation)
    Operation.objects.filter(pk=operation.pk).update(lease_token=lease.token + 1)
    with pytest.raises(LeaseLost):
        OperationJournal(operation.pk, lease.token).write("note", "from the past")
    assert not prolong(lease)
    with pytest.raises(LeaseLost):
        end(operation.pk, Ending(Status.SUCCEEDED, "no"), only_if=Q(lease_token=lease.token))
    assert not JournalLine.objects.exists()


def test_the_keeper_tells_the_runner_that_the_lease_is_lost() -> None:
    operation = making.operation(making.cluster())
    keeper = LeaseKeeper(claimed(operation))
    keeper.beat("stop", 10)
    operation.refresh_from_db()
    assert operation.current_step == "stop"
    Operation.objects.filter(pk=operation.pk).update(lease_token=99)
    with pytest.raises(LeaseLost):
        keeper.beat("move", 10)
    with pytest.raises(LeaseLost):
        keeper.stop_requested()


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_kept_alive_beside_the_work(settings: Any) -> None:
    settings.LEASE_SECONDS = 1
    operation = making.operation(making.cluster())

    def do(operation: Operation, token: int, control: Control) -> Ending:
        threading.Event().wait(1.6)
        assert claim(operation.pk, "worker-2") is None
        return Ending(Status.SUCCEEDED, "It took its time.")

    assert execute(operation.pk, "worker-1", do)
    operation.refresh_from_db()
    assert operation.status == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_a_step_that_hangs_is_found_out_like_a_worker_that_died(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LEASE_SECONDS = 1
    monkeypatch.setattr("console.services.lease.GRACE_SECONDS", 0.0)
    operation = making.operation(making.cluster())

    def do(operation: Operation, token: int, control: Control) -> Ending:
        control.beat("move", 0.1)
        threading.Event().wait(0.4)
        assert claim(operation.pk, "worker-2") is not None
        with pytest.raises(LeaseLost):
            control.ensure()
        return Ending(Status.SUCCEEDED, "Too late.")

    assert not execute(operation.pk, "worker-1", do)
    operation.refresh_from_db()
    assert (operation.status, operation.lease_owner) == ("running", "worker-2")


@pytest.mark.django_db(transaction=True)
def test_a_step_that_waits_on_purpose_keeps_its_lease_beyond_its_deadline(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LEASE_SECONDS = 1
    monkeypatch.setattr("console.services.lease.GRACE_SECONDS", 0.3)
    operation = making.operation(making.cluster())

    def do(operation: Operation, token: int, control: Control) -> Ending:
        control.beat("mailboxes", 0.1)
        for _ in range(6):
            LeaseClock(SystemClock(), control).sleep(0.3)
        assert claim(operation.pk, "worker-2") is None
        return Ending(Status.SUCCEEDED, "The controller was busy for a while.")

    assert execute(operation.pk, "worker-1", do)


@pytest.mark.django_db(transaction=True)
def test_a_step_that_comes_back_in_time_is_kept_alive_again(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LEASE_SECONDS = 1
    monkeypatch.setattr("console.services.lease.GRACE_SECONDS", 0.0)
    operation = making.operation(making.cluster())

    def do(operation: Operation, token: int, control: Control) -> Ending:
        control.beat("move", 0.1)
        threading.Event().wait(0.6)
        control.beat("move", 5.0)
        threading.Event().wait(1.3)
        assert claim(operation.pk, "worker-2") is None
        return Ending(Status.SUCCEEDED, "It hung for a moment only.")

    assert execute(operation.pk, "worker-1", do)


def test_nobody_waits_on_under_a_lease_that_is_lost() -> None:
    operation = making.operation(making.cluster())
    keeper = LeaseKeeper(claimed(operation))
    Operation.objects.filter(pk=operation.pk).update(lease_token=99)
    with pytest.raises(LeaseLost):
        keeper.beat("move", 10)
    with pytest.raises(LeaseLost):
        LeaseClock(SystemClock(), keeper).sleep(60)


def test_stopping_is_heard_by_the_worker() -> None:
    operation = making.operation(making.cluster())
    keeper = LeaseKeeper(claimed(operation))
    assert keeper.stop_requested() == ""
    Operation.objects.filter(pk=operation.pk).update(stop_requested_at=database_now(), stop_requested_by="olga")
    assert keeper.stop_requested() == "olga"


def test_the_journal_counts_without_a_gap_and_moves_the_columns() -> None:
    operation = making.operation(making.cluster())
    journal = OperationJournal(operation.pk, claimed(operation).token)
    journal.write("started", "Stop the services", step="stop", data={"mark": "outage-started"})
    journal.write("already", "They are stopped.", step="stop")
    journal.write("done", "Heard.", step="greet", data={"mark": "outage-ended", "greeting": "220"})
    operation.refresh_from_db()
    assert list(JournalLine.objects.values_list("seq", flat=True)) == [1, 2, 3]
    assert (operation.steps_done, operation.last_seq, operation.current_step) == (2, 3, "stop")
    assert operation.outage_started_at <= operation.outage_ended_at


@pytest.mark.django_db(transaction=True)
def test_many_writers_leave_no_gap_and_no_double() -> None:
    operation = making.operation(making.cluster())
    token = claimed(operation).token

    def write(name: str) -> None:
        journal = OperationJournal(operation.pk, token)
        for number in range(15):
            journal.write("output", f"{name} {number}", step="move")
        connection.close()

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(JournalLine.objects.values_list("seq", flat=True)) == list(range(1, 61))


def test_a_line_that_cannot_be_written_takes_no_number() -> None:
    operation = making.operation(making.cluster())
    journal = OperationJournal(operation.pk, claimed(operation).token)
    with pytest.raises(IntegrityError):
        journal.write(None, "a line without a kind")  # type: ignore[arg-type]
    journal.write("note", "fine")
    assert list(JournalLine.objects.values_list("seq", flat=True)) == [1]


def test_no_secret_and_no_nul_reaches_the_journal() -> None:
    operation = making.operation(making.cluster())
    journal = OperationJournal(operation.pk, claimed(operation).token, [Secret("hunter2-hunter2")])
    journal.write("output", "net use hunter2-hunter2 \0", data={"lines": ["hunter2-hunter2"], "why": Secret("x")})
    line = JournalLine.objects.get()
    assert "hunter2" not in line.text + str(line.data)
    assert MASK in line.text
    assert "\0" not in line.text


def test_whatever_a_node_says_can_be_kept() -> None:
    operation = making.operation(making.cluster())
    journal = OperationJournal(operation.pk, claimed(operation).token)
    journal.write("output", "\0" * 9000, data={"ratio": float("nan"), "seen": {"a"}, "nul": "\0", "at": object})
    line = JournalLine.objects.get()
    assert len(line.text) < 5000
    assert (line.data["ratio"], line.data["seen"], line.data["nul"]) == ("nan", ["a"], "�")


def test_no_secret_reaches_an_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANGEOVER_TEST_PASSWORD", "hunter2-hunter2")
    todo = (Todo("Ann", "it said hunter2-hunter2", "Look."),)
    told = Ending(Status.FAILED, "The node said hunter2-hunter2\0.", "move", "Look.", todo, True)
    with open_field(making.cluster()) as field:
        ending = without_secrets(told, field)
    assert "hunter2" not in str(ending)
    assert (ending.status, ending.changed, ending.todo[0].what) == (Status.FAILED, True, "Ann")


def test_what_goes_wrong_before_the_first_step_fails_and_says_that_nothing_was_changed() -> None:
    operation = making.operation(making.cluster())
    assert execute(operation.pk, "worker-1", perform)
    operation.refresh_from_db()
    assert operation.status == "failed"
    assert "CHANGEOVER_TEST_PASSWORD" in operation.ending_summary
    assert "Nothing was changed" in operation.ending_summary
    assert "Set it" in operation.ending_remedy


@pytest.mark.parametrize("changed", [True, False])
def test_an_error_that_no_step_expects_is_uncertain_and_keeps_its_text_out(changed: bool) -> None:
    operation = making.operation(making.cluster())
    Operation.objects.filter(pk=operation.pk).update(current_step="move")
    ending = unforeseen(operation, KeyError("a detail"), changed=changed)
    assert ending.status is Status.UNCERTAIN
    assert "KeyError" in ending.summary
    assert "in the step move" in ending.summary
    assert "a detail" not in ending.summary
    assert ending.remedy


def test_a_plan_is_performed_as_it_was_confirmed() -> None:
    operation = making.operation(making.cluster())
    assert Plan.from_json(operation.plan.body).hash == operation.plan.hash
