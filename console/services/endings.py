"""How an operation ends: its row, the last line of its journal and its audit record, in one transaction."""

from dataclasses import asdict, replace

from django.db import transaction
from django.db.models import Q

from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status, WaitsFor
from console.models import NodeRun, Operation
from console.models.operations import LOOKING_KINDS
from console.services import alarms, audit, goes, own_starts, plan_records, record_parts, resting, totals, turns
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.journal import add_line

_ACTIONS = {
    Status.SUCCEEDED: Action.OPERATION_SUCCEEDED,
    Status.FAILED: Action.OPERATION_FAILED,
    Status.STOPPED: Action.OPERATION_STOPPED,
    Status.UNCERTAIN: Action.OPERATION_UNCERTAIN,
}


def end(
    operation_id: int,
    ending: Ending,
    *,
    only_if: Q,
    action: Action | None = None,
    actor: audit.Actor = audit.SYSTEM,
    reason: str = "",
) -> None:
    """End the operation as `ending` says, provided that its row still fits `only_if`.

    The audit record's action tells the status, unless `action` says more. A procedure rests instead where the ending
    says so, or where it was asked to pause. Raises `LeaseLost`, and changes nothing, when the row does not fit. The
    cluster is observed afresh afterwards.
    """
    with transaction.atomic():
        # Whoever gives a go locks the cluster first, then the operation: the same order here.
        fits = only_if & Q(status__in=(*Operation.ACTING, *Operation.RESTING))
        row = resting.lock(operation_id, fits)
        if row is not None and row.open and (ending := _or_rest(row, ending)).status is Status.WAITING:
            resting.rest(row, ending)
            return
        if row is None or Operation.objects.filter(fits, pk=operation_id).update(**_columns(ending)) != 1:
            raise LeaseLost(f"Operation {operation_id} has gone on without this worker.")
        operation = Operation.objects.select_related("cluster__site", "plan").get(pk=operation_id)
        add_line(operation_id, "ending", ending.summary, step=ending.step, data={"status": ending.status.value})
        plan_records.fail(operation.plan, ending.summary, ending.remedy)
        evidence = record_parts.evidence(operation)
        if ending.status is Status.SUCCEEDED:
            own_starts.acknowledge(operation)
        else:
            _let_go(operation, ending)
        cluster = operation.cluster
        turns.ask(cluster)
        resting.wake_after_move(cluster)
        totals.operation_ended(operation)
        audit.record(
            action or _ACTIONS[ending.status],
            actor,
            audit.Subject("operation", operation_id, operation.kind),
            cluster=cluster,
            reason=reason,
            before={"target": operation.target, "source": operation.source, "plan": operation.plan.hash},
            after={**asdict(ending), "todo": len(ending.todo), "evidence": evidence},
        )


def _or_rest(row: Operation, ending: Ending) -> Ending:
    """The ending, or the rest that it becomes: a procedure that was asked to pause has stopped for that.

    One that was asked to stop and would rest has come to its end. What only looks leaves nothing in doubt.
    """
    if row.kind in LOOKING_KINDS and ending.status is Status.UNCERTAIN:
        text = f"{ending.summary} It only looked: nothing was changed."
        return replace(ending, status=Status.FAILED, summary=text, remedy="Ask for it again.", changed=False)
    if row.paused_at is not None and ending.status is Status.STOPPED:
        return replace(ending, status=Status.WAITING, waits_for=WaitsFor.PROOF, in_doubt=True)
    if row.stop_requested_at is not None and row.paused_at is None and ending.status is Status.WAITING:
        text = f"Given up at {row.stop_requested_by}'s request. It was waiting: {ending.summary}"
        return Ending(Status.STOPPED, text, ending.step, changed=ending.changed)
    return ending


def _let_go(operation: Operation, ending: Ending) -> None:
    """No run starts Exchange for an operation that has ended; one that still waits for its go is a person's to free."""
    for run in NodeRun.objects.select_related("node").filter(operation=operation, started_at__isnull=True):
        if run.answer == NodeRun.Answer.GO:
            goes.withdraw(run, f"Operation {operation.pk} has ended: {ending.summary}")
        elif run.answer == NodeRun.Answer.WAIT and run.failed_at is None:
            NodeRun.objects.filter(pk=run.pk).update(reason=f"Operation {operation.pk} {ending.status.value}.")
            alarms.sound(
                operation.cluster,
                "no-go",
                f"{run.node.name} waits for a go that operation {operation.pk} could not give: {ending.summary}",
                f"{ending.remedy} Then let the console decide about {run.node.name} again.".strip(),
                run=run,
                operation=operation,
            )


def _columns(ending: Ending) -> dict[str, object]:
    return {
        "status": ending.status.value,
        "ended_at": database_now(),
        "ending_summary": ending.summary,
        "ending_step": ending.step,
        "ending_remedy": ending.remedy,
        "todo": [dict(todo.to_json()) for todo in ending.todo],
        "current_step": "",
        "lease_until": None,
        "step_until": None,
        "waits_for": "",
        "waiting_target": "",
        "wake_at": None,
        "paused_at": None,
        "paused_by": "",
        "pause_reason": "",
    }
