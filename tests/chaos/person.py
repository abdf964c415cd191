"""The person at the console: asks, confirms, and answers what an operation asks, by the facts and never by a guess."""

from datetime import UTC, datetime

from django.contrib.auth.models import User

from console.domain.checks import Refusal
from console.domain.plan import Plan
from console.models import AuditRecord, Cluster, Operation, PlanRecord
from console.services import audit, continuing, plans
from console.services.clock import database_now
from console.services.confirm import confirm, sentence_of
from console.services.continuing import Choice
from console.services.observe import observe
from tests.chaos.environment import LOGIN, Environment, until
from tests.chaos.steps import Way

PLANNED_WITHIN = 30.0
ASKED_WITHIN = 30.0
MOVES_GROUP = ("move-group", "hand-over")
GRACE = 10.0
"""Seconds after which a lease that has run out must have been taken over."""


class Unwilling(Exception):
    """The console did not let the harness begin; the text says why."""


def actor() -> audit.Actor:
    """Who presses the buttons."""
    return audit.Actor.of(User.objects.get(username=LOGIN), AuditRecord.Origin.COMMAND_LINE)


def begin(env: Environment, way: Way, cluster: str) -> Operation:
    """The operation, once it is there: a person's click, or what follows from what happens to the cluster."""
    if way.kind in ("takeover", "start"):
        return _happens(env, way.kind, cluster)
    if way.kind == "undo":
        return _confirmed(plans.prepare_undo(_last(cluster), "", actor()))
    return _confirmed(plans.prepare(Cluster.objects.get(name=cluster), way.kind, "", actor()))


def _last(cluster: str) -> Operation:
    return Operation.objects.filter(cluster__name=cluster).latest("pk")


def _confirmed(record: PlanRecord) -> Operation:
    def made() -> bool:
        record.refresh_from_db()
        return record.state != PlanRecord.State.PREPARING

    until(made, "the plan is made", PLANNED_WITHIN)
    if record.state != PlanRecord.State.READY:
        raise Unwilling(f"no plan: {record.refusal or record.error}")
    plan = Plan.from_json(record.body or {})
    accepted = [check.key for check in plan.unknowns]
    return confirm(record, actor(), "chaos", typed=plan.cluster, accepted=accepted, sentence=sentence_of(plan))


def _happens(env: Environment, kind: str, cluster: str) -> Operation:
    """The node that has the group loses its power, or somebody stops and starts the group."""
    last = Operation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    group = env.told(cluster)["groups"][0]
    if kind == "takeover":
        env.lab.fault(group["current"], "powered-off")
    else:
        env.lab.type(group["current"], f"clpgrp -t {group['name']} && clpgrp -s {group['name']}")
    begun = Operation.objects.filter(pk__gt=last, kind=kind, cluster__name=cluster)
    return until(begun.first, f"a {kind} of {cluster} begins", ASKED_WITHIN)


def is_over(operation: Operation) -> bool:
    """Whether it has ended, by a look at its status alone."""
    return not Operation.objects.filter(pk=operation.pk, status__in=Operation.ACTING).exists()


def steps(operation: Operation) -> tuple[str, ...]:
    """The keys of the operation's steps, in their order."""
    return tuple(step["key"] for step in (operation.plan.body or {}).get("steps", []))


def carry_on(env: Environment, operation: Operation) -> str:
    """Let an operation that ended go on, as a person would who has looked; what was said.

    Raises `Unwilling` when the console does not take it.
    """
    choice = Choice.RETRY
    if operation.status == Operation.Status.UNCERTAIN:
        observe(Cluster.objects.select_related("site", "directory").get(pk=operation.cluster_id))
        choice = Choice.HAPPENED if _happened(env, operation) else Choice.AGAIN
    try:
        continuing.carry_on(operation, choice, actor(), "by what the lab shows")
    except Refusal as refusal:
        reasons = " ".join(reason.text for reason in refusal.reasons)
        raise Unwilling(f"after {operation.ending_summary!r} it does not take {choice}: {reasons}") from refusal
    return choice.value


def _happened(env: Environment, operation: Operation) -> bool:
    """Whether the group is where the operation was bringing it: what a person sees who looks at a move in doubt."""
    group = env.told(operation.cluster.name)["groups"][0]
    return operation.ending_step in MOVES_GROUP and group["current"] == operation.target


def can_be_undone(cluster: str) -> bool:
    """Whether the last operation of the cluster is a failover that succeeded."""
    last = _last(cluster)
    return (last.kind, last.status) == ("failover", Operation.Status.SUCCEEDED)


def running_without_lease() -> list[str]:
    """Operations that call themselves running while nobody holds them, longer than a take-over may need."""
    now = database_now()
    running = Operation.objects.filter(status=Operation.Status.RUNNING)
    late = [row for row in running if row.lease_until is None or (now - row.lease_until).total_seconds() > GRACE]
    return [f"operation {row.pk} is running without a lease since {row.lease_until}" for row in late]


def resumed_after(operation: Operation, died: float) -> float | None:
    """Seconds from the worker's death until another carried the operation on; None when nobody had to."""
    line = operation.journal.filter(kind="resumed", at__gt=datetime.fromtimestamp(died, UTC)).order_by("seq").first()
    return None if line is None else round(line.at.timestamp() - died, 2)
