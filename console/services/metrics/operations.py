"""Metrics of operations: what is under way, what waits, what has ended and how long it took."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from prometheus_client.core import Metric

from console.models import Approval, GlobalStop, NodeRun, ObservationTurn, Operation, PlanRecord
from console.models.operations import KINDS
from console.services import totals, turns
from console.services.metrics import families as f
from console.services.metrics.kept import Kept

OPEN = (*Operation.ACTING, *Operation.RESTING)
WHY = {
    "uncertain": Q(status=Operation.Status.UNCERTAIN),
    "automatic": Q(automatic=True) & ~Q(status=Operation.Status.UNCERTAIN),
    "todo": Q(status=Operation.Status.FAILED, automatic=False) & ~Q(todo=[]),
}
"""What ended uncertain; else what nobody had started; else what left a to-do list."""


def metrics(now: datetime, kept: Kept) -> Iterator[Metric]:
    """Every metric of operations."""
    yield f.OPERATIONS_OPEN.of(_open())
    yield f.OPERATIONS_TO_ACKNOWLEDGE.of(_to_acknowledge())
    yield f.LEASES.of(_leases(now))
    ended = {(kind, str(status)): 0.0 for kind in KINDS for status in Operation.ENDED}
    yield f.OPERATIONS_ENDED.of((ended | kept.counts(totals.ENDED, 2)).items())
    taken_over = {(kind,): 0.0 for kind in KINDS}
    yield f.OPERATIONS_TAKEN_OVER.of((taken_over | kept.counts(totals.TAKEN_OVER, 1)).items())
    yield f.OPERATION_SECONDS.histograms(kept.histograms(totals.SECONDS, 2))
    yield f.CLAIM_SECONDS.histograms(kept.histograms(totals.CLAIM_SECONDS, 1))
    yield f.OUTAGE_SECONDS.histograms(kept.histograms(totals.OUTAGE_SECONDS, 1))
    waiting = {what: _waiting(rows, column) for what, (rows, column) in _queued().items()}
    yield f.WAITING.of(((what,), float(number)) for what, (number, _) in waiting.items())
    yield f.WAITING_SECONDS.of(((what,), _since(oldest, now)) for what, (_, oldest) in waiting.items())
    yield f.APPROVALS.of(_approvals(now))
    yield f.GLOBAL_STOP.one(float(GlobalStop.objects.filter(lifted_at=None).exists()))


def _open() -> list[tuple[tuple[str, ...], float]]:
    rows = Operation.objects.filter(status__in=OPEN).order_by().values_list("kind", "status")
    found = {(kind, status): float(number) for kind, status, number in rows.annotate(number=Count("pk"))}
    return [((kind, str(status)), found.get((kind, status), 0.0)) for kind in KINDS for status in OPEN]


def _to_acknowledge() -> list[tuple[tuple[str, ...], float]]:
    rows = Operation.objects.filter(status__in=Operation.ENDED, acknowledged_at=None)
    counted = rows.aggregate(**{f"for_{why}": Count("pk", filter=which) for why, which in WHY.items()})
    return [((why,), float(counted[f"for_{why}"])) for why in WHY]


def _leases(now: datetime) -> list[tuple[tuple[str, ...], float]]:
    held = Q(lease_until__gt=now)
    running = Operation.objects.filter(status=Operation.Status.RUNNING)
    counted = running.aggregate(held=Count("pk", filter=held), silent=Count("pk", filter=~held | Q(lease_until=None)))
    return [((state,), float(number)) for state, number in counted.items()]


def _queued() -> Mapping[str, tuple[QuerySet[Any], str]]:
    """What no worker has taken up, and the column that tells since when it waits."""
    unclaimed = PlanRecord.objects.filter(state=PlanRecord.State.PREPARING, claimed_at=None)
    return {
        "operation": (Operation.objects.filter(status=Operation.Status.QUEUED), "confirmed_at"),
        "plan": (unclaimed, "created_at"),
        "question": (NodeRun.objects.filter(decide_after__isnull=False), "first_seen_at"),
        "observation": (ObservationTurn.objects.filter(turns.OPEN), "asked_at"),
    }


def _waiting(rows: QuerySet[Any], column: str) -> tuple[int, datetime | None]:
    told = rows.order_by().aggregate(number=Count("pk"), oldest=Min(column))
    return told["number"], told["oldest"]


def _since(at: datetime | None, now: datetime) -> float:
    return max((now - at).total_seconds(), 0.0) if at is not None else 0.0


def _approvals(now: datetime) -> list[tuple[tuple[str, ...], float]]:
    rows = Approval.objects.filter(state__in=Approval.OPEN, expires_at__gt=now).order_by().values_list("state")
    found = dict(rows.annotate(number=Count("pk")))
    return [((str(state),), float(found.get(str(state), 0))) for state in Approval.OPEN]
