"""Drills: a planned failover, a rest on the other node, and the failback, begun by a person and followed to the end.

Each move is an operation like any other: planned, confirmed, approved and held up by what holds any move up. A drill
adds what lies between: it sees how the first one ended, rests, and has the way back planned.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction

from console.domain.checks import Reason, Refusal
from console.models import Cluster, Drill, Node, ObservationRecord
from console.services import access, audit, brakes, plans, reasons, reservations
from console.services.audit_actions import Action
from console.services.clock import database_now

KIND = "drill"
THERE, BACK = "failover", "failback"
LONGEST_REST = 7 * 24 * 3600
"""Seconds: a rest by the clock is over within a week."""


def open_drill(cluster: Cluster) -> Drill | None:
    """The drill that is under way on the cluster, if one is."""
    return Drill.objects.filter(cluster=cluster, state__in=Drill.OPEN).first()


def why_not(cluster: Cluster) -> Refusal | None:
    """Why no drill can begin on the cluster now, or None: what holds a failover up holds it up too."""
    found = open_drill(cluster)
    if found is not None:
        text = f"Drill {found.pk}, begun by {found.begun_by_name}, is under way on {cluster.name}."
        return Refusal.of(text, "Follow it to its end, or end it on its page.", key="drill.open", about=str(found.pk))
    home, away = _ends(cluster)
    active = _active(cluster)
    if not active:
        text = f"Which node of {cluster.name} has the group is not known."
        return Refusal.of(text, "Press Observe now on the cluster's page, then begin.", key="drill.unseen")
    if active.casefold() != home.casefold():
        text = f"{cluster.name} is on {active} already; a drill begins where it lives by design, on {home}."
        return Refusal.of(text, f"Fail back to {home} first.", key="drill.away", about=cluster.name)
    return reservations.why_held(cluster, THERE, away) or brakes.why_not(cluster, THERE)


def begin(cluster: Cluster, actor: audit.Actor, reason: str, *, ticket: str = "", rest: int | None = None) -> Drill:
    """A drill, with the plan of its way there asked for: it begins when somebody confirms that.

    `rest` is how many seconds it stays there before it goes back by itself; None: until somebody says so. Raises
    `NotAllowed`, and `Refusal` with every reason why not.
    """
    for kind in (THERE, BACK):
        access.require(actor.user, "operate", cluster, kind)
    reason, ticket = reason.strip(), reasons.tidy(ticket)
    if (refusal := why_not(cluster) or _lacking(cluster, reason, ticket, rest)) is not None:
        raise refusal
    home, away = _ends(cluster)
    try:
        with transaction.atomic():
            plan = plans.prepare(cluster, THERE, away, actor)
            drill = Drill.objects.create(
                cluster=cluster,
                home=home,
                away=away,
                reason=reason,
                ticket=ticket,
                rest_seconds=rest,
                begun_at=database_now(),
                begun_by=actor.user,
                begun_by_name=actor.name,
                origin=actor.origin,
                there_plan=plan,
            )
            after = {"to": away, "back to": home, "rests": rest, "ticket": ticket}
            _record(Action.DRILL_BEGUN, drill, actor, reason, after)
    except IntegrityError as error:
        raise why_not(cluster) or Refusal.of("Another drill began at this moment.", "Look at its page.") from error
    return drill


def next_kind(drill: Drill) -> str:
    """The kind of the move that is next."""
    return BACK if drill.state in (Drill.State.RESTING, Drill.State.BACK) else THERE


def plan_again(drill: Drill, actor: audit.Actor) -> Drill:
    """Have the plan of the move that is next made anew; the way back can be asked for as soon as the drill rests.

    Raises `NotAllowed`, and `Refusal` where no move is to be planned now.
    """
    back = next_kind(drill) == BACK
    access.require(actor.user, "operate", drill.cluster, next_kind(drill))
    with transaction.atomic():
        row = Drill.objects.select_for_update(of=("self",)).select_related("cluster").get(pk=drill.pk)
        if not row.open or row.state != drill.state or (row.back if back else row.there) is not None:
            text = f"Drill {row.pk} is {row.get_state_display()}: no move of it is to be planned now."
            raise Refusal.of(text, "Look at its page.", key="drill.state", about=str(row.pk))
        if not back:
            row.there_plan = plans.prepare(row.cluster, THERE, row.away, actor)
            row.save(update_fields=["there_plan"])
            return row
        send_back(row, actor)
        _record(Action.DRILL_BACK, row, actor, "", {"to": row.home})
    return row


def send_back(row: Drill, actor: audit.Actor) -> None:
    """Ask for the plan of the way back. Call it with the row locked. Raises `NotAllowed`, `Refusal`."""
    row.back_plan = plans.prepare(row.cluster, BACK, row.home, actor)
    row.state, row.waits = Drill.State.BACK, ""
    row.back_by, row.back_by_name = actor.user, actor.name
    row.save(update_fields=["back_plan", "state", "waits", "back_by", "back_by_name"])


def end(drill: Drill, actor: audit.Actor, reason: str) -> Drill:
    """End the drill where it is; a move that is under way goes on by itself. One that is over stays as it is.

    Raises `NotAllowed`, and `Refusal` without a reason.
    """
    access.require(actor.user, "operate", drill.cluster, BACK)
    if not reason.strip():
        raise Refusal.of("No reason was given.", "Say why the drill ends here.", key="drill.reason")
    with transaction.atomic():
        row = Drill.objects.select_for_update(of=("self",)).select_related("cluster").get(pk=drill.pk)
        if row.open:
            settle(
                row, Drill.State.ENDED, f"{actor.name} ended it: {reason.strip()}", Action.DRILL_ENDED, actor, reason
            )
    return row


def settle(
    row: Drill,
    state: Drill.State,
    ending: str,
    action: Action,
    actor: audit.Actor = audit.SYSTEM,
    reason: str = "",
) -> None:
    """The drill is over. Call it with the row locked, in a transaction."""
    row.state, row.ending, row.ended_at, row.waits = state, ending, database_now(), ""
    row.save(update_fields=["state", "ending", "ended_at", "waits"])
    told = {"state": str(state), "there": row.there_id, "back": row.back_id, "ending": ending}
    _record(action, row, actor, reason.strip(), told)


def wait(row: Drill, why: str) -> None:
    """The way back needs a person. Call it with the row locked, in a transaction."""
    row.state, row.waits = Drill.State.BACK, why
    row.save(update_fields=["state", "waits"])
    _record(Action.DRILL_WAITS, row, audit.SYSTEM, "", {"why": why})


def rest_until(row: Drill) -> None:
    """The first move is over: from now on it rests. Call it with the row locked."""
    assert row.there is not None
    row.state, row.rested_at = Drill.State.RESTING, row.there.ended_at or database_now()
    row.back_at = row.rested_at + timedelta(seconds=row.rest_seconds) if row.rest_seconds is not None else None
    row.save(update_fields=["state", "rested_at", "back_at", "there"])


def _lacking(cluster: Cluster, reason: str, ticket: str, rest: int | None) -> Refusal | None:
    lacking = (
        [] if reason else [Reason("No reason was given.", "Say why, for the audit and the report.", "drill.reason")]
    )
    for kind in (THERE, BACK):
        lacking += [one for one in reasons.missing(cluster, kind, reason, ticket) if one not in lacking]
    if rest is not None and not 0 <= rest <= LONGEST_REST:
        text = "It is to rest there for longer than a week, or for less than nothing."
        lacking.append(Reason(text, "Give a time of at most 7 days, or let it wait for your word.", "drill.rest"))
    return Refusal(f"The drill of {cluster.name} is not begun yet.", lacking) if lacking else None


def _ends(cluster: Cluster) -> tuple[str, str]:
    """The node where the cluster lives by design, and the other one."""
    names = {node.role: node.name for node in cluster.nodes.all()}
    return names.get(Node.Role.PRIMARY, ""), names.get(Node.Role.STANDBY, "")


def _active(cluster: Cluster) -> str:
    seen = ObservationRecord.objects.filter(cluster=cluster).values_list("status", flat=True).first()
    return str((seen or {}).get("active", ""))


def _record(action: Action, drill: Drill, actor: audit.Actor, reason: str, after: Mapping[str, object]) -> None:
    subject = audit.Subject("drill", drill.pk, KIND)
    audit.record(action, actor, subject, cluster=drill.cluster, reason=reason, after=dict(after))
