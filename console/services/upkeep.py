"""The sweep: what was never begun expires, what lost its worker is handed on, what was never delivered is sent."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import Q, QuerySet

from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status
from console.domain.procedures.kinds import is_procedure
from console.models import Operation, PlanRecord
from console.services import api_once, approvals, deciding, goes, plans, queue, resting, serving, unanswered
from console.services.audit_actions import Action
from console.services.claiming import abandoned
from console.services.clock import database_now
from console.services.endings import end
from console.services.hooks import nonces, refusals

RESEND_AFTER = 5
"""Seconds after which a message that nobody has acted on is sent again."""
LEASES_AHEAD = 10
"""A lease that ends further off than so many of its own lengths was written by no worker."""

log = structlog.get_logger(__name__)


def sweep() -> None:
    """Settle whatever has passed a deadline, and send again what may have been lost. Any worker, any time."""
    expire_unclaimed()
    settle_lost()
    plans.fail_overdue()
    approvals.expire()
    goes.expire()
    resting.wake_due()
    resend()
    unanswered.sweep()
    deciding.send_due()
    nonces.purge()
    api_once.purge()
    refusals.settle()


def expire_unclaimed(operation_id: int | None = None) -> int:
    """End the operations (or that one) that no worker claimed in time; they never start. How many that were."""
    waiting = Operation.objects.filter(status=Operation.Status.QUEUED, claim_before__lte=database_now())
    expired = 0
    for operation in _of(waiting, operation_id).select_related("cluster__site"):
        still = Q(status=Operation.Status.QUEUED, lease_token=operation.lease_token)
        if is_procedure(operation.kind) and operation.waiting_since is not None:
            resting.put_back(operation, _unclaimed(operation).summary, still)
            continue
        expired += _ended(operation, _unclaimed(operation), still, Action.OPERATION_EXPIRED)
    return expired


def _unclaimed(operation: Operation) -> Ending:
    """The ending of an operation that nobody took; one that was to be carried on has done something before."""
    site = operation.cluster.site.name
    again = operation.attempt > 1
    what = "Not carried on" if again else "Never started"
    left = "What it did before stands in its journal." if again else "Nothing was changed."
    then = "have it carried on" if again else "make a new plan"
    return Ending(
        Status.FAILED,
        f"{what}: no worker of the site {site} took it within {settings.CLAIM_WITHIN} s. "
        f"{left} {serving.why_left(operation.pk)}".strip(),
        operation.current_step,
        remedy=f"Start a worker for the site {site}, or look at its log; then {then}.",
        changed=again,
    )


def settle_lost(operation_id: int | None = None) -> int:
    """End as uncertain the operations (or that one) that no worker took over in time; how many that were.

    The token in the condition makes it the loss of that very lease: a worker that holds a newer one goes on.
    """
    _mend_leases()
    now = database_now()
    given_up = Q(status=Operation.Status.RUNNING, lease_until__lte=now - timedelta(seconds=settings.CLAIM_WITHIN))
    settled = 0
    for operation in _of(Operation.objects.filter(given_up), operation_id).select_related("cluster__site"):
        step, site = operation.current_step, operation.cluster.site.name
        where = f"in the step {step}" if step else "before its first step"
        ending = Ending(
            Status.UNCERTAIN,
            f"The worker {operation.lease_owner} has not been heard of since it was {where}, and no other worker of "
            f"the site {site} took over within {settings.CLAIM_WITHIN} s. What it had begun may still be going on.",
            step,
            f"Start a worker for the site {site}. Observe {operation.cluster.name} afresh; then say whether the step "
            "happened or shall be done again, or acknowledge this operation with what you found.",
            changed=True,
        )
        still = given_up & Q(lease_token=operation.lease_token)
        settled += _ended(operation, ending, still)
    return settled


def _mend_leases() -> None:
    """A lease that no worker can have written ends now, so that a worker takes its operation over."""
    now = database_now()
    impossible = Q(lease_until__isnull=True) | Q(lease_until__gt=now + LEASES_AHEAD * _lease())
    for operation in Operation.objects.filter(impossible, status=Operation.Status.RUNNING):
        same = Operation.objects.filter(pk=operation.pk, lease_until=operation.lease_until)
        if same.filter(status=Operation.Status.RUNNING).update(lease_until=now):
            log.error("lease edited by hand", operation=operation.pk, owner=operation.lease_owner)


def _lease() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def settle(operation_id: int) -> None:
    """Settle that one operation if it has passed a deadline, for who waits for it without a worker near."""
    expire_unclaimed(operation_id)
    settle_lost(operation_id)


def resend() -> None:
    """Send again the messages of what still waits or lost its worker; one too many finds nothing to do."""
    now = database_now()
    before = now - timedelta(seconds=RESEND_AFTER)
    undelivered = Q(status=Operation.Status.QUEUED, confirmed_at__lt=before)
    operations = Operation.objects.filter(undelivered | abandoned(now)).order_by("pk")
    for pk, kind, site in operations.values_list("pk", "kind", "cluster__site__name"):
        queue.send(queue.RUN_OPERATION, pk, queue.operations_queue(site), urgency=queue.urgency_of(kind))
    waiting = PlanRecord.objects.filter(
        state=PlanRecord.State.PREPARING, claimed_at__isnull=True, created_at__lt=before
    )
    for pk, site in waiting.values_list("pk", "cluster__site__name"):
        queue.send(queue.PREPARE_PLAN, pk, queue.observation_queue(site))


def _of(rows: QuerySet[Operation], operation_id: int | None) -> QuerySet[Operation]:
    return rows if operation_id is None else rows.filter(pk=operation_id)


def _ended(operation: Operation, ending: Ending, still: Q, action: Action | None = None) -> bool:
    try:
        end(operation.pk, ending, only_if=still, action=action)
    except LeaseLost:
        return False
    log.warning("operation settled", operation=operation.pk, status=ending.status.value, summary=ending.summary)
    return True
