"""Brakes on what the console starts: the global stop and the cooldown after a takeover.

They never bind what a cluster product has already done: a group that was brought up gets its directory and its go.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from console.domain.checks import Reason, Refusal
from console.domain.planner import DIRECTORY_SWITCH
from console.models import Cluster, GlobalStop, Operation
from console.services import access, audit
from console.services.audit_actions import Action
from console.services.clock import database_now

MOVES = ("failover", "failback", "takeover")
UNBOUND = ("undo", DIRECTORY_SWITCH)
"""What the cooldown does not bind."""


@dataclass(frozen=True)
class Cooldown:
    """The rest that a cluster has after a takeover."""

    operation: Operation
    until: datetime


def why_not(cluster: Cluster, kind: str = "") -> Refusal | None:
    """Why the console starts nothing on the cluster now by itself or by a click, or None.

    The cooldown does not bind an undo: it brings back what was, by the word of a person who knows why. Nor does it bind
    a directory switch, which brings the directory to where the group already is.
    """
    reasons = []
    stop = global_stop()
    if stop is not None:
        remedy = "Lift it with a reason, on the page of clusters or by: manage.py stop off --reason TEXT."
        reasons.append(
            Reason(f"{stop.set_by} has stopped everything since {stop.set_at:%F %T} UTC: {stop.reason}", remedy, "stop")
        )
    rest = cooldown(cluster) if kind not in UNBOUND else None
    if rest is not None:
        remedy = (
            f"Wait until {rest.until:%T} UTC, or lift the cooldown with a reason, on the cluster's page or by: "
            f"manage.py cooldown {cluster.name} --lift --reason TEXT."
        )
        text = f"{cluster.name} was taken over by operation {rest.operation.pk}; it rests until {rest.until:%T} UTC."
        reasons.append(Reason(text, remedy, "cooldown", str(rest.operation.pk)))
    return Refusal(f"The console starts nothing on {cluster.name} now.", reasons) if reasons else None


def global_stop() -> GlobalStop | None:
    """The stop that stands, if one does."""
    return GlobalStop.objects.filter(lifted_at__isnull=True).first()


def cooldown(cluster: Cluster) -> Cooldown | None:
    """The cooldown that binds the cluster now: since its last takeover succeeded, unless somebody lifted it.

    A takeover that failed binds nobody: mail is down, and somebody has to act.
    """
    return cooldowns([cluster]).get(cluster.pk)


def cooldowns(clusters: Sequence[Cluster]) -> dict[int, Cooldown]:
    """The cooldowns that bind these clusters now, by the cluster's key."""
    now = database_now()
    rests = {cluster.pk: timedelta(seconds=cluster.cooldown_seconds) for cluster in clusters}
    longest = max(rests.values(), default=timedelta())
    taken = Operation.objects.filter(cluster__in=rests, kind="takeover", status=Operation.Status.SUCCEEDED)
    found: dict[int, Cooldown] = {}
    for last in taken.filter(ended_at__gt=now - longest, cooldown_lifted_at__isnull=True).order_by("ended_at"):
        if last.ended_at is not None and last.ended_at + rests[last.cluster_id] > now:
            found[last.cluster_id] = Cooldown(last, last.ended_at + rests[last.cluster_id])
    return found


def flapping(cluster: Cluster) -> Operation | None:
    """The move of any kind that succeeded within the cooldown: a takeover so soon after it is one too many."""
    since = database_now() - timedelta(seconds=cluster.cooldown_seconds)
    moved = Operation.objects.filter(cluster=cluster, kind__in=MOVES, status=Operation.Status.SUCCEEDED)
    return moved.filter(ended_at__gt=since).order_by("-ended_at").first()


def set_stop(actor: audit.Actor, reason: str) -> GlobalStop:
    """Stop everything that the console would start. A stop that stands is kept. Raises `NotAllowed`, `Refusal`."""
    access.require(actor.user, "operate")
    _needs_reason(reason)
    with transaction.atomic():
        audit.lock()
        standing = global_stop()
        if standing is not None:
            return standing
        made = GlobalStop.objects.create(set_at=database_now(), set_by=actor.name, reason=reason.strip())
        audit.record(Action.STOP_SET, actor, audit.Subject("stop", made.pk), reason=reason.strip())
        return made


def lift_stop(actor: audit.Actor, reason: str) -> GlobalStop | None:
    """Lift the stop that stands; None when none does. Raises `NotAllowed`, `Refusal`."""
    access.require(actor.user, "operate")
    _needs_reason(reason)
    with transaction.atomic():
        audit.lock()
        standing = global_stop()
        if standing is None:
            return None
        standing.lifted_at, standing.lifted_by, standing.lift_reason = database_now(), actor.name, reason.strip()
        standing.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        audit.record(
            Action.STOP_LIFTED,
            actor,
            audit.Subject("stop", standing.pk),
            reason=reason.strip(),
            before={"reason": standing.reason, "by": standing.set_by},
        )
        return standing


def lift_cooldown(cluster: Cluster, actor: audit.Actor, reason: str) -> Cooldown | None:
    """Let the console start something on the cluster again; None when no cooldown binds it.

    Raises `NotAllowed`, and `Refusal` without a reason.
    """
    access.require(actor.user, "operate", cluster)
    _needs_reason(reason)
    with transaction.atomic():
        Cluster.objects.select_for_update().get(pk=cluster.pk)
        rest = cooldown(cluster)
        if rest is None:
            return None
        ended = Q(cluster=cluster, kind="takeover", ended_at__isnull=False, cooldown_lifted_at__isnull=True)
        Operation.objects.filter(ended).update(cooldown_lifted_at=database_now(), cooldown_lifted_by=actor.name)
        subject = audit.Subject("cluster", cluster.pk, cluster.name)
        before = {"until": rest.until, "operation": rest.operation.pk}
        audit.record(Action.COOLDOWN_LIFTED, actor, subject, cluster=cluster, reason=reason.strip(), before=before)
        return rest


def _needs_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal.of("No reason was given.", "Say in a few words why; it goes to the audit.", key="reason")
