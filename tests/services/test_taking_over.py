"""A worker that dies, hangs or is stopped is followed by another, under a higher token, from where the journal ends."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import F

from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status
from console.domain.ports import Control
from console.models import Cluster, JournalLine, Operation
from console.services import lease as leases
from console.services import upkeep
from console.services.claiming import claim
from console.services.clock import database_now
from console.services.engine import MOST_TAKEOVERS, perform
from console.services.execute import execute
from console.services.journal import OperationJournal, add_line
from console.services.lease import Lease, LeaseKeeper
from console.services.progress import progress_of
from tests.services import making

pytestmark = pytest.mark.django_db


def claimed(operation: Operation, worker: str = "worker-1") -> Lease:
    lease = claim(operation.pk, worker)
    assert lease is not None
    return lease


def silent(operation: Operation, column: str = "lease_until") -> None:
    Operation.objects.filter(pk=operation.pk).update(**{column: database_now() - timedelta(milliseconds=1)})


def finish(operation: Operation) -> None:
    Operation.objects.filter(pk=operation.pk).update(status="succeeded", ended_at=database_now())


def test_a_token_grows_over_all_operations_of_its_cluster() -> None:
    cluster = making.cluster()
    first = making.operation(cluster)
    token = claimed(first).token
    assert token >= database_now().timestamp() - 5
    finish(first)
    second = making.operation(cluster, "failback")
    assert claimed(second).token > token
    cluster.refresh_from_db()
    assert cluster.fence == Operation.objects.get(pk=second.pk).lease_token


def test_a_token_is_higher_than_those_of_before_an_old_backup_was_restored() -> None:
    cluster = making.cluster()
    before = claimed(making.operation(cluster)).token
    Operation.objects.update(status="succeeded", ended_at=database_now())
    Cluster.objects.update(fence=3)
    time.sleep(1.0)
    assert claimed(making.operation(cluster, "failback")).token > before


@pytest.mark.parametrize("column", ["lease_until", "step_until"])
def test_an_operation_whose_worker_is_silent_or_hangs_is_taken_over(column: str) -> None:
    operation = making.operation(making.cluster())
    first = claimed(operation)
    OperationJournal(operation.pk, first.token).write("started", "Move the group", step="move")
    assert claim(operation.pk, "worker-2") is None
    silent(operation, column)
    second = claimed(operation, "worker-2")
    operation.refresh_from_db()
    assert second.resumed
    assert second.token > first.token
    assert (operation.status, operation.lease_owner, operation.takeovers) == ("running", "worker-2", 1)
    line = JournalLine.objects.get(operation=operation, kind="resumed")
    assert line.step == "move"
    assert "worker-1 fell silent in the step move" in line.text
    assert (line.data["from"], line.data["to"]) == ("worker-1", "worker-2")
    assert datetime.fromisoformat(line.data["lease_until"])
    assert claim(operation.pk, "worker-3") is None


def test_the_begin_of_an_operation_stays_when_it_is_taken_over() -> None:
    operation = making.operation(making.cluster())
    claimed(operation)
    operation.refresh_from_db()
    began = operation.started_at
    silent(operation)
    claimed(operation, "worker-2")
    operation.refresh_from_db()
    assert operation.started_at == began


def test_the_sweep_sends_what_lost_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = making.operation(making.cluster())
    claimed(operation)
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr("console.services.queue.send", lambda message, pk, *a, **k: sent.append((message, pk)))
    upkeep.sweep()
    assert sent == []
    silent(operation)
    upkeep.sweep()
    assert ("operations.run", operation.pk) in sent


@pytest.mark.parametrize("until", [None, timedelta(days=400)])
def test_a_lease_that_no_worker_can_have_written_is_ended_by_the_sweep(until: timedelta | None) -> None:
    operation = making.operation(making.cluster())
    claimed(operation)
    wrong = None if until is None else database_now() + until
    Operation.objects.filter(pk=operation.pk).update(lease_until=wrong)
    assert claim(operation.pk, "worker-2") is None
    upkeep.sweep()
    assert claimed(operation, "worker-2").resumed


@pytest.mark.parametrize(
    "edited", [{"lease_owner": "somebody"}, {"lease_token": F("lease_token") + 7}, {"lease_token": 3}]
)
def test_a_lease_edited_by_hand_is_lost_and_the_worker_says_so(edited: dict[str, Any]) -> None:
    operation = making.operation(making.cluster())
    keeper = LeaseKeeper(claimed(operation))
    keeper.beat("stop", 10)
    Operation.objects.filter(pk=operation.pk).update(**edited)
    with pytest.raises(LeaseLost, match="by hand"):
        keeper.beat("move", 10)
    with pytest.raises(LeaseLost):
        keeper.ensure()
    silent(operation)
    assert claimed(operation, "worker-2").resumed


def test_who_took_it_over_is_named_to_the_worker_that_lost_it() -> None:
    operation = making.operation(making.cluster())
    keeper = LeaseKeeper(claimed(operation))
    silent(operation)
    claimed(operation, "worker-2")
    with pytest.raises(LeaseLost, match="worker-2 has taken it over"):
        keeper.beat("move", 10)


def stopped_for(keeper: LeaseKeeper, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process finds itself that was stopped: the monotonic clock went on, no heartbeat was sent."""
    real = time.monotonic
    monkeypatch.setattr(leases.time, "monotonic", lambda: real() + seconds)


