"""What people do about an operation that there is: ask it to stop, and acknowledge how it ended."""

from django.db import transaction
from django.db.models import Q

from console.domain.checks import Refusal
from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status
from console.models import ObservationRecord, Operation
from console.services import access, audit, record_parts
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.confirm import confirm
from console.services.endings import end
from console.services.journal import add_line

__all__ = ["acknowledge", "confirm", "request_stop"]


def request_stop(operation: Operation, actor: audit.Actor, reason: str = "") -> Operation:
    """Ask the operation to stop at its next safe point; one that no worker has begun stops at once.

    Asking again changes nothing. Raises `NotAllowed`, and `Refusal` for one that is over.
    """
    access.require(actor.user, "operate", operation.cluster, operation.kind)
    if not _stop_unbegun(operation.pk, actor, reason) and not _ask_to_stop(operation.pk, actor, reason):
        operation.refresh_from_db()
        if operation.resting:
            text = f"Operation {operation.pk} rests: nothing of it runs that could be stopped."
            remedy = "Pause it, or give it up with a reason."
            raise Refusal.of(text, remedy, key="operation.resting", about=str(operation.pk))
        if not operation.open:
            raise Refusal.of(
                f"Operation {operation.pk} is over: it {operation.get_status_display()}.",
                "There is nothing left to stop.",
                key="operation.over",
                about=str(operation.pk),
            )
    operation.refresh_from_db()
    return operation


def _stop_unbegun(operation_id: int, actor: audit.Actor, reason: str) -> bool:
    attempt, step = Operation.objects.values_list("attempt", "current_step").get(pk=operation_id)
    left = (
        "Nothing was changed." if attempt == 1 else "It was not carried on; what it did before stands in its journal."
    )
    ending = Ending(Status.STOPPED, f"Stopped at {actor.name}'s request before a worker had begun it. {left}", step)
    waiting = Q(status=Operation.Status.QUEUED)
    try:
        end(operation_id, ending, only_if=waiting, action=Action.OPERATION_STOP, actor=actor, reason=reason)
    except LeaseLost:
        return False
    return True


def _ask_to_stop(operation_id: int, actor: audit.Actor, reason: str) -> bool:
    with transaction.atomic():
        running = Operation.objects.filter(
            pk=operation_id, status=Operation.Status.RUNNING, stop_requested_at__isnull=True
        )
        if running.update(stop_requested_at=database_now(), stop_requested_by=actor.name) != 1:
            return False
        operation = Operation.objects.select_related("cluster").get(pk=operation_id)
        why = f" ({reason.strip()})" if reason.strip() else ""
        add_line(operation_id, "note", f"{actor.name} asked to stop at the next safe point{why}.")
        _record(Action.OPERATION_STOP, operation, actor, reason)
    return True


def acknowledge(operation: Operation, actor: audit.Actor, note: str) -> Operation:
    """Take note of how the operation ended, with what was found; an uncertain one lets its cluster go by this.

    An uncertain one asks for an observation of the cluster that is younger than its end. Acknowledging again
    changes nothing. Raises `NotAllowed`, and `Refusal` when there is nothing to acknowledge, or too early.
    """
    access.require(actor.user, "operate", operation.cluster, operation.kind)
    with transaction.atomic():
        row = Operation.objects.select_for_update().select_related("cluster").get(pk=operation.pk)
        if row.acknowledged_at is None:
            refusal = _why_not_acknowledge(row, note)
            if refusal is not None:
                raise refusal
            row.acknowledged_at = database_now()
            row.acknowledged_by = actor.name
            row.acknowledge_note = note.strip()
            row.save(update_fields=["acknowledged_at", "acknowledged_by", "acknowledge_note"])
            add_line(row.pk, "note", f"{actor.name} acknowledged the ending: {note.strip()}")
            _record(Action.OPERATION_ACKNOWLEDGED, row, actor, note, evidence=record_parts.evidence(row))
    operation.refresh_from_db()
    return operation


def _why_not_acknowledge(row: Operation, note: str) -> Refusal | None:
    about, name = str(row.pk), row.cluster.name
    incomplete = row.status == Operation.Status.FAILED and bool(row.todo)
    if row.status != Operation.Status.UNCERTAIN and not incomplete and not (row.automatic and not row.open):
        return Refusal.of(
            f"Operation {row.pk} has nothing to acknowledge: it {_ended(row)}.",
            "Acknowledged is what ended uncertain, what left things to do, and what nobody started.",
            key="acknowledge.status",
            about=about,
        )
    if not note.strip():
        remedy = "Write what you found; it goes to the audit."
        return Refusal.of("No word was given of what was found.", remedy, key="acknowledge.note")
    if row.status == Operation.Status.UNCERTAIN and not ObservationRecord.since(row):
        return Refusal.of(
            f"{name} has not been observed since operation {row.pk} ended.",
            f"Observe {name} now, look at what it shows, then acknowledge.",
            key="acknowledge.observation",
            about=about,
        )
    return None


def _ended(row: Operation) -> str:
    return f"is {row.get_status_display()}" if row.open else row.get_status_display()


def _record(action: Action, operation: Operation, actor: audit.Actor, reason: str, **more: object) -> None:
    subject = audit.Subject("operation", operation.pk, operation.kind)
    after = {"status": operation.status, **more}
    audit.record(action, actor, subject, cluster=operation.cluster, reason=reason.strip(), after=after)
