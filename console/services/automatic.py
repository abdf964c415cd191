"""Carrying a decision about a node's question out: one transaction, with its audit, whatever it takes together."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from console.domain.events.decisions import Decision, Join, LogOnly, No, Open, Supersede
from console.domain.outcome import Ending, Status
from console.models import Cluster, NodeRun, ObservationRecord, Operation, PlanRecord
from console.services import alarms, approvals, audit, brakes, goes, queue, resting
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.endings import end
from console.services.journal import add_line

WEBHOOK = audit.Actor(None, audit.SYSTEM.name, audit.AuditRecord.Origin.WEBHOOK)


def carry_out(cluster: Cluster, run: NodeRun, decision: Decision, opinion: str) -> None:
    """Do what was decided about `run`. Call it in a transaction that holds the cluster's row.

    `opinion` is the second opinion in a sentence, for the journal.
    """
    match decision:
        case Join(operation=number):
            _join(cluster, run, Operation.objects.get(pk=number), opinion)
        case Supersede(operation=number, ending=ending, open=opening):
            soon = brakes.flapping(cluster)
            _end_overtaken(number, ending, run)
            made = _open(cluster, run, opening, opinion, soon)
            Operation.objects.filter(pk=number).update(superseded_by=made)
        case Open():
            _open(cluster, run, decision, opinion, brakes.flapping(cluster))
        case No():
            _say_no(cluster, run, decision)
        case LogOnly(reason=reason):
            _settle(run, "log", answer=NodeRun.Answer.NOTED, reason=reason)


def stand_down(cluster: Cluster, run: NodeRun, chosen: str) -> None:
    """Tell a question no because the node `chosen` asks too and is brought up. Call it as `carry_out`.

    Changes nothing for a run that has fetched a go, has started, or was told no before.
    """
    waits = NodeRun.objects.filter(pk=run.pk, answer=NodeRun.Answer.WAIT, started_at=None)
    if not waits.exists():
        return
    name = run.node.name
    reason = f"{chosen} asks too, and is the one that is brought up."
    _say_no(cluster, run, No(reason, f"{name} and {chosen} both want to start Exchange. {name} was told no."))


def _settle(run: NodeRun, decision: str, **columns: object) -> None:
    columns |= {"decision": decision, "decided_at": database_now(), "decide_after": None}
    NodeRun.objects.filter(pk=run.pk).update(**columns)


def _join(cluster: Cluster, run: NodeRun, operation: Operation, opinion: str) -> None:
    _settle(run, "join", operation=operation)
    text = f"{run.node.name} asks for its go ({run.clp_event}, run {run.run_id}); it joins this operation. {opinion}"
    add_line(operation.pk, "note", text)
    after = {"operation": operation.pk, "run": run.run_id}
    subject = audit.Subject("node", run.node_id, run.node.name)
    audit.record(Action.RUN_JOINED, WEBHOOK, subject, cluster=cluster, after=after)


def _say_no(cluster: Cluster, run: NodeRun, decision: No) -> None:
    _settle(run, "no", answer=NodeRun.Answer.NO, reason=decision.reason)
    remedy = (
        f"Find out which node is active, by clpstat on both and by what runs there. Never start Exchange on "
        f"{run.node.name} before that is certain."
    )
    alarms.sound(cluster, "two-actives", decision.alarm, remedy, run=run)
    subject = audit.Subject("node", run.node_id, run.node.name)
    after = {"run": run.run_id}
    audit.record(Action.RUN_TOLD_NO, WEBHOOK, subject, cluster=cluster, reason=decision.reason, after=after)


def _end_overtaken(number: int, text: str, run: NodeRun) -> None:
    """End the operation under way as failed, and answer no to whatever it was about to let start."""
    remedy = f"Nothing by hand: {run.node.name} is brought up by the operation that follows. See what it comes to."
    operation = Operation.objects.get(pk=number)
    for other in NodeRun.objects.select_related("node").filter(operation=number).exclude(pk=run.pk):
        goes.withdraw(other, text)
    ending = Ending(Status.FAILED, text, operation.current_step, remedy, changed=operation.started_at is not None)
    end(number, ending, only_if=Q(), action=Action.OPERATION_SUPERSEDED)


def _open(cluster: Cluster, run: NodeRun, opening: Open, opinion: str, soon: Operation | None) -> Operation:
    before = resting.give_way(cluster, opening.kind, opening.target)
    operation = _new(cluster, run, opening)
    resting.supersede(before, operation)
    _settle(run, "open", operation=operation)
    if opening.superseding is not None:
        Operation.objects.filter(pk=opening.superseding).update(superseded_by=operation)
    add_line(operation.pk, "note", f"{operation.reason} {opinion}")
    site = cluster.site.name
    approvals.give_way(operation)
    urgency = queue.urgency_of(operation.kind)
    queue.send_after_commit(queue.RUN_OPERATION, operation.pk, queue.operations_queue(site), urgency=urgency)
    after = {"target": opening.target, "run": run.run_id, "superseding": opening.superseding}
    subject = audit.Subject("operation", operation.pk, opening.kind)
    audit.record(Action.OPERATION_BEGAN, WEBHOOK, subject, cluster=cluster, reason=operation.reason, after=after)
    if opening.kind == "takeover" and soon is not None:
        _flaps(cluster, operation, soon)
    return operation


def _new(cluster: Cluster, run: NodeRun, opening: Open) -> Operation:
    """The operation, waiting for a worker; its plan is made by that worker, from what is true then."""
    now = database_now()
    others = cluster.nodes.exclude(name=opening.target).values_list("name", flat=True)
    plan = PlanRecord.objects.create(
        cluster=cluster,
        kind=opening.kind,
        target=opening.target,
        created_at=now,
        claimed_at=now,
        created_by_name=WEBHOOK.name,
        origin=WEBHOOK.origin,
    )
    return Operation.objects.create(
        cluster=cluster,
        kind=opening.kind,
        source=others[0],
        target=opening.target,
        plan=plan,
        requested_by_name=WEBHOOK.name,
        origin=WEBHOOK.origin,
        reason=f"{run.node.name} asked for a go to start Exchange ({run.clp_event}, run {run.run_id}).",
        confirmed_at=now,
        claim_before=now + timedelta(seconds=settings.CLAIM_WITHIN),
        outage_started_at=ObservationRecord.objects.filter(cluster=cluster)
        .values_list("mail_up_at", flat=True)
        .first(),
        trigger=run,
        automatic=True,
    )


def _flaps(cluster: Cluster, operation: Operation, soon: Operation) -> None:
    text = (
        f"{cluster.name} moves again within the cooldown, taken over to {operation.target}: operation {soon.pk} "
        f"({soon.kind} to {soon.target}) ended at {soon.ended_at:%T} UTC."
    )
    remedy = "Find out why the cluster product moves the group so soon; suspend its failover if it goes back and forth."
    alarms.sound(cluster, "flapping", text, remedy, operation=operation)
