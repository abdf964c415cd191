"""Taking an operation: one that waits is claimed, one whose worker fell silent is taken over; each time a new token."""

import time
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from console.domain.node_guard import TOKENS
from console.models import Cluster, Operation
from console.models.operations import LOOKING_KINDS
from console.services import serving, totals
from console.services.clock import database_now
from console.services.journal import add_line
from console.services.lease import Lease

log = structlog.get_logger(__name__)


def waiting(now: datetime) -> Q:
    """Operations that wait for a worker and are not past the time to be claimed."""
    return Q(status=Operation.Status.QUEUED, claim_before__gt=now)


def abandoned(now: datetime) -> Q:
    """Operations whose worker has fallen silent, or hangs in a step past its deadline."""
    return Q(status=Operation.Status.RUNNING) & (Q(lease_until__lte=now) | Q(step_until__lte=now))


def claim(operation_id: int, worker: str) -> Lease | None:
    """Take the operation for `worker`; None when another has it, it is over, unknown, or past the time to be claimed.

    Also None when this worker does not serve its site, or does not understand its plan: it is left to others.

    The token is the cluster's: it grows over all its operations, and never falls behind the database's clock in
    seconds, so that it is higher than any that a node has seen even after an older database was restored. What only
    looks has tokens of its own, and so takes the cluster's from nobody.
    """
    found = _to_be_had(operation_id).select_related("cluster__site", "plan").first()
    if found is None:
        return None
    if why := serving.may_claim(found):
        serving.leave(found, why)
        return None
    with transaction.atomic():
        of_it = Operation.objects.filter(pk=operation_id).values("cluster_id")
        cluster = Cluster.objects.select_for_update(no_key=True).filter(pk__in=of_it).first()
        row = _to_be_had(operation_id).select_for_update().first()
        if cluster is None or row is None:
            return None
        since, now = time.monotonic(), database_now()
        resumed = row.status == Operation.Status.RUNNING
        token = row.lease_token + 1 if row.kind in LOOKING_KINDS else next_token(cluster, now)
        Operation.objects.filter(pk=operation_id).update(
            status=Operation.Status.RUNNING,
            started_at=Coalesce("started_at", now),
            lease_owner=worker[:128],
            lease_token=token,
            lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
            step_until=None,
            takeovers=row.takeovers + (1 if resumed else 0),
        )
        if resumed:
            _say_taken_over(row, worker, token)
        return Lease(operation_id, token, cluster.pk, worker[:128], since, resumed)


def _to_be_had(operation_id: int) -> QuerySet[Operation]:
    now = database_now()
    return Operation.objects.filter(waiting(now) | abandoned(now), pk=operation_id)


def next_token(cluster: Cluster, now: datetime) -> int:
    """Higher than the last one, unless that is higher than any node is ever sent: then somebody wrote it by hand."""
    last = cluster.fence if cluster.fence + 1 < TOKENS else 0
    if last != cluster.fence:
        log.error("fencing token was edited", cluster=cluster.name, fence=cluster.fence)
    cluster.fence = max(last + 1, int(now.timestamp()))
    cluster.save(update_fields=["fence"])
    return cluster.fence


def _say_taken_over(row: Operation, worker: str, token: int) -> None:
    where = f"in the step {row.current_step}" if row.current_step else "before its first step"
    until = row.lease_until.isoformat() if row.lease_until else ""
    text = f"{worker} carries on: {row.lease_owner or 'its worker'} fell silent {where}."
    data = {"from": row.lease_owner, "to": worker, "lease_until": until, "token": token}
    add_line(row.pk, "resumed", text, step=row.current_step, data=data)
    totals.count(totals.TAKEN_OVER, row.kind)
    log.warning("operation taken over", operation=row.pk, fence=token, step=row.current_step, silent=row.lease_owner)
