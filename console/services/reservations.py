"""What holds a cluster: the operation that acts on it, or one whose fate nobody has looked into yet."""

from console.domain.checks import Refusal
from console.models import Cluster, Operation
from console.models.operations import ACTING_KINDS

NEVER_HELD_UP = ("takeover", "start")
"""Kinds that answer what the cluster product has already done; no reservation stands in their way."""


def acting(cluster: Cluster) -> Operation | None:
    """The operation that acts on the cluster or waits for a worker, if there is one."""
    found = Operation.objects.filter(cluster=cluster, kind__in=ACTING_KINDS, status__in=Operation.ACTING)
    return found.order_by("pk").first()


def unacknowledged(cluster: Cluster) -> Operation | None:
    """The latest operation that ended uncertain, that nobody has acknowledged and no takeover has superseded."""
    uncertain = Operation.objects.filter(cluster=cluster, status=Operation.Status.UNCERTAIN, kind__in=ACTING_KINDS)
    return uncertain.filter(acknowledged_at__isnull=True, superseded_by__isnull=True).order_by("-pk").first()


def already_open(cluster: Cluster, kind: str, target: str = "") -> Operation | None:
    """The open operation when it is the one asked for: same kind, and same target when one is named."""
    operation = acting(cluster)
    if operation is None or operation.kind != kind:
        return None
    return operation if not target or operation.target.casefold() == target.casefold() else None


def why_held(cluster: Cluster, kind: str) -> Refusal | None:
    """Why an operation of `kind` may not start on the cluster now, or None if nothing holds it."""
    operation = acting(cluster)
    if operation is not None:
        return Refusal.of(
            f"Operation {operation.pk} ({operation.kind} to {operation.target}) is "
            f"{operation.get_status_display()} on {cluster.name}.",
            f"Wait until operation {operation.pk} has ended, or ask it to stop; then make a new plan.",
            key="reservation.acting",
            about=str(operation.pk),
        )
    held = None if kind in NEVER_HELD_UP else unacknowledged(cluster)
    if held is None:
        return None
    return Refusal.of(
        f"Operation {held.pk} ({held.kind} to {held.target}) on {cluster.name} ended uncertain, "
        "and nobody has looked into it yet.",
        f"Observe {cluster.name} afresh, then acknowledge operation {held.pk} with what you found.",
        key="reservation.uncertain",
        about=str(held.pk),
    )
