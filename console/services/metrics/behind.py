"""Metrics of what stands behind the pages: workers, schedulers, sign-ins, refusals, the audit, this host."""

from collections.abc import Iterator
from datetime import datetime
from math import inf

from prometheus_client.core import Metric

from console.domain.errors import ChangeoverError
from console.models import AuditHead, PeriodicTurn, SignedHead, SignInFailures
from console.services import audit_anchors, health, queue, totals, workers
from console.services.hooks.refusals import NO_TOKEN
from console.services.metrics import families as f
from console.services.metrics.kept import Kept


def metrics(now: datetime, kept: Kept) -> Iterator[Metric]:
    """Every one of these metrics."""
    there = workers.presences()
    yield f.WORKERS.of(((one.site, one.duty), float(one.workers)) for one in there)
    yield f.WORKER_AGE.of(((one.site, one.duty), _age(one.last_seen, now)) for one in there)
    never: dict[str, datetime | None] = {health.SWEEP: None}
    due = never | dict(PeriodicTurn.objects.values_list("name", "due_at"))
    yield f.PERIODIC_OVERDUE.of(((name,), max(_age(at, now), 0.0)) for name, at in due.items())
    yield f.REFUSED.of(
        (("api" if cause == NO_TOKEN else "webhook", cause), number)
        for (cause,), number in ({(NO_TOKEN,): 0.0} | kept.counts(totals.REFUSED, 1)).items()
    )
    yield f.SIGN_INS_REFUSED.of(({(): 0.0} | kept.counts(totals.SIGN_INS_REFUSED, 0)).items())
    none_locked = {(kind,): 0.0 for kind in SignInFailures.Kind.values}
    yield f.SIGN_INS_LOCKED.of((none_locked | kept.counts(totals.SIGN_INS_LOCKED, 1)).items())
    yield from _audit(now)
    yield f.CLOCK_SKEW.one(health.clock_skew())
    yield f.QUEUE_ANSWERS.one(float(queue.answers()))


def _audit(now: datetime) -> Iterator[Metric]:
    head = AuditHead.objects.values_list("last_seq", flat=True).first() or 0
    signed = SignedHead.objects.only("seq", "at").first()
    yield f.AUDIT_RECORDS.one(float(head))
    yield f.AUDIT_UNSIGNED.one(float(head - (signed.seq if signed else 0)))
    yield f.AUDIT_SIGNED_AGE.one(_age(signed.at if signed else None, now))
    try:
        places = audit_anchors.states()
    except ChangeoverError:
        places = []  # settings that cannot be read are told by `manage.py check`, and no head is kept then
    yield f.ANCHOR_AGE.of(((state.place,), _age(state.kept_at, now)) for state in places)
    yield f.ANCHOR_WAITING.of(((state.place,), float(state.waiting)) for state in places)


def _age(at: datetime | None, now: datetime) -> float:
    return inf if at is None else (now - at).total_seconds()
