"""Rows edited by hand, clocks that differ, strange messages and other versions: a clear error, nothing lost."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.domain.node_guard import token_name
from console.models import Cluster, JournalLine, Operation, PlanRecord
from console.services import upkeep
from console.services.claiming import claim
from console.services.clock import database_now
from console.services.engine import perform
from console.services.execute import execute
from console.services.journal import OperationJournal
from console.services.lease import LeaseKeeper
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(monkeypatch: pytest.MonkeyPatch) -> Operation:
    monkeypatch.setenv("CHANGEOVER_TEST_PASSWORD", "unused")
    return making.operation(making.cluster())


def begun(operation: Operation) -> int:
    """Its first worker has acted once and fallen silent; gives its token."""
    lease = claim(operation.pk, "worker-1")
    assert lease is not None
    journal = OperationJournal(operation.pk, lease.token)
    journal.write("started", "Stop the services", step="stop")
    journal.write("acting", "NODE1: sc stop X", step="stop", data={"attempt": 1})
    journal.write("done", "Stopped.", step="stop")
    silent(operation)
    return lease.token


def silent(operation: Operation) -> None:
    Operation.objects.filter(pk=operation.pk).update(lease_until=database_now() - timedelta(seconds=1))


@pytest.mark.parametrize("fence", [10**12 - 1, 10**12, 10**15, 2**63 - 1])
def test_a_token_that_was_edited_beyond_all_measure_keeps_no_operation_from_its_worker(
    operation: Operation, fence: int
) -> None:
    Cluster.objects.update(fence=fence)
    lease = claim(operation.pk, "worker-1")
    assert lease is not None
    assert database_now().timestamp() - 5 < lease.token < 10**12
    assert token_name(lease.token)


@pytest.mark.parametrize(
    "edited",
    [
        {"lease_owner": ""},
        {"lease_token": 0},
        {"lease_token": 2**62},
        {"lease_until": None, "step_until": None},
        {"lease_owner": "", "lease_token": 0, "lease_until": None, "step_until": None, "takeovers": 0},
    ],
)
def test_whatever_somebody_writes_into_a_lease_a_worker_goes_on_from_the_journal(
    operation: Operation, edited: dict[str, Any]
) -> None:
    token = begun(operation)
    Operation.objects.filter(pk=operation.pk).update(**edited)
    upkeep.sweep()
    assert execute(operation.pk, "worker-2", making.ends())
    operation.refresh_from_db()
    assert operation.status == "succeeded"
    assert operation.lease_token > token
    kinds = list(operation.journal.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["started", "acting", "done", "resumed", "ending"]


def test_a_journal_of_steps_that_the_plan_lacks_ends_uncertain_and_says_which(operation: Operation) -> None:
    begun(operation)
    JournalLine.objects.filter(operation=operation, kind="acting").update(step="format-disk")
    assert execute(operation.pk, "worker-2", perform)
    operation.refresh_from_db()
    assert operation.status == "uncertain"
    assert "format-disk" in operation.ending_summary
    assert operation.ending_remedy


@pytest.mark.parametrize("acted", [False, True])
def test_a_plan_that_somebody_edited_is_not_carried_out(operation: Operation, acted: bool) -> None:
    if acted:
        begun(operation)
    body = operation.plan.body or {}
    body["steps"][1]["title"] = "Move the group somewhere else"
    PlanRecord.objects.filter(pk=operation.plan_id).update(body=body)
    assert execute(operation.pk, "worker-2", perform)
    operation.refresh_from_db()
    assert operation.status == "failed"
    assert "plan" in operation.ending_summary.casefold()
    assert ("Nothing was changed" in operation.ending_summary) is not acted
    assert operation.ending_remedy


@pytest.mark.parametrize("minutes", [-7, 7])
def test_a_worker_whose_clock_is_wrong_by_minutes_has_leases_and_lines_by_the_database(
    operation: Operation, minutes: int, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    real_time, real_now = time.time, timezone.now
    before = database_now()
    with monkeypatch.context() as wrong:
        wrong.setattr(time, "time", lambda: real_time() + 60 * minutes)
        wrong.setattr(timezone, "now", lambda: real_now() + timedelta(minutes=minutes))
        lease = claim(operation.pk, "worker-1")
        assert lease is not None
        keeper = LeaseKeeper(lease)
        keeper.beat("stop", 30)
        keeper.ensure()
        OperationJournal(operation.pk, lease.token).write("started", "Stop", step="stop")
    after = database_now()
    operation.refresh_from_db()
    for moment in (operation.started_at, operation.journal.get(kind="started").at):
        assert before <= within(moment) <= after
    assert within(operation.lease_until) <= after + timedelta(seconds=settings.LEASE_SECONDS)
    assert claim(operation.pk, "worker-2") is None
    silent(operation)
    assert execute(operation.pk, "worker-2", making.ends())


def within(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment


@pytest.mark.parametrize("number", [987_654, 0, -1, 2**70])
def test_a_message_with_an_unknown_number_is_nobody_s(operation: Operation, number: int) -> None:
    assert not execute(number, "worker-1", making.ends())
    operation.refresh_from_db()
    assert (operation.status, JournalLine.objects.count()) == ("queued", 0)


def strange_steps(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"steps": [{**body["steps"][0], "kind": "group.levitate"}]}


@pytest.mark.parametrize("changed", [lambda body: body | {"format": 99}, strange_steps], ids=["format", "steps"])
def test_what_its_own_version_began_a_worker_of_another_version_leaves_alone_and_says_so(
    operation: Operation, changed: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    token = begun(operation)
    Operation.objects.filter(pk=operation.pk).update(lease_until=database_now() - timedelta(seconds=30))
    right = operation.plan.body or {}
    PlanRecord.objects.filter(pk=operation.plan_id).update(body=changed(dict(right)))
    assert not execute(operation.pk, "worker-2", perform)
    upkeep.sweep()
    operation.refresh_from_db()
    assert (operation.status, operation.lease_token) == ("running", token)
    (note,) = operation.journal.filter(kind="note")
    assert "leaves this operation to others" in note.text
    PlanRecord.objects.filter(pk=operation.plan_id).update(body=right)
    assert execute(operation.pk, "worker-3", making.ends())
