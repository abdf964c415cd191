"""Deciding about a node's question: look at both nodes afresh, then decide and act under the cluster's lock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from structlog.contextvars import bound_contextvars

from console.domain import topology
from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.domain.events.decide import decide as decision_for
from console.domain.events.decisions import No
from console.domain.events.facts import Event, EventKind, OpenOperation
from console.domain.events.opinion import Holding, Opinion, form_opinion
from console.domain.observation import ClusterObservation, Seen
from console.domain.ports import Greeting
from console.domain.procedures.kinds import is_procedure
from console.domain.products import Generation
from console.domain.topology import GreetingAt
from console.models import Cluster, Go, NodeRun, Operation, PlanRecord
from console.services import access, alarms, audit, queue, reservations, runs
from console.services.audit_actions import Action
from console.services.automatic import carry_out, stand_down
from console.services.clock import database_now
from console.services.fields import open_field
from console.services.looking import names_in, read_directory

AGAIN_AFTER = timedelta(seconds=30)
"""A decision that is not there by then was lost with its worker, and is made by another."""
OTHER_RUN_WINDOW = timedelta(hours=1)
"""How far back the other node's last question still says something about what it does now."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sight:
    """What was seen of a cluster for one decision."""

    cluster: topology.Cluster
    generation: Generation
    caller: str
    observation: ClusterObservation
    greetings: Mapping[GreetingAt, Greeting]
    named: Seen[str]
    """The node that the directory names."""

    def opinion(self, other: NodeRun | None) -> Opinion:
        """The second opinion, given the last question of the other node as it stands now."""
        told = runs.view(other) if other else None
        return form_opinion(self.cluster, self.generation, self.observation, self.greetings, self.caller, told)


def look_at(cluster: Cluster, caller: str) -> Sight:
    """Look at both nodes, the floating IP and the directory now. What cannot be read is a fact too.

    Raises `CredentialUnavailable` when a password cannot be had.
    """
    with open_field(cluster) as field:
        observation, greetings = field.observe(), field.greet_all()
        named = names_in(field, read_directory(field))
        return Sight(field.cluster, field.generation, caller, observation, greetings, named)


def decide(run_pk: int, look: Callable[[Cluster, str], Sight] = look_at) -> bool:
    """Decide about the run and carry it out; true when this worker did. A second delivery finds nothing to decide.

    What cannot be read does not stand in the way. What keeps the console from looking at all (a password that cannot
    be had, an error nobody foresaw) raises an alarm, and is tried again.
    """
    run = _claim(run_pk)
    if run is None:
        return False
    cluster = Cluster.objects.select_related("site", "directory").get(pk=run.node.cluster_id)
    with bound_contextvars(run=run.run_id, cluster=cluster.name):
        try:
            return _settle(cluster, run_pk, look(cluster, run.node.name))
        except Exception as error:
            log.exception("decision failed", node=run.node.name)
            _undecided(cluster, run, error)
            return False


def due() -> list[NodeRun]:
    """The runs whose question nobody has decided, or whose decider fell silent."""
    now = database_now()
    young = now - timedelta(seconds=settings.CLAIM_WITHIN)
    waiting = NodeRun.objects.select_related("node__cluster__site").filter(decide_after__lte=now)
    return list(waiting.filter(last_seen_at__gt=young))


def send_due() -> int:
    """Send the runs that wait for a decision again; how many that were."""
    return sum(
        queue.send(queue.DECIDE_RUN, run.pk, queue.operations_queue(run.node.cluster.site.name), urgency=queue.URGENT)
        for run in due()
    )


