"""A procedure's rest: no worker, no lease, no end; and how it is queued again, by a person, by time or by an event."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from console.domain.checks import Refusal
from console.domain.outcome import Ending, Status, WaitsFor
from console.domain.progress import RESTED
from console.models import Cluster, Operation
from console.services import brakes, queue, reservations
from console.services.clock import database_now
from console.services.journal import add_line
from console.services.notifications import reading, telling

LONGEST_SECONDS = 3600.0
"""What waits long is looked at less often, but no less often than this."""
UNSEEN_SECONDS = 60.0
"""After so long a procedure that no worker took up is sent again."""
LOOKED = "looked"
"""The mark in a rest's line: whether every open step had been looked at before it."""
NO_LEASE: dict[str, Any] = {"lease_owner": "", "lease_until": None, "step_until": None, "current_step": ""}

log = structlog.get_logger(__name__)


def lock(operation_id: int, only_if: Q | None = None) -> Operation | None:
    """The operation's row, locked after its cluster's, if it still fits. Call it inside a transaction."""
    of_cluster = Operation.objects.filter(pk=operation_id).values("cluster_id")
    Cluster.objects.select_for_update().filter(pk__in=of_cluster).first()
    rows = Operation.objects.select_for_update(of=("self",)).select_related("cluster__site", "plan")
    return rows.filter(only_if or Q(), pk=operation_id).first()


def rest(row: Operation, ending: Ending) -> None:
    """Have the procedure rest as `ending` says; one that was asked to pause is paused. Call it under `lock`."""
    now = database_now()
    paused = row.paused_at is not None
    same = row.waiting_since is not None and (row.waiting_step, row.waiting_text) == (ending.step, ending.summary)
    since = row.waiting_since if same and row.waiting_since is not None else now
    values: dict[str, Any] = {
        **NO_LEASE,
        "status": Operation.Status.PAUSED if paused else Operation.Status.WAITING,
        "waits_for": ending.waits_for,
        "waiting_step": ending.step,
        "waiting_text": ending.summary,
        "waiting_remedy": ending.remedy,
        "waiting_target": ending.towards,
        "waiting_since": since,
        "wake_at": _wake_at(ending, since, now),
        "stop_requested_at": None,
        "stop_requested_by": "",
        "superseded_by": None,  # whoever had it carried on after a takeover has it hold the cluster again
    }
    if ending.findings:
        values |= {"findings": dict(ending.findings), "looked_at": now}
    Operation.objects.filter(pk=row.pk).update(**values)
    text = f"Paused by {row.paused_by}: {row.pause_reason}" if paused else f"{ending.summary} {ending.remedy}".strip()
    data = {"waits_for": ending.waits_for, "towards": ending.towards, "in_doubt": ending.in_doubt}
    data |= {LOOKED: bool(ending.findings)}
    add_line(row.pk, RESTED, text, step=ending.step, data=data)
    if not paused and (row.waiting_since is None or row.waiting_step != ending.step):
        telling.tell(
            "operation.waiting",
            f"The {row.kind} of {row.cluster.name} waits for a person (operation {row.pk}).",
            cluster=row.cluster,
            path=f"/operations/{row.pk}/",
            thread=reading.thread_of(row.pk),
            facts=reading.of_operation(row),
        )


def _wake_at(ending: Ending, since: datetime, now: datetime) -> datetime | None:
    """Twice as late each time as long as nothing changes, up to a limit; None when nobody but a person wakes it."""
    if not ending.wake_after:
        return None
    waited = (now - since).total_seconds()
    return now + timedelta(seconds=min(max(waited, ending.wake_after), max(LONGEST_SECONDS, ending.wake_after)))


def give_way(cluster: Cluster, kind: str, target: str) -> Operation | None:
    """Let a takeover or start go before the cluster's procedure, which is given if there is one.

    A takeover changes what the procedure relied on: it is paused until a person has it carried on. A start changes
    nothing: the procedure goes on by itself when that has ended. What a worker was doing is left in doubt, and is
    looked at first when the procedure goes on; the worker loses its lease with this. Call it in the transaction that
    opens the operation, before that, and `supersede` after it.
    """
    row = reservations.procedure(cluster)
    if row is None or row.status == Operation.Status.PAUSED or not (row.open or kind == "takeover"):
        return row
    text = f"A {kind} of {cluster.name} to {target} began."
    values: dict[str, Any] = {"status": Operation.Status.WAITING, "wake_at": database_now(), "waiting_remedy": ""}
    if kind == "takeover" or row.paused_at is not None:
        remedy = "Have it carried on once that is over: it proves anew what it had done."
        values = {"status": Operation.Status.PAUSED, "wake_at": None, "waiting_remedy": remedy}
    if row.paused_at is None and kind == "takeover":
        values |= {"paused_at": database_now(), "paused_by": "the console", "pause_reason": text}
    _interrupt(row, text, **values)
    return row


