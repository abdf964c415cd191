"""Moves that begin by themselves at a time within a maintenance window, or are given up with every reason why.

The plan is made when the time has come, so its checks are those of that moment; anything that fails, that cannot be
told or that a person would have to say ends it. What comes too late never begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from console.domain.checks import Reason, Refusal
from console.domain.planner import PLANNED_MOVES
from console.domain.windows import FURTHEST
from console.models import AuditRecord, Cluster, Node, PlanRecord, ScheduledMove
from console.services import access, audit, operations, plans, reasons, windows
from console.services.access import NotAllowed
from console.services.audit_actions import Action
from console.services.clock import database_now

TURN = 2.0
"""Seconds between two looks for what is due."""
LISTED = 50

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Spec:
    """What begins when, why, and for which ticket."""

    kind: str
    at: datetime
    reason: str
    target: str = ""
    ticket: str = ""


def make(cluster: Cluster, spec: Spec, actor: audit.Actor) -> ScheduledMove:
    """Have a move begin at its time. Raises `NotAllowed`, and `Refusal` with every reason why it cannot be."""
    access.require(actor.user, "operate", cluster, spec.kind)
    if mistakes := _mistakes(cluster, spec):
        raise Refusal(f"Nothing was scheduled for {cluster.name}.", mistakes)
    try:
        with transaction.atomic():
            row = ScheduledMove.objects.create(
                cluster=cluster,
                kind=spec.kind,
                target=spec.target,
                at=spec.at,
                reason=spec.reason.strip(),
                ticket=reasons.tidy(spec.ticket),
                asked_by=actor.user,
                asked_by_name=actor.name,
                made_at=database_now(),
            )
            _record(Action.SCHEDULE_MADE, row, actor, reason=row.reason)
    except IntegrityError as error:
        text = f"Something begins on {cluster.name} at {windows.local(spec.at)} already."
        raise Refusal.of(text, "Choose another time, or cancel that one.", key="schedule.at") from error
    return row


def cancel(row: ScheduledMove, actor: audit.Actor, reason: str) -> ScheduledMove:
    """Take back what has not begun. Again changes nothing. Raises `NotAllowed`, and `Refusal` for what is over."""
    access.require(actor.user, "operate", row.cluster, row.kind)
    if not reason.strip():
        raise Refusal.of("No reason was given.", "Say in a few words why; it goes to the audit.", key="schedule.reason")
    with transaction.atomic():
        if _end(row, ScheduledMove.State.CANCELLED, f"{actor.name} cancelled it: {reason.strip()}"):
            _record(Action.SCHEDULE_CANCELLED, row, actor, reason=reason.strip())
    row.refresh_from_db()
    if row.state != ScheduledMove.State.CANCELLED:
        text = f"It {row.get_state_display()} already: {row.outcome}"
        raise Refusal.of(text, "Stop the operation on its page, if it runs.", key="schedule.state")
    return row


def of_clusters(clusters: Sequence[Cluster]) -> QuerySet[ScheduledMove]:
    """What is to begin on these clusters, the soonest first."""
    rows = ScheduledMove.objects.filter(cluster__in=clusters, state__in=ScheduledMove.OPEN)
    return rows.select_related("cluster")


def past(clusters: Sequence[Cluster]) -> QuerySet[ScheduledMove]:
    """What became of those whose time has come, the latest first."""
    rows = ScheduledMove.objects.filter(cluster__in=clusters).exclude(state__in=ScheduledMove.OPEN)
    return rows.select_related("cluster", "operation").order_by("-at", "-pk")[:LISTED]


def sweep() -> int:
    """Begin what is due, bring on what was begun, give up what cannot be; how many that were."""
    due = ScheduledMove.objects.filter(state=ScheduledMove.State.WAITING, at__lte=database_now())
    planning = ScheduledMove.objects.filter(state=ScheduledMove.State.PLANNING)
    rows = [*due.select_related("cluster__site", "asked_by"), *planning.select_related("cluster__site", "asked_by")]
    for row in rows:
        try:
            _bring_on(row)
        except Refusal as refusal:
            _give_up(row, refusal.headline, refusal.reasons)
        except NotAllowed as error:
            _give_up(row, error.message, [Reason(error.message, error.remedy)])
    return len(rows)


def _bring_on(row: ScheduledMove) -> None:
    """One step further. Raises `Refusal` and `NotAllowed` for whatever ends it."""
    now = database_now()
    if now > row.at + timedelta(seconds=settings.CLAIM_WITHIN):
        text = f"Its time was {windows.local(row.at)}, more than {settings.CLAIM_WITHIN} s ago: it never starts late."
        raise Refusal.of(text, "See that changeover-schedule and a worker of its site run; then schedule it again.")
    if windows.open_at(row.cluster, now) is None:
        raise Refusal.of(f"No maintenance window of {row.cluster.name} is open.", "Make one, then schedule it again.")
    if row.state == ScheduledMove.State.WAITING:
        _plan(row)
    elif row.plan is None:
        raise Refusal.of("Its plan is gone.", "Schedule it again.")
    else:
        _start(row, plans.fresh(row.plan.pk))


def _plan(row: ScheduledMove) -> None:
    with transaction.atomic():
        waiting = ScheduledMove.objects.filter(pk=row.pk, state=ScheduledMove.State.WAITING)
        if waiting.update(state=ScheduledMove.State.PLANNING) == 1:
            plan = plans.prepare(row.cluster, row.kind, row.target, _actor(row))
            ScheduledMove.objects.filter(pk=row.pk).update(plan=plan)


def _start(row: ScheduledMove, record: PlanRecord) -> None:
    if record.state == PlanRecord.State.PREPARING:
        return
    if record.state == PlanRecord.State.REFUSED:
        told = record.refusal or {}
        raise Refusal(told.get("headline", ""), [Reason(one["text"], one["remedy"]) for one in told.get("reasons", ())])
    if record.state == PlanRecord.State.FAILED:
        told = record.error or {}
        raise Refusal.of(told.get("message", ""), told.get("remedy", ""))
    unknowns = plans.of(record).unknowns
    if unknowns:
        found = [Reason(f"{check.title}: {check.reason}", check.remedy, check.key, check.about) for check in unknowns]
        raise Refusal("What is unknown takes a person to accept it, and none is here.", found)
    _confirm(row, record)


def _confirm(row: ScheduledMove, record: PlanRecord) -> None:
    """Begin it, unless somebody cancelled it; the record of a refusal stays, though nothing else does."""
    refused: Refusal | NotAllowed | None = None
    with transaction.atomic():
        planning = ScheduledMove.objects.select_for_update().filter(pk=row.pk, state=ScheduledMove.State.PLANNING)
        if not planning.exists():
            return
        try:
            operation = operations.confirm(record, _actor(row), row.reason, ticket=row.ticket)
        except (Refusal, NotAllowed) as error:
            refused = error
        else:
            _end(row, ScheduledMove.State.STARTED, f"Operation {operation.pk} began.", operation=operation)
    if refused is not None:
        raise refused


def _actor(row: ScheduledMove) -> audit.Actor:
    """Who asked for it, in whose name the console acts; their right to it is asked again by every service."""
    return audit.Actor(row.asked_by, row.asked_by_name, AuditRecord.Origin.SYSTEM)


def _give_up(row: ScheduledMove, headline: str, why: Sequence[Reason]) -> None:
    reasons_told = [{"text": reason.text, "remedy": reason.remedy} for reason in why]
    with transaction.atomic():
        if _end(row, ScheduledMove.State.GIVEN_UP, headline, reasons=reasons_told):
            _record(Action.SCHEDULE_GIVEN_UP, row, audit.SYSTEM, outcome=headline, reasons=reasons_told)
            log.warning("scheduled move given up", cluster=row.cluster.name, kind=row.kind, why=headline)


def _end(row: ScheduledMove, state: ScheduledMove.State, outcome: str, **values: Any) -> bool:
    """End it, once. An operation that began has its own record of who confirmed it."""
    still = ScheduledMove.objects.filter(pk=row.pk, state__in=ScheduledMove.OPEN)
    return still.update(state=state, outcome=outcome, ended_at=database_now(), **values) == 1


def _record(action: Action, row: ScheduledMove, actor: audit.Actor, reason: str = "", **more: Any) -> None:
    after = {"kind": row.kind, "target": row.target, "at": row.at, **more}
    subject = audit.Subject("schedule", row.pk, row.kind)
    audit.record(action, actor, subject, cluster=row.cluster, reason=reason, after=after)


def _mistakes(cluster: Cluster, spec: Spec) -> list[Reason]:
    now, found = database_now(), []
    if spec.kind not in PLANNED_MOVES:
        remedy = f"Name one of: {', '.join(PLANNED_MOVES)}."
        found.append(Reason(f"A {spec.kind or 'nothing'} does not begin by itself.", remedy, "schedule.kind"))
    names = list(Node.objects.filter(cluster=cluster).values_list("name", flat=True))
    if spec.target and spec.target.casefold() not in [name.casefold() for name in names]:
        remedy = f"Its nodes are {' and '.join(names)}."
        found.append(Reason(f"{cluster.name} has no node {spec.target!r}.", remedy, "schedule.target"))
    if spec.at <= now or spec.at > now + FURTHEST:
        remedy = f"Choose a time from now on, within {FURTHEST.days} days."
        found.append(Reason(f"{windows.local(spec.at)} is no time to begin at.", remedy, "schedule.at"))
    elif windows.open_at(cluster, spec.at) is None:
        text = f"No maintenance window of {cluster.name} is open at {windows.local(spec.at)}."
        found.append(Reason(text, "Make a window first, or choose a time within one.", "schedule.window"))
    if not spec.reason.strip():
        found.append(Reason("No reason was given.", "Say in a few words why; it goes to the audit.", "schedule.reason"))
    return found + reasons.missing(cluster, spec.kind, spec.reason.strip(), reasons.tidy(spec.ticket))
