"""How an operation ends: its row, the last line of its journal and its audit record, in one transaction."""

from dataclasses import asdict

from django.db import transaction
from django.db.models import Q

from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status
from console.models import Operation
from console.services import audit, queue
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

    The audit record's action tells the status, unless `action` says more. Raises `LeaseLost`, and changes nothing,
    when it does not. The cluster is observed afresh afterwards.
    """
    with transaction.atomic():
        ended = Operation.objects.filter(only_if, pk=operation_id, status__in=Operation.ACTING)
        if ended.update(**_columns(ending)) != 1:
            raise LeaseLost(f"Operation {operation_id} has gone on without this worker.")
        operation = Operation.objects.select_related("cluster__site", "plan").get(pk=operation_id)
        add_line(operation_id, "ending", ending.summary, step=ending.step, data={"status": ending.status.value})
        cluster = operation.cluster
        observation = queue.observation_queue(cluster.site.name)
        queue.send_after_commit(queue.OBSERVE_CLUSTER, cluster.pk, observation)
        audit.record(
            action or _ACTIONS[ending.status],
            actor,
            audit.Subject("operation", operation_id, operation.kind),
            cluster=cluster,
            reason=reason,
            before={"target": operation.target, "source": operation.source, "plan": operation.plan.hash},
            after={**asdict(ending), "todo": len(ending.todo)},
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
    }
