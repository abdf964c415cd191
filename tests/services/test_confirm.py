"""Saying yes to a plan: once, with everything said, and never beside another operation."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from console.domain.checks import Refusal
from console.models import AuditRecord, JournalLine, ObservationRecord, Operation, PlanRecord
from console.services import confirm as confirming
from console.services.access import NotAllowed
from console.services.clock import database_now
from console.services.confirm import confirm
from console.services.operations import acknowledge, request_stop
from tests.services import making

pytestmark = pytest.mark.django_db


def refused(work: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        work()
    assert all(reason.remedy for reason in caught.value.reasons)
    return caught.value


def test_a_confirmed_plan_waits_for_a_worker_and_for_no_longer_than_it_should() -> None:
    operation = making.operation(making.cluster())
    assert (operation.status, operation.source, operation.target) == ("queued", "TOK-EX1", "TOK-EX2")
    assert operation.claim_before - operation.confirmed_at == timedelta(seconds=300)
    assert operation.steps_total == 3
    row = AuditRecord.objects.get(action="operation:failover:confirmed")
    assert (row.reason, row.actor_name, row.after["plan"]) == ("maintenance", "olga", operation.plan.hash)


def test_confirming_twice_gives_the_same_operation() -> None:
    record = making.ready(making.cluster())
    first = confirm(record, making.actor(), "maintenance")
    assert confirm(record, making.actor("otto"), "me too") == first
    assert AuditRecord.objects.filter(action="operation:failover:confirmed").count() == 1


def test_another_plan_of_the_same_kind_and_target_gives_the_open_operation() -> None:
    cluster = making.cluster()
    one, two = making.ready(cluster), making.ready(cluster)
    assert confirm(two, making.actor(), "second") == confirm(one, making.actor(), "first")


def test_any_other_plan_is_refused_and_told_which_operation_holds_the_cluster() -> None:
    cluster = making.cluster()
    one, other = making.ready(cluster), making.ready(cluster, "failback")
    operation = confirm(one, making.actor(), "first")
    refusal = refused(lambda: confirm(other, making.actor(), "second"))
    assert refusal.reasons[0].about == str(operation.pk)
    assert AuditRecord.objects.filter(action="operation:request:refused", subject_id=str(other.pk)).exists()


def test_two_clusters_do_not_hold_each_other_up() -> None:
    making.operation(making.cluster())
    assert making.operation(making.cluster("OSAKA", 2)).status == "queued"


def test_it_refuses_a_plan_that_has_expired() -> None:
    record = making.ready(making.cluster())
    PlanRecord.objects.filter(pk=record.pk).update(expires_at=database_now())
    assert "expired" in refused(lambda: confirm(record, making.actor(), "late")).headline


@pytest.mark.parametrize("state", ["preparing", "refused", "failed"])
def test_it_refuses_a_plan_that_is_not_ready(state: str) -> None:
    record = making.ready(making.cluster())
    PlanRecord.objects.filter(pk=record.pk).update(state=state)
    assert refused(lambda: confirm(record, making.actor(), "now")).reasons[0].key == "plan.state"


def test_it_refuses_a_plan_whose_text_is_not_what_was_hashed() -> None:
    record = making.ready(making.cluster())
    body = {**record.body, "target": "TOK-EX1"}
    PlanRecord.objects.filter(pk=record.pk).update(body=body)
    assert refused(lambda: confirm(record, making.actor(), "now")).reasons[0].key == "plan.hash"


def test_everything_that_was_not_said_is_asked_for_at_once() -> None:
    record = making.ready(making.cluster(), checks=(making.unknown(),))
    refusal = refused(lambda: confirm(record, making.actor(), "  "))
    assert [reason.key for reason in refusal.reasons] == ["confirm.reason", "confirm.typed", "partition.free"]
    operation = confirm(record, making.actor(), "I looked", typed="TOKYO", accepted=["partition.free"])
    assert AuditRecord.objects.get(subject_type="operation", subject_id=str(operation.pk)).after["accepted"] == [
        "partition.free"
    ]


def test_who_may_not_operate_confirms_nothing() -> None:
    record = making.ready(making.cluster())
    with pytest.raises(NotAllowed):
        confirm(record, making.actor("rita", "viewer"), "please")
    assert not Operation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_confirm_at_once_one_opens_and_all_get_the_same() -> None:
    cluster, who = making.cluster(), making.actor()
    records = [making.ready(cluster) for _ in range(6)]
    got: list[int] = []
    together = threading.Barrier(len(records))

    def press(record: PlanRecord) -> None:
        together.wait()
        got.append(confirm(record, who, "at once").pk)
        connection.close()

    _all_at_once([lambda r=record: press(r) for record in records])
    assert len(got) == 6
    assert len(set(got)) == 1
    assert Operation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_directions_at_once_one_opens_and_the_other_is_refused() -> None:
    cluster, who = making.cluster(), making.actor()
    records = [making.ready(cluster, kind) for kind in ("failover", "failback")]
    outcomes: list[str] = []

    def press(record: PlanRecord) -> None:
        try:
            outcomes.append(confirm(record, who, "at once").status)
        except Refusal as refusal:
            outcomes.append(refusal.reasons[0].key)
        connection.close()

    _all_at_once([lambda r=record: press(r) for record in records])
    assert sorted(outcomes) == ["queued", "reservation.acting"]


def _all_at_once(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(("kind", "words"), [("failback", "Operation"), ("failover", "")])
def test_the_constraint_has_the_last_word_when_a_writer_slips_in(
    monkeypatch: pytest.MonkeyPatch, kind: str, words: str
) -> None:
    cluster = making.cluster()
    record, other = making.ready(cluster), making.ready(cluster, kind)
    opened = confirm(other, making.actor(), "first")
    look, looks = confirming._standing, []

    def too_early(record: PlanRecord) -> Operation | None:
        looks.append(record.pk)
        return None if len(looks) == 1 else look(record)

    monkeypatch.setattr(confirming, "_standing", too_early)
    if words:
        assert refused(lambda: confirm(record, making.actor(), "second")).headline.startswith(words)
    else:
        assert confirm(record, making.actor(), "second") == opened
    assert Operation.objects.count() == 1
    assert len(looks) == 2


def uncertain(cluster: making.Cluster) -> Operation:
    operation = making.operation(cluster)
    Operation.objects.filter(pk=operation.pk).update(status="uncertain", ended_at=database_now())
    operation.refresh_from_db()
    return operation


def observed(cluster: making.Cluster, seconds: int) -> None:
    at = database_now() + timedelta(seconds=seconds)
    ObservationRecord.objects.update_or_create(cluster=cluster, defaults={"at": at, "status": {}})


def test_an_uncertain_operation_holds_its_cluster_until_it_is_acknowledged() -> None:
    cluster = making.cluster()
    record = making.ready(cluster, "failback")
    operation = uncertain(cluster)
    refusal = refused(lambda: confirm(record, making.actor(), "go"))
    assert refusal.reasons[0].about == str(operation.pk)
    observed(cluster, 1)
    acknowledge(operation, making.actor(), "The group is on TOK-EX2; mail is up.")
    assert confirm(record, making.actor(), "go").kind == "failback"


def test_an_uncertain_operation_is_acknowledged_only_after_a_fresh_observation() -> None:
    cluster = making.cluster()
    operation = uncertain(cluster)
    observed(cluster, -60)
    assert "has not been observed" in refused(lambda: acknowledge(operation, making.actor(), "fine")).headline
    observed(cluster, 1)
    assert refused(lambda: acknowledge(operation, making.actor(), " ")).reasons[0].key == "acknowledge.note"
    acknowledged = acknowledge(operation, making.actor(), "fine")
    assert (acknowledged.acknowledged_by, acknowledged.acknowledge_note) == ("olga", "fine")
    assert acknowledge(operation, making.actor("otto"), "again").acknowledged_by == "olga"
    assert AuditRecord.objects.filter(action="operation:ending:acknowledged").count() == 1


def test_a_failure_with_things_left_to_do_may_be_acknowledged_and_a_plain_one_not() -> None:
    operation = making.operation(making.cluster())
    Operation.objects.filter(pk=operation.pk).update(status="failed", ended_at=database_now())
    refused(lambda: acknowledge(operation, making.actor(), "seen"))
    Operation.objects.filter(pk=operation.pk).update(todo=[{"what": "Ann", "why": "gone", "remedy": "look"}])
    assert acknowledge(operation, making.actor(), "done by hand").acknowledged_at is not None


def test_an_operation_that_nobody_has_begun_stops_at_once() -> None:
    operation = request_stop(making.operation(making.cluster()), making.actor(), "wrong cluster")
    assert operation.status == "stopped"
    assert "Nothing was changed" in operation.ending_summary
    assert AuditRecord.objects.get(action="operation:stop:asked").reason == "wrong cluster"


def test_a_running_one_is_asked_once_and_an_ended_one_refuses() -> None:
    operation = making.operation(making.cluster())
    Operation.objects.filter(pk=operation.pk).update(status="running", lease_token=1)
    request_stop(operation, making.actor())
    asked = request_stop(operation, making.actor("otto"))
    assert (asked.status, asked.stop_requested_by) == ("running", "olga")
    assert JournalLine.objects.filter(operation=operation, text__contains="asked to stop").count() == 1
    Operation.objects.filter(pk=operation.pk).update(status="succeeded")
    assert "is over" in refused(lambda: request_stop(operation, making.actor())).headline
