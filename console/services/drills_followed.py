"""Following drills: what became of a move, when the rest is over, and the way back, which begins by the clock."""

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.models import AuditRecord, Drill, Operation, PlanRecord
from console.services import audit, drills
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.confirm import confirm
from console.services.run_times import MOVES

log = structlog.get_logger(__name__)


def sweep() -> None:
    """Follow every drill that is under way."""
    for pk in Drill.objects.filter(state__in=Drill.OPEN).values_list("pk", flat=True):
        follow(pk)


def follow(drill_id: int) -> Drill:
    """Bring the drill to where its moves are, and have the way back begin when its time has come."""
    with transaction.atomic():
        row = _locked(drill_id)
        {Drill.State.THERE: _there, Drill.State.RESTING: _resting, Drill.State.BACK: _back}.get(
            Drill.State(row.state), lambda row: None
        )(row)
    if row.state == Drill.State.BACK and row.back is None and row.back_at is not None and not row.waits:
        _confirm_by_the_clock(row)
    return read(drill_id)


def read(drill_id: int) -> Drill:
    """The drill as it stands, with all that its page shows."""
    with_moves = ("cluster__site", "there__plan", "back__plan", "there_plan", "back_plan")
    return Drill.objects.select_related(*with_moves).get(pk=drill_id)


def _locked(drill_id: int) -> Drill:
    rows = Drill.objects.select_for_update(of=("self",)).select_related("cluster", "there", "back", "back_plan")
    return rows.get(pk=drill_id)


def _there(row: Drill) -> None:
    """The move in that direction that somebody confirmed since the drill was begun, whatever plan it came from."""
    moved = _first(row, drills.THERE, row.away, since=row.begun_at)
    if moved is None:
        return
    row.there = moved
    row.save(update_fields=["there"])
    if moved.status == Operation.Status.SUCCEEDED:
        drills.rest_until(row)
    elif moved.status in Operation.ENDED:
        _failed(row, moved)


def _resting(row: Drill) -> None:
    meanwhile = _moved_since(row)
    if meanwhile is not None:
        if (meanwhile.kind, meanwhile.target.casefold()) != (drills.BACK, row.home.casefold()):
            text = f"Operation {meanwhile.pk} ({meanwhile.kind} to {meanwhile.target}) came in between."
            drills.settle(row, Drill.State.FAILED, text, Action.DRILL_FAILED)
            return
        row.state = Drill.State.BACK
        row.save(update_fields=["state"])
        _back(row)
    elif row.back_at is not None and row.back_at <= database_now():
        _send_back_by_the_clock(row)


def _send_back_by_the_clock(row: Drill) -> None:
    """The plan of the way back, in the name of who began the drill; where that may not be, a person is needed."""
    try:
        with transaction.atomic():
            drills.send_back(row, _beginner(row))
    except (Refusal, ChangeoverError) as error:
        drills.wait(row, _said(error))


def _back(row: Drill) -> None:
    meanwhile = _moved_since(row)
    if meanwhile is None:
        _look_at_plan(row)
        return
    if (meanwhile.kind, meanwhile.target.casefold()) != (drills.BACK, row.home.casefold()):
        text = f"Operation {meanwhile.pk} ({meanwhile.kind} to {meanwhile.target}) came in between."
        drills.settle(row, Drill.State.FAILED, text, Action.DRILL_FAILED)
        return
    row.back = meanwhile
    row.save(update_fields=["back"])
    if meanwhile.status == Operation.Status.SUCCEEDED:
        text = f"{row.cluster.name} was moved to {row.away} and back to {row.home}."
        drills.settle(row, Drill.State.SUCCEEDED, text, Action.DRILL_SUCCEEDED)
    elif meanwhile.status in Operation.ENDED:
        _failed(row, meanwhile)


def _look_at_plan(row: Drill) -> None:
    """A plan that was refused, or could not be made, is a person's to look at."""
    plan = row.back_plan
    if plan is None or row.waits or plan.state not in (PlanRecord.State.REFUSED, PlanRecord.State.FAILED):
        return
    said = (plan.refusal or {}).get("headline") or (plan.error or {}).get("message", "")
    how = "was refused" if plan.state == PlanRecord.State.REFUSED else "could not be made"
    drills.wait(row, f"The plan of the way back {how}: {said}")


def _confirm_by_the_clock(row: Drill) -> None:
    """Say yes to the plan of the way back as who began the drill would; what that does not suffice for waits."""
    plan = row.back_plan
    if plan is None or plan.state != PlanRecord.State.READY:
        return
    try:
        confirm(plan, _beginner(row), f"Drill {row.pk}, the way back: {row.reason}", ticket=row.ticket)
    except (Refusal, ChangeoverError) as error:
        with transaction.atomic():
            now = _locked(row.pk)
            if now.state == Drill.State.BACK and now.back is None and now.back_plan_id == plan.pk:
                drills.wait(now, _said(error))
        log.info("drill waits for a person", drill=row.pk, why=_said(error))


def _beginner(row: Drill) -> audit.Actor:
    """Who began it, as far as the account is still there; what they may do is asked where it is done."""
    user = row.begun_by if isinstance(row.begun_by, User) else None
    return audit.Actor(user, row.begun_by_name, AuditRecord.Origin(row.origin))


def _said(error: Refusal | ChangeoverError) -> str:
    if isinstance(error, Refusal):
        return " ".join([error.headline, *(r.text for r in error.reasons if r.text != error.headline)])
    return error.message


def _failed(row: Drill, moved: Operation) -> None:
    how = f"{moved.get_status_display()}: {moved.ending_summary}"
    text = f"The {moved.kind} to {moved.target}, operation {moved.pk}, {how}"
    drills.settle(row, Drill.State.FAILED, text, Action.DRILL_FAILED)


def _first(row: Drill, kind: str, target: str, *, since: object) -> Operation | None:
    of = Operation.objects.filter(cluster_id=row.cluster_id, kind=kind, target__iexact=target, confirmed_at__gte=since)
    return of.order_by("pk").first()


def _moved_since(row: Drill) -> Operation | None:
    """The first move of the cluster after the one that led there."""
    later = Operation.objects.filter(cluster_id=row.cluster_id, kind__in=MOVES, pk__gt=row.there_id or 0)
    return later.order_by("pk").first()
