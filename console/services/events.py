"""What nodes report, taken once however often it is sent; a question for a go is decided by a worker of the site."""

from collections.abc import Callable, Mapping

import structlog
from django.db import transaction

from console.domain.hooks.messages import Answer, HookRefusal, VerifiedEvent
from console.models import Cluster, Go, NodeRun
from console.services import alarms, goes, queue, reservations, turns, unanswered
from console.services.answers import answer_of
from console.services.clock import database_now
from console.services.journal import add_line

RECOVER = "RECOVER"

log = structlog.get_logger(__name__)


def receive(event: VerifiedEvent) -> Answer:
    """Take a verified event and answer it; the same one a second time changes nothing.

    Raises `HookRefusal` for a run that is another node's.
    """
    with transaction.atomic():
        cluster = Cluster.objects.select_for_update().select_related("site").get(pk=event.cluster_id)
        run, new = _row(event)
        if run.node_id != event.node_id:
            raise HookRefusal("wrong-node", "This run is another node's.")
        NodeRun.objects.filter(pk=run.pk).update(last_seen_at=event.at)
        if new and run.decide_after is not None:
            site = cluster.site.name
            queue.send_after_commit(queue.DECIDE_RUN, run.pk, queue.operations_queue(site), urgency=queue.URGENT)
        elif new or run.last_event != event.body.event:
            _take(cluster, run, event, new=new)
    unanswered.sound(run)
    log.info("node reports", node=event.node, what=event.body.event, run=run.run_id, new=new)
    return answer_of(run) if _asks(event) else Answer("noted", run=run.run_id, operation=run.operation_id)


def answer_for(run_id: str, node: str) -> Answer:
    """What the run of that node is to do now. Raises `HookRefusal` for a run that the console does not know."""
    run = NodeRun.objects.select_related("node").filter(run_id=run_id, node__name__iexact=node).first()
    if run is None:
        raise HookRefusal("unknown-run", f"The console knows no run {run_id} of {node}; announce it first.")
    NodeRun.objects.filter(pk=run.pk).update(last_seen_at=database_now())
    unanswered.sound(run)
    return answer_of(run)


def _asks(event: VerifiedEvent) -> bool:
    """Whether the report is a question: START.BAT has begun, and not only because the node came back."""
    return event.body.event == "starting" and event.body.clp_event != RECOVER


def _row(event: VerifiedEvent) -> tuple[NodeRun, bool]:
    body, asks = event.body, _asks(event)
    return NodeRun.objects.select_related("node").get_or_create(
        run_id=body.run,
        defaults={
            "node_id": event.node_id,
            "first_event": body.event,
            "last_event": body.event,
            "clp_event": body.clp_event,
            "clp_server": body.clp_server,
            "clp_disk": body.clp_disk,
            "clp_priority": body.clp_priority,
            "detail": body.detail,
            "first_seen_at": event.at,
            "last_seen_at": event.at,
            "answer": NodeRun.Answer.WAIT if asks else NodeRun.Answer.NOTED,
            "decide_after": event.at if asks else None,
            "decided_at": None if asks else event.at,
            "decision": "" if asks else "log",
        },
    )


def _take(cluster: Cluster, run: NodeRun, event: VerifiedEvent, *, new: bool) -> None:
    """Write down what the report says, and let it end what it ends. In the transaction of the run's row."""
    body = event.body
    if not new and body.event == "starting":
        return  # the question once more, after a report that was sent later and arrived earlier
    changes: dict[str, object] = {"last_event": body.event}
    changes |= {"detail": body.detail} if body.detail else {}
    if body.event in TAKE:
        changes |= TAKE[body.event](run, event)
    NodeRun.objects.filter(pk=run.pk).update(**changes)
    run.refresh_from_db()
    _tell(cluster, run, body.event)
    transaction.on_commit(lambda: turns.ask(cluster))


def _started(run: NodeRun, event: VerifiedEvent) -> dict[str, object]:
    goes.finish(run, Go.Ended.STARTED)
    return {"started_at": event.at}


def _failed(run: NodeRun, event: VerifiedEvent) -> dict[str, object]:
    goes.finish(run, Go.Ended.FAILED)
    return {"failed_at": event.at}


def _stopped(run: NodeRun, event: VerifiedEvent) -> dict[str, object]:
    goes.finish_all(event.node_id, Go.Ended.STOPPED)
    return {}


TAKE: Mapping[str, Callable[[NodeRun, VerifiedEvent], dict[str, object]]] = {
    "started": _started,
    "failed": _failed,
    "stopping": _stopped,
    "stopped": _stopped,
}


def _tell(cluster: Cluster, run: NodeRun, event: str) -> None:
    """A line in the journal of the operation under way; an alarm for a failure that no operation looks after."""
    detail = f": {run.detail}" if run.detail else ""
    text = f"{run.node.name} reports {event} ({run.clp_event}, run {run.run_id}){detail}"
    operation = reservations.acting(cluster)
    if operation is not None:
        add_line(operation.pk, "note", text)
    elif event == "failed":
        remedy = f"Read START.BAT's log on {run.node.name}, mend the cause, then start the group again."
        alarms.sound(cluster, "script-failed", text, remedy, run=run)