def test_a_worker_that_was_stopped_finds_its_lease_over_before_it_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = making.operation(making.cluster())
    keeper = LeaseKeeper(claimed(operation))
    keeper.beat("move", 600)
    keeper.ensure()
    silent(operation)
    claimed(operation, "worker-2")
    keeper.ensure()  # what is known from a moment ago still counts: nobody can have taken it so soon
    stopped_for(keeper, 60, monkeypatch)
    with pytest.raises(LeaseLost, match="worker-2"):
        keeper.ensure()


def test_a_worker_that_was_stopped_while_nobody_took_over_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = making.operation(making.cluster())
    keeper = LeaseKeeper(claimed(operation))
    keeper.beat("move", 600)
    silent(operation)
    stopped_for(keeper, 60, monkeypatch)
    keeper.ensure()
    assert claim(operation.pk, "worker-2") is None


def test_a_worker_past_its_step_s_deadline_sends_nothing_however_alive_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = making.operation(making.cluster())
    keeper = LeaseKeeper(claimed(operation))
    keeper.beat("move", 10)
    stopped_for(keeper, 10 + leases.GRACE_SECONDS + 1, monkeypatch)
    with pytest.raises(LeaseLost, match="past its deadline"):
        keeper.ensure()


def test_the_fence_holds_no_longer_than_lease_and_step(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(leases, "GRACE_SECONDS", 0.0)
    operation = making.operation(making.cluster())
    lease = claimed(operation)
    keeper = LeaseKeeper(lease)
    keeper.beat("move", 600)
    fence = keeper.fence()
    assert (fence.cluster, fence.token) == (operation.cluster_id, lease.token)
    assert time.monotonic() < fence.valid_until < time.monotonic() + settings.LEASE_SECONDS
    keeper.beat("other", 1.0)
    assert keeper.fence().valid_until <= time.monotonic() + 1.0


def test_a_database_that_is_away_does_no_harm_while_the_lease_cannot_be_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **columns: object) -> bool:
        raise OperationalError("the connection was closed")

    operation = making.operation(making.cluster())
    keeper = LeaseKeeper(claimed(operation))
    keeper.beat("move", 600)
    monkeypatch.setattr(leases, "prolong", away)
    stopped_for(keeper, 4, monkeypatch)
    keeper.ensure()
    stopped_for(keeper, 60, monkeypatch)
    with pytest.raises(LeaseLost, match="cannot be told"):
        keeper.ensure()


def test_the_deadline_of_the_running_step_stands_in_the_database() -> None:
    operation = making.operation(making.cluster())
    LeaseKeeper(claimed(operation)).beat("move", 100)
    operation.refresh_from_db()
    assert operation.step_until is not None
    left = (operation.step_until - database_now()).total_seconds()
    assert 100 < left <= 100 + leases.GRACE_SECONDS