def again(run: NodeRun, actor: audit.Actor, reason: str) -> None:
    """Have the question of a run that still waits decided anew, once what stood in its way is mended.

    Raises `NotAllowed`, and `Refusal` for a run that does not wait or belongs to an operation under way.
    """
    cluster = run.node.cluster
    access.require(actor.user, "operate", cluster)
    waiting = NodeRun.objects.filter(pk=run.pk, answer=NodeRun.Answer.WAIT, started_at=None, failed_at=None)
    with transaction.atomic():
        Cluster.objects.select_for_update().get(pk=cluster.pk)
        row = waiting.select_related("operation").first()
        if row is None or (row.operation is not None and row.operation.open):
            raise Refusal.of(
                f"{run.node.name} does not wait for a decision.",
                "Look at the cluster's page: it shows what each node was told, and what is under way.",
                key="run.waiting",
            )
        now = database_now()
        waiting.update(decide_after=now, decided_at=None, decision="", operation=None, reason="", last_seen_at=now)
        site = queue.operations_queue(cluster.site.name)
        queue.send_after_commit(queue.DECIDE_RUN, run.pk, site, urgency=queue.URGENT)
        subject = audit.Subject("node", run.node_id, run.node.name)
        audit.record(Action.RUN_AGAIN, actor, subject, cluster=cluster, reason=reason.strip())


def gives_go(operation: Operation) -> bool:
    """Whether the operation has a go still to give to a run that joins it."""
    if Go.objects.filter(operation=operation).exists():
        return False
    if operation.plan.state == PlanRecord.State.PREPARING:
        return True
    steps = (operation.plan.body or {}).get("steps", ())
    return any(step.get("kind") == "go" for step in steps)


def _claim(run_pk: int) -> NodeRun | None:
    """The run, for this worker to decide about; None when it is decided, or another looks into it."""
    now = database_now()
    if NodeRun.objects.filter(pk=run_pk, decide_after__lte=now).update(decide_after=now + AGAIN_AFTER) != 1:
        return None
    return NodeRun.objects.select_related("node__cluster").get(pk=run_pk)


def _settle(cluster: Cluster, run_pk: int, sight: Sight) -> bool:
    """Decide by what was seen and by what stands now, under the cluster's lock, and act."""
    with transaction.atomic():
        Cluster.objects.select_for_update().get(pk=cluster.pk)
        run = NodeRun.objects.select_related("node__cluster").get(pk=run_pk)
        if run.decided_at is not None or run.answer != NodeRun.Answer.WAIT:
            return False
        other = cluster.nodes.exclude(pk=run.node_id).get()
        asked = runs.latest(cluster.pk, other.name, database_now() - OTHER_RUN_WINDOW)
        opinion = sight.opinion(asked)
        event = Event(EventKind.STARTING, run.node.name, run.run_id, run.clp_event, run.first_seen_at)
        acting, waiting = reservations.acting(cluster), reservations.unacknowledged(cluster)
        if acting is not None and is_procedure(acting.kind):
            acting = None  # it rests as soon as something is opened, and gives no go
        decision = decision_for(event, sight.cluster, opinion, _open(acting), _open(waiting), sight.named)
        carry_out(cluster, run, decision, opinion.sentence)
        if asked is not None and opinion.verdict() is Holding.ASKS and not isinstance(decision, No):
            stand_down(cluster, asked, run.node.name)
        log.info("run decided", node=run.node.name, run=run.run_id, decision=type(decision).__name__)
        return True


def _open(operation: Operation | None) -> OpenOperation | None:
    if operation is None:
        return None
    return OpenOperation(operation.pk, operation.kind, operation.target, gives_go(operation))


def _undecided(cluster: Cluster, run: NodeRun, error: Exception) -> None:
    known = isinstance(error, ChangeoverError)
    what = error.message if isinstance(error, ChangeoverError) else f"an unexpected {type(error).__name__}"
    remedy = error.remedy if isinstance(error, ChangeoverError) else "Look at the worker's log of this minute."
    text = f"{run.node.name} asks for a go and the console cannot decide: {what}"
    alarms.sound(cluster, "undecided", text, f"{remedy} It is tried again by itself." if known else remedy, run=run)
    NodeRun.objects.filter(pk=run.pk, decided_at__isnull=True).update(
        decide_after=database_now() + timedelta(seconds=5)
    )
