"""Readiness, maintenance windows, moves that begin by themselves in one, and who looks after incidents."""

from datetime import datetime
from typing import Annotated, Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest
from ninja import Field, Path, Router, Schema, Status

from console.api.acting import Body, WhyIn, act
from console.api.auth import token_of
from console.api.clusters import the_cluster
from console.api.fields import ClusterName, Instant, Key, Line, Number, Text
from console.domain.checks import Refusal
from console.domain.planner import PLANNED_MOVES
from console.domain.windows import Times
from console.models import ApiToken, Cluster, IncidentCare, MaintenanceWindow, ScheduledMove, Site
from console.services import access, incidents, readiness, schedules, tokens, windows
from console.services.audit import Actor
from console.services.clock import database_now

A_MOVE = "^(" + "|".join(PLANNED_MOVES) + ")$"
What = Annotated[str, Path(pattern="^(alarm|operation)$")]

router = Router(tags=["maintenance"])


class ReadinessOut(Schema):
    """How ready a cluster is for a failover, by the checks of its last observation."""

    cluster: str
    score: int | None = Field(description="of 100; null: it cannot be told")
    state: str
    least: int = Field(description="below this it is told")
    at: datetime | None = Field(description="when it was observed")
    checks: list[dict[str, Any]] = Field(description="each with its weight")


class Items(Schema):
    """A list, whole."""

    items: list[dict[str, Any]]


class WindowIn(Body):
    """A window of a cluster, or of the clusters of a site."""

    cluster: Line = Field("", examples=["TOKYO"])
    site: Line = ""
    starts: Instant = Field(examples=["2026-01-31T22:00:00+09:00"])
    ends: Instant = Field(examples=["2026-02-01T02:00:00+09:00"])
    weekly: bool = Field(False, description="again every week at the same hours")
    reason: Text = Field(min_length=1, examples=["Patches."])
    owner: Line = Field("", description="who answers for it; empty: who makes it")


class ScheduleIn(Body):
    """A planned move that begins by itself."""

    kind: str = Field(pattern=A_MOVE, examples=["failover"])
    at: Instant = Field(examples=["2026-01-31T22:30:00+09:00"])
    target: Line = ""
    reason: Text = Field(min_length=1, examples=["Patches on the active node."])
    ticket: Line = ""


class TakeIn(WhyIn):
    """Who looks after it, and until when it is laid by."""

    until: Instant | None = Field(None, description="null: it is not laid by")
    owner: Line = Field("", description="an account's name; empty: oneself", examples=["olga"])


@router.get(
    "/clusters/{name}/readiness", response=ReadinessOut, operation_id="get_readiness", summary="How ready a cluster is"
)
def ready(request: HttpRequest, name: ClusterName) -> dict[str, Any]:
    """With every check, and what it weighs."""
    cluster = the_cluster(token_of(request), name)
    return readiness.told(cluster, getattr(cluster, "observation", None))


@router.get("/incidents", response=Items, operation_id="list_incidents", summary="What a person has to look into")
def index(request: HttpRequest) -> Items:
    """First those that are due, then those laid by; loudest and latest first."""
    found = incidents.standing(tokens.visible_clusters(token_of(request)), database_now())
    return Items(items=[incidents.told(one) for one in found])


@router.post(
    "/incidents/{what}/{number}/take", response=Items, operation_id="take_incident", summary="Look after an incident"
)
def take(request: HttpRequest, what: What, number: Number, body: TakeIn, key: Key) -> Items:
    """Oneself, or give it to somebody; or lay it by until a time. It stays until it is acknowledged."""
    token, found = _incident(request, what, number)
    owner = _owner(body.owner, found.cluster) if body.owner else None

    def care(actor: Actor) -> IncidentCare:
        return incidents.take(found, actor, body.reason, until=body.until, owner=owner)

    act(token, key, "take", [what, number], body, care)
    return _standing(token, what, number)


@router.post(
    "/incidents/{what}/{number}/let-go",
    response=Items,
    operation_id="let_incident_go",
    summary="Look after it no longer",
)
def let_go(request: HttpRequest, what: What, number: Number, body: WhyIn, key: Key) -> Items:
    """One that nobody looks after stays as it is."""
    token, found = _incident(request, what, number)

    def drop(actor: Actor) -> Cluster:
        incidents.let_go(found, actor, body.reason)
        return found.cluster

    act(token, key, "let go", [what, number], body, drop)
    return _standing(token, what, number)


@router.get("/windows", response=Items, operation_id="list_windows", summary="Which windows are open or to come")
def list_windows(request: HttpRequest) -> Items:
    """Each with the span that is open, or opens next."""
    return Items(
        items=[
            windows.told(row) | {"open": is_open, "from": one.span.start, "to": one.span.end}
            for row, one, is_open in _windows(token_of(request))
        ]
    )


