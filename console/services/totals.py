"""Totals that only grow: what counters and histograms are read from, written with what they count.

Rows change and go (an operation that failed is carried on, a minute's refusals become one record); a counter that was
counted from them would fall, which Prometheus takes for a restart.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from console.models import Operation, RunningTotal
from console.services import audit

ENDED = "operations_ended"
TAKEN_OVER = "operations_taken_over"
CLAIM_SECONDS = "operation_claim_seconds"
SECONDS = "operation_seconds"
OUTAGE_SECONDS = "outage_seconds"
REFUSED = "requests_refused"
SIGN_INS_REFUSED = "sign_ins_refused"
SIGN_INS_LOCKED = "sign_ins_locked"

CLAIM_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
LONG_BUCKETS = (5.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 14400.0, 86400.0)
BUCKETS = {CLAIM_SECONDS: CLAIM_BUCKETS, SECONDS: LONG_BUCKETS, OUTAGE_SECONDS: LONG_BUCKETS}
"""Upper bounds in seconds; what is longer than all of them is in the bucket `+Inf`."""
INFINITE = "+Inf"
SUM = "sum"
"""Stands in a row's `bucket` for the sum of a histogram's values."""


def count(name: str, *labels: str, by: float = 1.0) -> None:
    """Add `by` to the total `name` of these labels. Call it inside the transaction of what is counted."""
    _add(name, labels, {"": by})


def observe(name: str, seconds: float, *labels: str) -> None:
    """Take a duration into the histogram `name` of these labels. Call it likewise."""
    seconds = max(seconds, 0.0)
    _add(name, labels, {bound_of(name, seconds): 1.0, SUM: seconds})


def bound_of(name: str, seconds: float) -> str:
    """The lowest upper bound of that histogram which holds the value."""
    return next((str(bound) for bound in BUCKETS[name] if seconds <= bound), INFINITE)


def operation_ended(operation: Operation) -> None:
    """Count an operation that has just ended, with how long it took and how long mail was down."""
    kind, now = operation.kind, operation.ended_at
    count(ENDED, kind, operation.status)
    if operation.started_at is None or now is None:
        return
    observe(SECONDS, _between(operation.started_at, now), kind, operation.status)
    if operation.attempt == 1:
        observe(CLAIM_SECONDS, _between(operation.confirmed_at, operation.started_at), kind)
    queued = operation.claim_before - timedelta(seconds=settings.CLAIM_WITHIN)
    began, over = operation.outage_started_at, operation.outage_ended_at
    if began is not None and over is not None and over >= queued:  # else it was counted at an ending before
        observe(OUTAGE_SECONDS, _between(began, over), kind)


def _between(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds()


def _add(name: str, labels: tuple[str, ...], cells: dict[str, float]) -> None:
    """One after the other by the audit's lock, which whoever counts takes anyway: two locks would need an order."""
    audit.lock()
    for bucket, by in cells.items():
        key = {"name": name, "labels": ",".join(labels), "bucket": bucket}
        if not RunningTotal.objects.filter(**key).update(value=F("value") + by):
            RunningTotal.objects.create(**key, value=by)
