"""In whose hands a procedure is: paused, resumed, handed to another person, given up; each decision in the audit."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from console.domain.checks import Refusal
from console.domain.outcome import Ending, Status
from console.models import Operation
from console.services import access, audit, resting
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.endings import end
from console.services.journal import add_line
from console.services.setup.answers import decided, locked, require_free


def pause(operation: Operation, actor: audit.Actor, reason: str) -> Operation:
    """Have the procedure rest until somebody resumes it: at once, or before the next step of the worker that has it.

    Pausing again changes nothing. Raises `NotAllowed`, and `Refusal` without a reason or for one that is over.
    """
    access.require(actor.user, "operate", operation.cluster, operation.kind)
    reason = _reason(reason)
    with transaction.atomic():
        row = locked(operation)
        if row.paused_at is None:
            now = database_now()
            values: dict[str, Any] = {"paused_at": now, "paused_by": actor.name, "pause_reason": reason}
            if row.open:
                values |= {"stop_requested_at": now, "stop_requested_by": actor.name}
            else:
                values |= {"status": Operation.Status.PAUSED, "wake_at": None}
            Operation.objects.filter(pk=row.pk).update(**values)
            add_line(row.pk, "note", f"{actor.name} paused it: {reason}")
            decided(row, Action.SETUP_PAUSED, actor, reason, {"step": row.waiting_step})
    operation.refresh_from_db()
    return operation


def resume(operation: Operation, actor: audit.Actor) -> Operation:
    """Have a paused procedure go on: it proves anew what it had done, and then goes as far as it gets.

    One that is not paused is left as it is. Raises `NotAllowed`, and `Refusal` when the cluster is not free.
    """
    access.require(actor.user, "operate", operation.cluster, operation.kind)
    with transaction.atomic():
        row = locked(operation)
        if row.status == Operation.Status.PAUSED:
            require_free(row)
            before = {"paused by": row.paused_by, "reason": row.pause_reason}
            decided(row, Action.SETUP_RESUMED, actor, "", before)
            resting.go_on(row, f"{actor.name} had it go on.")
        elif row.paused_at is not None:  # asked to pause, and its worker has not come to it yet
            none = {"paused_at": None, "paused_by": "", "pause_reason": ""}
            Operation.objects.filter(pk=row.pk).update(**none, stop_requested_at=None, stop_requested_by="")
            add_line(row.pk, "note", f"{actor.name} took the pause back.")
            decided(row, Action.SETUP_RESUMED, actor, "", {"paused by": row.paused_by})
    operation.refresh_from_db()
    return operation


def hand_over(operation: Operation, to: User, actor: audit.Actor, note: str) -> Operation:
    """Have another person do what is next; the note says what that person should know.

    Handing it to who has it changes nothing. Raises `NotAllowed`, and `Refusal` for a person who may not operate the
    cluster, without a note, or for a procedure that is over.
    """
    access.require(actor.user, "operate", operation.cluster, operation.kind)
    why = access.why_not(to, "operate", operation.cluster, operation.kind)
    if why is not None:
        raise Refusal.of(why, "Choose somebody who may, or have the role given first.", key="setup.person")
    with transaction.atomic():
        row = locked(operation)
        name = audit.Actor.of(to, actor.origin).name
        if row.assigned_to_id != to.pk:
            note = _reason(note)
            Operation.objects.filter(pk=row.pk).update(assigned_to=to, assigned_to_name=name)
            add_line(row.pk, "note", f"{actor.name} handed it over to {name}: {note}")
            decided(row, Action.SETUP_HANDED, actor, note, {"from": row.assigned_to_name, "to": name})
    operation.refresh_from_db()
    return operation


def give_up(operation: Operation, actor: audit.Actor, reason: str) -> Operation:
    """End the procedure where it is; what was done stays done, and the cluster is free.

    One that a worker has ends before its next step. Raises `NotAllowed`, and `Refusal` without a reason or for one
    that is over.
    """
    access.require(actor.user, "operate", operation.cluster, operation.kind)
    reason = _reason(reason)
    with transaction.atomic():
        row = locked(operation)
        if row.open:
            none = {"paused_at": None, "paused_by": "", "pause_reason": ""}
            asked = {"stop_requested_at": database_now(), "stop_requested_by": actor.name}
            Operation.objects.filter(pk=row.pk).update(**none, **asked)
            add_line(row.pk, "note", f"{actor.name} gives it up: {reason}")
            decided(row, Action.SETUP_GIVEN_UP, actor, reason, {"step": row.current_step})
        else:
            done = "What it did stays done; begun again, it proves every step and goes on from there."
            text = f"Given up by {actor.name}: {reason.rstrip('.')}. {done}"
            ending = Ending(Status.STOPPED, text, row.waiting_step, changed=row.started_at is not None)
            rests = Q(status__in=Operation.RESTING)
            end(row.pk, ending, only_if=rests, action=Action.SETUP_GIVEN_UP, actor=actor, reason=reason)
    operation.refresh_from_db()
    return operation


def _reason(text: str) -> str:
    if not text.strip():
        raise Refusal.of("No reason was given.", "Say in a few words why; it goes to the record.", key="setup.reason")
    return text.strip()