@router.post("/windows", response={201: dict[str, Any]}, operation_id="make_window", summary="Make a window")
def make_window(request: HttpRequest, body: WindowIn, key: Key) -> Status[dict[str, Any]]:
    """Of a cluster, or of a site; a site's takes a token for every cluster."""
    token = token_of(request)
    cluster = the_cluster(token, body.cluster) if body.cluster else None
    site = None
    if cluster is not None:
        tokens.require(token, "operate", cluster)
    else:
        tokens.require_unbounded(token, "operate")
        site = Site.objects.filter(name__iexact=body.site).first() if body.site else None
    times = Times(body.starts, body.ends, body.weekly, None)
    spec = windows.Spec(times, body.reason, cluster, site, body.owner)
    made = act(token, key, "window", "", body, lambda actor: windows.make(spec, actor))
    return Status(201, windows.told(made))


@router.post("/windows/{number}/end", response=dict[str, Any], operation_id="end_window", summary="End a window")
def end_window(request: HttpRequest, number: Number, body: WhyIn, key: Key) -> dict[str, Any]:
    """Now and for good; or take one back that never opened."""
    token = token_of(request)
    row = next((row for row, _, _ in _windows(token) if row.pk == number), None)
    if row is None:
        raise Http404("No such window is open or to come.")
    if row.cluster is not None:
        tokens.require(token, "operate", row.cluster)
    else:
        tokens.require_unbounded(token, "operate")
    return windows.told(act(token, key, "end window", number, body, lambda actor: windows.end(row, actor, body.reason)))


@router.get("/scheduled-moves", response=Items, operation_id="list_scheduled_moves", summary="What begins by itself")
def moves(request: HttpRequest) -> Items:
    """The soonest first, then what became of those whose time has come."""
    seen = list(tokens.visible_clusters(token_of(request)))
    return Items(items=[_move(row) for row in (*schedules.of_clusters(seen), *schedules.past(seen))])


@router.post(
    "/clusters/{name}/scheduled-moves",
    response={201: dict[str, Any]},
    operation_id="schedule_move",
    summary="Have a planned move begin by itself",
)
def schedule(request: HttpRequest, name: ClusterName, body: ScheduleIn, key: Key) -> Status[dict[str, Any]]:
    """It is checked and planned at that moment, and given up with its reasons where it cannot be, never late.

    It begins in the name of the token's owner, whatever has become of the token by then.
    """
    token = token_of(request)
    cluster = the_cluster(token, name)
    tokens.require(token, "operate", cluster, body.kind)
    spec = schedules.Spec(body.kind, body.at, body.reason, body.target, body.ticket)
    made = act(token, key, "schedule", cluster.pk, body, lambda actor: schedules.make(cluster, spec, actor))
    return Status(201, _move(made))


@router.post(
    "/scheduled-moves/{number}/cancel", response=dict[str, Any], operation_id="cancel_move", summary="Take one back"
)
def cancel(request: HttpRequest, number: Number, body: WhyIn, key: Key) -> dict[str, Any]:
    """One that has not begun."""
    token = token_of(request)
    seen = ScheduledMove.objects.filter(cluster__in=tokens.visible_clusters(token)).select_related("cluster")
    row = seen.filter(pk=number).first()
    if row is None:
        raise Http404("There is no such move.")
    tokens.require(token, "operate", row.cluster, row.kind)
    act(token, key, "cancel move", number, body, lambda actor: schedules.cancel(row, actor, body.reason))
    return _move(seen.get(pk=number))


def _incident(request: HttpRequest, what: str, number: int) -> tuple[ApiToken, incidents.Incident]:
    token = token_of(request)
    found = incidents.find(what, number, tokens.visible_clusters(token))
    if found is None:
        raise Http404("There is no such incident.")
    tokens.require(token, "operate", found.cluster, found.operation_kind)
    return token, found


def _standing(token: ApiToken, what: str, number: int) -> Items:
    found = incidents.find(what, number, tokens.visible_clusters(token))
    return Items(items=[incidents.told(found)] if found else [])


def _owner(name: str, cluster: Cluster) -> User:
    found = access.people_who_may("operate", cluster, access.ANY_KIND).filter(username__iexact=name).first()
    if found is None:
        text = f"Nobody called {name} may operate {cluster.name}."
        raise Refusal.of(text, "Name somebody who may, or have the role given first.", key="incident.owner")
    return found


def _windows(token: ApiToken) -> list[tuple[MaintenanceWindow, Any, bool]]:
    """Those that the owner sees; of a token for some clusters, those that are theirs."""
    found = windows.listed(token.owner)
    if token.everywhere:
        return list(found)
    ours = tokens.visible_clusters(token)
    keys, sites = set(ours.values_list("pk", flat=True)), set(ours.values_list("site", flat=True))
    return [one for one in found if (one[0].cluster_id in keys if one[0].cluster_id else one[0].site_id in sites)]


def _move(row: ScheduledMove) -> dict[str, Any]:
    named = {"id": row.pk, "cluster": row.cluster.name, "kind": row.kind, "target": row.target, "at": row.at}
    return {**named, "reason": row.reason, "by": row.asked_by_name, "state": row.state}
