"""Outages that outlast an operation: one that ended half-done leaves mail down, and a later one brings it up."""

from console.domain.procedures.kinds import is_procedure
from console.models import Operation
from console.models.operations import LOOKING_KINDS


def carry_over(operation: Operation) -> None:
    """Let the operation's outage begin where an earlier one left mail down, unless its own checks heard mail answer.

    What brings no mail up takes no outage over: a procedure, and what only looks.
    """
    if is_procedure(operation.kind) or operation.kind in LOOKING_KINDS:
        return
    with_outage = Operation.objects.filter(cluster_id=operation.cluster_id, outage_started_at__isnull=False)
    earlier = with_outage.filter(pk__lt=operation.pk).order_by("-pk").first()
    if earlier is None or earlier.outage_ended_at is not None or _mail_answered(operation):
        return
    began, seen_up = earlier.outage_started_at, operation.outage_started_at
    if seen_up is not None and began is not None and seen_up > began:
        return  # one that began by itself counts from when mail was last seen to be up: the earlier outage was over
    Operation.objects.filter(pk=operation.pk).update(outage_started_at=earlier.outage_started_at)


def _mail_answered(operation: Operation) -> bool:
    """Whether every protocol greeted when the operation's plan was made."""
    checks = (operation.plan.body or {}).get("checks", [])
    return any(check.get("key") == "mail.now" and check.get("verdict") == "pass" for check in checks)
