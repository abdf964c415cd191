"""Counters and histograms of operations: counted once, by what ends them, and never less than before."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from console.domain.outcome import Ending, Status
from console.models import Cluster, Operation
from console.services import execute, totals
from console.services.endings import end
from console.services.metrics.kept import cumulative
from tests.monitoring.reading import page
from tests.services import making
from tests.web import world


def test_an_ending_is_counted_with_how_long_it_took_and_how_long_mail_was_down(tokyo: Cluster) -> None:
    operation = world.running(tokyo)
    now = operation.confirmed_at
    Operation.objects.filter(pk=operation.pk).update(
        started_at=now + timedelta(seconds=2),
        outage_started_at=now + timedelta(seconds=3),
        outage_ended_at=now + timedelta(seconds=53),
    )
    end(operation.pk, Ending(Status.SUCCEEDED, "So it ended."), only_if=Q())

    shown = page()

    of = {"kind": "failover"}
    assert shown.value("operations_ended_total", status="succeeded", **of) == 1
    assert shown.value("operations_ended_total", status="failed", **of) == 0
    assert shown.value("outage_duration_seconds_bucket", le="30.0", **of) == 0
    assert shown.value("outage_duration_seconds_bucket", le="60.0", **of) == 1
    assert shown.value("outage_duration_seconds_bucket", le="+Inf", **of) == 1
    assert shown.value("outage_duration_seconds_sum", **of) == 50
    assert shown.value("operation_claim_delay_seconds_sum", **of) == 2
    assert shown.value("operation_duration_seconds_count", status="succeeded", **of) == 1


def test_one_that_is_carried_on_ends_once_more_and_takes_nothing_back(tokyo: Cluster) -> None:
    operation = world.running(tokyo)
    now = operation.confirmed_at
    Operation.objects.filter(pk=operation.pk).update(outage_started_at=now, outage_ended_at=now + timedelta(seconds=1))
    end(operation.pk, Ending(Status.FAILED, "No.", "move", changed=True), only_if=Q())
    before = page()
    Operation.objects.filter(pk=operation.pk).update(
        status="running", ended_at=None, attempt=2, claim_before=now + timedelta(hours=1)
    )
    assert page().value("operations_ended_total", kind="failover", status="failed") == 1
    end(operation.pk, Ending(Status.SUCCEEDED, "Yes."), only_if=Q())

    shown = page()

    assert shown.value("operations_ended_total", kind="failover", status="failed") == 1
    assert shown.value("operations_ended_total", kind="failover", status="succeeded") == 1
    for name in ("outage_duration_seconds_count", "operation_claim_delay_seconds_count"):
        assert shown.value(name, kind="failover") == before.value(name, kind="failover") == 1


def test_one_that_never_began_has_no_duration(tokyo: Cluster) -> None:
    operation = making.operation(tokyo)
    Operation.objects.filter(pk=operation.pk).update(claim_before=operation.confirmed_at)
    execute.execute(operation.pk, "worker", making.ends())

    shown = page()

    assert shown.value("operations_ended_total", kind="failover", status="failed") == 1
    assert shown.of("operation_duration_seconds_count") == {}


def test_what_another_worker_carries_on_is_counted(tokyo: Cluster) -> None:
    operation = world.running(tokyo, lease_until=timezone.now() - timedelta(seconds=1), lease_owner="first")
    execute.execute(operation.pk, "second", making.ends())
    assert page().value("operations_taken_over_total", kind="failover") == 1


@given(st.lists(st.floats(min_value=-5, max_value=1e6), min_size=1, max_size=30))
def test_a_histogram_counts_each_value_in_every_bucket_that_holds_it(values: list[float]) -> None:
    cells: dict[str, float] = {}
    for value in values:
        bound = totals.bound_of(totals.SECONDS, max(value, 0.0))
        cells[bound] = cells.get(bound, 0.0) + 1
    buckets, _ = cumulative(totals.SECONDS, cells)
    for bound, number in buckets:
        assert number == sum(max(value, 0.0) <= float(bound) for value in values)