def supersede(row: Operation | None, made: Operation) -> None:
    """Say in the procedure's journal what began; after a takeover it holds nothing until a person carries it on."""
    if row is None:
        return
    add_line(row.pk, "note", f"Operation {made.pk} ({made.kind} to {made.target}) goes before it.")
    if made.kind == "takeover":
        Operation.objects.filter(pk=row.pk).update(superseded_by=made)


def _interrupt(row: Operation, text: str, **values: Any) -> None:
    step = row.current_step or row.waiting_step
    Operation.objects.filter(pk=row.pk).update(
        **NO_LEASE,
        waits_for=WaitsFor.MEND,
        waiting_step=step,
        waiting_text=text,
        waiting_target="",
        waiting_since=database_now(),
        stop_requested_at=None,
        stop_requested_by="",
        **values,
    )
    add_line(row.pk, RESTED, text, step=step, data={"in_doubt": True})


def why_not_now(row: Operation) -> Refusal | None:
    """Why the procedure cannot be carried on at this moment, or None: something else acts, or a brake is on."""
    other = reservations.acting(row.cluster)
    if other is not None and other.pk != row.pk:
        text = f"Operation {other.pk} ({other.kind} to {other.target}) is {other.get_status_display()}."
        remedy = f"Wait until operation {other.pk} has ended; then ask again."
        return Refusal.of(text, remedy, key="reservation.acting", about=str(other.pk))
    return brakes.why_not(row.cluster, row.kind)


def go_on(row: Operation, text: str) -> bool:
    """Put the resting procedure before a worker, or have it woken as soon as it may. Call it under `lock`.

    `text` is the journal's line, none when empty. True when it is before a worker now.
    """
    if row.open:
        return True
    free = {"superseded_by": None, "paused_at": None, "paused_by": "", "pause_reason": ""}
    if why_not_now(row):
        values = {**free, "status": Operation.Status.WAITING, "wake_at": database_now()}
        Operation.objects.filter(pk=row.pk).update(**values)
    else:
        Operation.objects.filter(pk=row.pk).update(
            **free,
            **NO_LEASE,
            status=Operation.Status.QUEUED,
            attempt=row.attempt + 1,
            claim_before=database_now() + timedelta(seconds=settings.CLAIM_WITHIN),
            waits_for="",
            waiting_target="",
            wake_at=None,
        )
        queue.send_after_commit(queue.RUN_OPERATION, row.pk, queue.operations_queue(row.cluster.site.name))
    if text:
        add_line(row.pk, "note", text)
    row.refresh_from_db()
    return row.open


def wake_due() -> int:
    """Carry on the procedures whose time has come and whose cluster is free; how many that were."""
    due = Q(status=Operation.Status.WAITING, wake_at__lte=database_now())
    woken = 0
    for pk in Operation.objects.filter(due).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = lock(pk, due)
            woken += row is not None and not why_not_now(row) and go_on(row, "")
    return woken


def wake_after_move(cluster: Cluster) -> None:
    """An operation has ended on the cluster: what waits for a move looks at once. Call it in that transaction."""
    waiting = Operation.objects.filter(cluster=cluster, status=Operation.Status.WAITING)
    waiting.filter(Q(waits_for=WaitsFor.MOVE) | Q(wake_at__isnull=False)).update(wake_at=database_now())


def put_back(operation: Operation, text: str, still: Q) -> bool:
    """Have a procedure that no worker took up rest again, to be sent once more; false when one has it meanwhile."""
    with transaction.atomic():
        row = lock(operation.pk, still)
        if row is None:
            return False
        remedy = f"Start a worker for the site {row.cluster.site.name}, or look at its log."
        ending = Ending(Status.WAITING, text, row.waiting_step, remedy, waits_for=WaitsFor.MEND)
        rest(row, replace(ending, wake_after=UNSEEN_SECONDS, in_doubt=True))  # nobody has looked at what was in doubt
    log.warning("procedure put back", operation=operation.pk, why=text)
    return True


def pause_all(why: str) -> None:
    """Pause every procedure that would go on by itself, until a person resumes it."""
    for row in Operation.objects.filter(status=Operation.Status.WAITING):
        paused = {"paused_at": database_now(), "paused_by": "the console", "pause_reason": why, "wake_at": None}
        with transaction.atomic():
            Operation.objects.filter(pk=row.pk).update(status=Operation.Status.PAUSED, **paused)
            add_line(row.pk, "note", f"Paused: {why}")
