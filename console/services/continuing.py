"""Having an ended operation carried on, in its own record: again from the failed step, without it, or by an answer."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from console.domain.checks import Refusal
from console.domain.plan import Step
from console.domain.skipping import skip
from console.models import Cluster, JournalLine, Operation
from console.models.operations import ACTING_KINDS
from console.services import access, audit, queue
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.journal import add_line
from console.services.products import generation_of
from console.services.resumable import ANSWERS, NO_REASON, Choice, Ground, alone, given_up, ground, may

__all__ = ["Choice", "Offer", "carry_on", "offers", "why_not"]


ACTIONS = {
    Choice.RETRY: Action.OPERATION_RETRIED,
    Choice.SKIP: Action.OPERATION_SKIPPED,
    Choice.HAPPENED: Action.OPERATION_HAPPENED,
    Choice.AGAIN: Action.OPERATION_AGAIN,
}


@dataclass(frozen=True)
class Offer:
    """A choice for people: the step that it is about, what it means, and why it is not open now."""

    choice: Choice
    step: Step | None
    meaning: str
    refusal: Refusal | None


def carry_on(operation: Operation, choice: Choice, actor: audit.Actor, reason: str = "") -> Operation:
    """Put the ended operation back before a worker, which goes on from where its journal ends.

    `retry` begins with the step that failed or that it was stopped before; `skip` leaves that step out. `happened`
    and `again` answer what is uncertain: the step counts as done, or is done anew. All but `retry` ask for a reason.
    Asking for the same again while it is carried on changes nothing. Raises `NotAllowed`, and `Refusal` with every
    reason why not; a refusal is in the audit too.
    """
    access.require(actor.user, "operate", operation.cluster, operation.kind)
    try:
        with transaction.atomic():
            Cluster.objects.select_for_update().get(pk=operation.cluster_id)
            row = Operation.objects.select_for_update().get(pk=operation.pk)
            if not _carried_on(row, choice):
                _continue(row, choice, actor, reason.strip())
    except Refusal as refusal:
        _audit_refusal(operation, actor, reason, refusal)
        raise
    operation.refresh_from_db()
    return operation


def offers(operation: Operation) -> tuple[Offer, ...]:
    """What can be said to an operation that ended half-way: none where it came to its end, another came after it, or it
    is a procedure that was given up: that is begun again."""
    over = operation.open or operation.resting or operation.status == Operation.Status.SUCCEEDED
    if over or given_up(operation) or operation.kind not in ACTING_KINDS or any(alone(operation)):
        return ()
    try:
        step = ground(operation).step
    except Refusal as refusal:
        return (Offer(Choice.RETRY, None, "", refusal),)
    uncertain = operation.status == Operation.Status.UNCERTAIN
    choices = ANSWERS if uncertain else (Choice.RETRY, Choice.SKIP)
    return tuple(_offer(operation, choice, step) for choice in choices)


def _offer(operation: Operation, choice: Choice, step: Step | None) -> Offer:
    leave_out = skip(step, generation_of(operation.cluster)) if step and choice is Choice.SKIP else None
    meaning = leave_out.text if leave_out and leave_out.allowed else ""
    return Offer(choice, step, meaning, why_not(operation, choice))


def why_not(operation: Operation, choice: Choice) -> Refusal | None:
    """Every reason why the operation cannot be carried on by `choice` now, but for a missing word; or None."""
    try:
        may(operation, choice)
    except Refusal as refusal:
        return refusal
    return None


def _carried_on(row: Operation, choice: Choice) -> bool:
    """Whether it is being carried on by that very choice already."""
    last = JournalLine.objects.filter(operation=row, kind="continued").order_by("-seq").first()
    return row.open and last is not None and (last.data or {}).get("choice") == choice


def _continue(row: Operation, choice: Choice, actor: audit.Actor, reason: str) -> None:
    said = [] if reason or choice is Choice.RETRY else [NO_REASON]
    found = may(row, choice, said)
    now, attempt = database_now(), row.attempt + 1
    before = {"status": row.status, "step": row.ending_step, "summary": row.ending_summary}
    _journal(found, choice, actor, reason, attempt)
    Operation.objects.filter(pk=row.pk).update(
        **_BACK,
        current_step=found.step.key if found.step and choice in (Choice.RETRY, Choice.AGAIN) else "",
        attempt=attempt,
        claim_before=now + timedelta(seconds=settings.CLAIM_WITHIN),
    )
    site = queue.operations_queue(row.cluster.site.name)
    queue.send_after_commit(queue.RUN_OPERATION, row.pk, site, urgency=queue.urgency_of(row.kind))
    after = {"choice": choice.value, "step": found.step.key if found.step else "", "attempt": attempt}
    subject = audit.Subject("operation", row.pk, row.kind)
    audit.record(ACTIONS[choice], actor, subject, cluster=row.cluster, reason=reason, before=before, after=after)


_BACK: dict[str, object] = {
    "status": Operation.Status.QUEUED,
    "ended_at": None,
    "ending_summary": "",
    "ending_step": "",
    "ending_remedy": "",
    "todo": [],
    "stop_requested_at": None,
    "stop_requested_by": "",
    "acknowledged_at": None,
    "acknowledged_by": "",
    "acknowledge_note": "",
    "lease_owner": "",
    "lease_until": None,
    "step_until": None,
}
"""The columns of an operation that waits for a worker; how it ended before stays in its journal and in the audit."""


def _journal(found: Ground, choice: Choice, actor: audit.Actor, reason: str, attempt: int) -> None:
    pk, step = found.operation.pk, found.step
    where = f" at “{step.title}”" if step else ""
    words = {
        Choice.RETRY: f"{actor.name} had it carried on{where}.",
        Choice.SKIP: f"{actor.name} had it carried on without “{step.title if step else ''}”.",
        Choice.HAPPENED: f"{actor.name} had it carried on after “{step.title if step else ''}”.",
        Choice.AGAIN: f"{actor.name} had it done again{where}.",
    }
    if choice is Choice.SKIP and step is not None:
        meaning = skip(step, generation_of(found.operation.cluster)).text
        said = {"by": actor.name, "reason": reason}
        add_line(pk, "skipped", f"{actor.name} left it out: {reason} {meaning}", step=step.key, data=said)
    if choice is Choice.HAPPENED and step is not None:
        add_line(pk, "already", f"{actor.name} says that it happened: {reason}", step=step.key)
    data = {"choice": choice.value, "attempt": attempt, "by": actor.name, "reason": reason}
    add_line(pk, "continued", f"{words[choice]} {reason}".strip(), data=data)


def _audit_refusal(operation: Operation, actor: audit.Actor, reason: str, refusal: Refusal) -> None:
    with transaction.atomic():
        audit.record(
            Action.OPERATION_REFUSED,
            actor,
            audit.Subject("operation", operation.pk, operation.kind),
            cluster=operation.cluster,
            reason=reason.strip(),
            after=refusal.to_json(),
        )
