"""The sweep: what was never begun expires, what lost its worker becomes uncertain, what was never delivered is sent."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import Q, QuerySet

from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status
from console.models import Operation, PlanRecord
from console.services import deciding, goes, plans, queue, unanswered
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.endings import end
from console.services.hooks import nonces, refusals

RESEND_AFTER = 5
"""Seconds after which a message that nobody has acted on is sent again."""

log = structlog.get_logger(__name__)


def sweep() -> None:
    """Settle whatever has passed a deadline, and send again what may have been lost. Any worker, any time."""
    expire_unclaimed()
    settle_lost()
    plans.fail_overdue()
    goes.expire()
    resend()
    unanswered.sweep()
    deciding.send_due()
    nonces.purge()
    refusals.settle()


def expire_unclaimed(operation_id: int | None = None) -> int:
    """End the operations (or that one) that no worker claimed in time; they never start. How many that were."""
    waiting = Operation.objects.filter(status=Operation.Status.QUEUED, claim_before__lte=database_now())
    expired = 0
    for operation in _of(waiting, operation_id).select_related("cluster__site"):
        site = operation.cluster.site.name
        ending = Ending(
            Status.FAILED,
            f"Never started: no worker of the site {site} took it within {settings.CLAIM_WITHIN} s. "
            "Nothing was changed.",
            remedy=f"Start a worker for the site {site}, or look at its log; then make a new plan.",
        )
        still = Q(status=Operation.Status.QUEUED, lease_token=operation.lease_token)
        expired += _ended(operation, ending, still, Action.OPERATION_EXPIRED)
    return expired


def settle_lost(operation_id: int | None = None) -> int:
    """End as uncertain the operations (or that one) whose worker has not been heard of; how many that were.

    The token in the condition makes it the loss of that very lease: a worker that holds a newer one goes on.
    """
    silent = Operation.objects.filter(status=Operation.Status.RUNNING, lease_until__lte=database_now())
    settled = 0
    for operation in _of(silent, operation_id).select_related("cluster"):
        step = operation.current_step
        where = f"in the step {step}" if step else "before its first step"
        ending = Ending(
            Status.UNCERTAIN,
            f"The worker {operation.lease_owner} has not been heard of since it was {where}. "
            "What it had begun may still be going on.",
            step,
            f"Observe {operation.cluster.name} afresh, then acknowledge this operation with what you found.",
            changed=True,
        )
        still = Q(status=Operation.Status.RUNNING, lease_token=operation.lease_token, lease_until__lte=database_now())
        settled += _ended(operation, ending, still, Action.OPERATION_UNCERTAIN)
    return settled


def settle(operation_id: int) -> None:
    """Settle that one operation if it has passed a deadline, for who waits for it without a worker near."""
    expire_unclaimed(operation_id)
    settle_lost(operation_id)


def resend() -> None:
    """Send again the messages of what still waits; one too many finds nothing to do."""
    before = database_now() - timedelta(seconds=RESEND_AFTER)
    operations = Operation.objects.filter(status=Operation.Status.QUEUED, confirmed_at__lt=before)
    for pk, site in operations.values_list("pk", "cluster__site__name"):
        queue.send(queue.RUN_OPERATION, pk, queue.operations_queue(site), expires=RESEND_AFTER)
    waiting = PlanRecord.objects.filter(
        state=PlanRecord.State.PREPARING, claimed_at__isnull=True, created_at__lt=before
    )
    for pk, site in waiting.values_list("pk", "cluster__site__name"):
        queue.send(queue.PREPARE_PLAN, pk, queue.operations_queue(site), expires=RESEND_AFTER)


def _of(rows: QuerySet[Operation], operation_id: int | None) -> QuerySet[Operation]:
    return rows if operation_id is None else rows.filter(pk=operation_id)


def _ended(operation: Operation, ending: Ending, still: Q, action: Action) -> bool:
    try:
        end(operation.pk, ending, only_if=still, action=action)
    except LeaseLost:
        return False
    log.warning("operation settled", operation=operation.pk, status=ending.status.value, summary=ending.summary)
    return True