def test_a_worker_that_loses_the_database_leaves_the_operation_to_be_taken_over() -> None:
    operation = making.operation(making.cluster())

    def do(operation: Operation, token: int, control: Control) -> Ending:
        raise OperationalError("server closed the connection unexpectedly")

    assert not execute(operation.pk, "worker-1", do)
    operation.refresh_from_db()
    assert operation.status == "running"
    silent(operation)
    assert execute(operation.pk, "worker-2", making.ends())
    operation.refresh_from_db()
    assert (operation.status, operation.takeovers) == ("succeeded", 1)


def test_a_worker_that_is_killed_is_followed_by_another() -> None:
    operation = making.operation(making.cluster())

    def die(operation: Operation, token: int, control: Control) -> Ending:
        raise SystemExit(1)

    with pytest.raises(SystemExit):
        execute(operation.pk, "worker-1", die)
    silent(operation)
    assert execute(operation.pk, "worker-2", making.ends())
    operation.refresh_from_db()
    assert (operation.status, operation.takeovers) == ("succeeded", 1)


def test_an_unknown_operation_is_nobody_s() -> None:
    assert not execute(987_654, "worker-1", making.ends())


def test_progress_is_read_from_the_journal_while_others_add_lines() -> None:
    operation = making.operation(making.cluster())
    journal = OperationJournal(operation.pk, claimed(operation).token)
    journal.write("started", "Stop", step="stop")
    journal.write("acting", "NODE1: sc stop X", step="stop", data={"attempt": 1})
    todo = {"what": "Ann", "why": "gone", "remedy": "Look."}
    journal.write("done", "Stopped.", step="stop", data={"todo": [todo]})
    journal.write("acting", "NODE1: clpgrp -m", step="move", data={"attempt": 1})
    add_line(operation.pk, "note", "olga asked to stop.")
    found = progress_of(operation.pk)
    assert (found.finished, found.in_doubt, found.changed) == (frozenset({"stop"}), "move", True)
    assert [item.what for item in found.todo] == ["Ann"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: lines.filter(seq=2).delete(),
        lambda lines: lines.filter(seq=3).delete(),
        lambda lines: lines.filter(seq=2).update(kind="gibberish"),
        lambda lines: lines.filter(seq=2).update(data={"attempt": "x"}),
        lambda lines: lines.filter(seq=3).update(data={"todo": [{"wrong": 1}]}),
        lambda lines: lines.filter(seq=3).update(data=["a list"]),
    ],
)
def test_an_operation_whose_journal_is_not_whole_ends_uncertain_and_does_nothing(damage: Any) -> None:
    operation = making.operation(making.cluster())
    journal = OperationJournal(operation.pk, claimed(operation).token)
    journal.write("started", "Move", step="move")
    journal.write("acting", "NODE1: clpgrp -m", step="move", data={"attempt": 1})
    journal.write("done", "Moved.", step="move")
    damage(JournalLine.objects.filter(operation=operation))
    kept = JournalLine.objects.count()
    silent(operation)
    assert execute(operation.pk, "worker-2", perform)
    operation.refresh_from_db()
    assert operation.status == "uncertain"
    assert "journal" in operation.ending_summary
    assert operation.ending_remedy
    assert JournalLine.objects.count() == kept + 2  # resumed, ending


def test_an_operation_that_ends_its_workers_is_not_tried_for_ever() -> None:
    operation = making.operation(making.cluster())
    claimed(operation)
    for number in range(MOST_TAKEOVERS - 1):
        silent(operation)
        claimed(operation, f"worker-{number}")
    silent(operation)
    assert execute(operation.pk, "worker-last", perform)
    operation.refresh_from_db()
    assert operation.status == Status.UNCERTAIN
    assert "fell silent" in operation.ending_summary


def test_what_keeps_a_second_worker_from_going_on_does_not_claim_that_nothing_was_changed() -> None:
    operation = making.operation(making.cluster())
    journal = OperationJournal(operation.pk, claimed(operation).token)
    journal.write("acting", "NODE1: clpgrp -m", step="move", data={"attempt": 1})
    silent(operation)
    assert execute(operation.pk, "worker-2", perform)  # the password that it needs is not set here
    operation.refresh_from_db()
    assert (operation.status, operation.ending_step) == ("uncertain", "move")
    assert "CHANGEOVER_TEST_PASSWORD" in operation.ending_summary
    assert "Nothing was changed" not in operation.ending_summary
