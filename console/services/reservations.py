"""What holds a cluster: the operation that acts on it, or one whose fate nobody has looked into yet."""

from console.domain.checks import Refusal
from console.domain.outcome import WaitsFor
from console.domain.planner import PLANNED_MOVES
from console.models import Approval, Cluster, Operation
from console.models.approvals import NEVER_WAIT
from console.models.operations import ACTING_KINDS, PROCEDURE_KINDS
from console.services.clock import database_now

NEVER_HELD_UP = NEVER_WAIT
"""Kinds that answer what the cluster product has already done; no reservation stands in their way."""


def acting(cluster: Cluster) -> Operation | None:
    """The operation that acts on the cluster or waits for a worker, if there is one."""
    found = Operation.objects.filter(cluster=cluster, kind__in=ACTING_KINDS, status__in=Operation.ACTING)
    return found.order_by("pk").first()


def unacknowledged(cluster: Cluster) -> Operation | None:
    """The latest operation that ended uncertain, that nobody has acknowledged and no takeover has superseded."""
    uncertain = Operation.objects.filter(cluster=cluster, status=Operation.Status.UNCERTAIN, kind__in=ACTING_KINDS)
    return uncertain.filter(acknowledged_at__isnull=True, superseded_by__isnull=True).order_by("-pk").first()


def resting(cluster: Cluster) -> Operation | None:
    """The procedure that rests on the cluster and holds it reserved; one that a takeover superseded holds nothing."""
    found = Operation.objects.filter(cluster=cluster, status__in=Operation.RESTING, superseded_by__isnull=True)
    return found.order_by("-pk").first()


def procedure(cluster: Cluster) -> Operation | None:
    """The procedure that is under way on the cluster: one that acts, or rests, superseded or not."""
    under_way = (*Operation.ACTING, *Operation.RESTING)
    found = Operation.objects.filter(cluster=cluster, kind__in=PROCEDURE_KINDS, status__in=under_way)
    return found.order_by("-pk").first()


def asked(cluster: Cluster) -> Approval | None:
    """The approval that was asked for on the cluster and stands, given or not, if there is one."""
    standing = Approval.objects.filter(plan__cluster=cluster, state__in=Approval.OPEN, expires_at__gt=database_now())
    return standing.select_related("plan__cluster").order_by("-pk").first()


def already_open(cluster: Cluster, kind: str, target: str = "") -> Operation | None:
    """The open operation when it is the one asked for: same kind, and same target when one is named.

    A procedure is open while it rests, too.
    """
    operation = procedure(cluster) if kind in PROCEDURE_KINDS else acting(cluster)
    if operation is None or operation.kind != kind:
        return None
    return operation if not target or operation.target.casefold() == target.casefold() else None


def why_held(cluster: Cluster, kind: str, target: str = "") -> Refusal | None:
    """Why an operation of `kind` (to the node `target`) may not start on the cluster now, or None if nothing holds it.

    A procedure that rests lets through the move that it waits for, and nothing else that the console would start; one
    that acts gives way to what the cluster product has already done.
    """
    operation = acting(cluster)
    if operation is not None and not (kind in NEVER_HELD_UP and operation.kind in PROCEDURE_KINDS):
        return Refusal.of(
            f"Operation {operation.pk} ({operation.kind} to {operation.target}) is "
            f"{operation.get_status_display()} on {cluster.name}.",
            f"Wait until operation {operation.pk} has ended, or ask it to stop; then make a new plan.",
            key="reservation.acting",
            about=str(operation.pk),
        )
    held = None if kind in NEVER_HELD_UP else resting(cluster)
    if held is not None and not _lets_through(held, kind, target):
        return _held_by_procedure(held, cluster)
    held = None if kind in NEVER_HELD_UP else unacknowledged(cluster)
    if held is not None:
        return _held_uncertain(held, cluster)
    waits = None if kind in NEVER_HELD_UP else asked(cluster)
    if waits is None or (waits.plan.kind == kind and target.casefold() in ("", waits.plan.target.casefold())):
        return None
    return held_by_asked(waits)


def held_by_asked(approval: Approval) -> Refusal:
    """The refusal that names what waits for an approval on the cluster, or has it and was not started yet."""
    plan = approval.plan
    return Refusal.of(
        f"Plan {plan.pk} ({plan.kind} to {plan.target}), for which {approval.requested_by_name} asked an approval, "
        f"holds {plan.cluster.name}.",
        f"Have plan {plan.pk} started, denied or withdrawn first; else it lapses at {approval.expires_at:%F %T} UTC.",
        key="approval.asked",
        about=str(plan.pk),
    )


def _held_uncertain(held: Operation, cluster: Cluster) -> Refusal:
    return Refusal.of(
        f"Operation {held.pk} ({held.kind} to {held.target}) on {cluster.name} ended uncertain, "
        "and nobody has looked into it yet.",
        f"Observe {cluster.name} afresh, then acknowledge operation {held.pk} with what you found.",
        key="reservation.uncertain",
        about=str(held.pk),
    )


def _lets_through(procedure: Operation, kind: str, target: str) -> bool:
    """Whether the operation is the very move that the procedure waits for."""
    awaited = procedure.status == Operation.Status.WAITING and procedure.waits_for == WaitsFor.MOVE
    return awaited and kind in PLANNED_MOVES and target.casefold() == procedure.waiting_target.casefold()


def _held_by_procedure(held: Operation, cluster: Cluster) -> Refusal:
    towards = f" It waits for a move to {held.waiting_target}." if held.waits_for == WaitsFor.MOVE else ""
    return Refusal.of(
        f"Operation {held.pk} ({held.kind}) is {held.get_status_display()} on {cluster.name}.{towards}",
        f"Bring operation {held.pk} to its end first, or give it up.",
        key="reservation.procedure",
        about=str(held.pk),
    )
