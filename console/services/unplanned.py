"""Moves that nobody planned, seen by observation: recorded as operations of the kind `start`, which prove them.

Only for products whose groups carry their server's name: there nothing is left to be switched. What an operation of
ours explains is not recorded, nor what the first observation of all finds.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Q

from console.domain.held import Held
from console.drivers import driver_for
from console.models import Cluster, ObservationRecord, Operation, PlanRecord
from console.services import alarms, approvals, audit, brakes, queue, reservations
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.journal import add_line

EXPLAINING = ("failover", "failback", "takeover", "start", "undo")
"""Kinds of operations after which the group may be elsewhere, or up again."""

log = structlog.get_logger(__name__)


def postponed(cluster: Cluster) -> bool:
    """Whether what is seen now has to wait: an operation acts that explains no move, and only one may act."""
    acting = reservations.acting(cluster)
    return acting is not None and acting.kind not in EXPLAINING


def seen(cluster: Cluster, before: Held | None, now: Held) -> Operation | None:
    """Record that the group was brought up since `before` without an operation of ours; None when it was not.

    Call it in the transaction that keeps the observation, so that it is recorded once.
    """
    what = now.came_up(before) if before is not None else ""
    if before is None or not what:
        return None
    Cluster.objects.select_for_update().get(pk=cluster.pk)
    if _explained(cluster, now.owner, before.at):
        return None
    return _begin(cluster, now.owner, what)


def _explained(cluster: Cluster, owner: str, since: datetime) -> bool:
    """Whether an operation acts, or one that led to `owner` was open since then."""
    if reservations.acting(cluster) is not None:
        return True
    ours = Operation.objects.filter(cluster=cluster, kind__in=EXPLAINING, target__iexact=owner)
    return ours.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=since)).exists()


def _begin(cluster: Cluster, owner: str, what: str) -> Operation:
    """The operation, waiting for a worker; its plan is made by that worker, from what is true then."""
    now, waiting, soon = database_now(), reservations.unacknowledged(cluster), _soon(cluster)
    actor = audit.Actor(None, driver_for(cluster.driver).title, audit.AuditRecord.Origin.SYSTEM)
    plan = PlanRecord.objects.create(
        cluster=cluster,
        kind="start",
        target=owner,
        created_at=now,
        claimed_at=now,
        created_by_name=actor.name,
        origin=actor.origin,
    )
    operation = Operation.objects.create(
        cluster=cluster,
        kind="start",
        source=cluster.nodes.exclude(name__iexact=owner).values_list("name", flat=True)[0],
        target=owner,
        plan=plan,
        requested_by_name=actor.name,
        origin=actor.origin,
        reason=f"{what} No operation had moved it.",
        confirmed_at=now,
        claim_before=now + timedelta(seconds=settings.CLAIM_WITHIN),
        outage_started_at=_mail_up_at(cluster),
        automatic=True,
    )
    if waiting is not None:
        Operation.objects.filter(pk=waiting.pk).update(superseded_by=operation)
    if soon is not None:
        _flaps(operation, soon)
    approvals.give_way(operation)
    add_line(operation.pk, "note", operation.reason)
    site = queue.operations_queue(cluster.site.name)
    queue.send_after_commit(queue.RUN_OPERATION, operation.pk, site, urgency=queue.urgency_of(operation.kind))
    subject = audit.Subject("operation", operation.pk, operation.kind)
    after = {"target": owner}
    audit.record(Action.UNPLANNED_SEEN, actor, subject, cluster=cluster, reason=operation.reason, after=after)
    log.info("unplanned move seen", cluster=cluster.name, operation=operation.pk, target=owner)
    return operation


def _soon(cluster: Cluster) -> Operation | None:
    """The move, planned or not, after which another one within the cooldown is one too many."""
    since = database_now() - timedelta(seconds=cluster.cooldown_seconds)
    unplanned = Operation.objects.filter(cluster=cluster, kind="start", automatic=True, confirmed_at__gt=since)
    return brakes.flapping(cluster) or unplanned.order_by("-pk").first()


def _flaps(operation: Operation, soon: Operation) -> None:
    text = (
        f"{operation.cluster.name} was brought up on {operation.target} by {operation.requested_by_name} within the "
        f"cooldown after operation {soon.pk} ({soon.kind} to {soon.target}) of {soon.confirmed_at:%T} UTC."
    )
    remedy = "Find out why the cluster product moves the group so soon; pause a node if it goes back and forth."
    alarms.sound(operation.cluster, "flapping", text, remedy, operation=operation)


def _mail_up_at(cluster: Cluster) -> datetime | None:
    """When every greeting was last seen to be good: the outage began after that."""
    return ObservationRecord.objects.filter(cluster=cluster).values_list("mail_up_at", flat=True).first()
