"""What needs a person: alarms, the global stop, a cluster's cooldown, a node's question that is decided again."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from console.api.acting import NoteIn, WhyIn, act
from console.api.auth import token_of
from console.api.clusters import acting_on, brief, the_cluster
from console.api.fields import BIGGEST, Before, ClusterName, Key, Limit, Number
from console.api.pages import link_next
from console.api.shapes import ClusterBrief
from console.domain.checks import Refusal
from console.models import Alarm, ApiToken, Cluster, GlobalStop, NodeRun
from console.services import alarms, brakes, deciding, tokens
from console.services.audit import Actor

router = Router(tags=["attention"])


class AlarmOut(Schema):
    """Something that a person has to look at."""

    id: int
    cluster: str
    key: str
    text: str
    remedy: str
    raised_at: datetime
    operation: int | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    note: str = Field(description="what was found")


class Alarms(Schema):
    """A page of alarms, newest first."""

    items: list[AlarmOut]
    next: int | None = Field(description="for `before`; null on the last page")


class StopOut(Schema):
    """Whether everything that the console would start is stopped."""

    stands: bool
    set_at: datetime | None
    set_by: str
    reason: str


@router.get("/alarms", response=Alarms, operation_id="list_alarms", summary="What needs a person")
def index(
    request: HttpRequest,
    response: HttpResponse,
    limit: Limit = 50,
    before: Before = BIGGEST,
    acknowledged: bool = False,
) -> Alarms:
    """Those that nobody has acknowledged, or with `acknowledged` those too."""
    found = _visible(token_of(request)).filter(pk__lt=before).order_by("-pk")
    rows = list((found if acknowledged else found.filter(acknowledged_at=None))[: limit + 1])
    following = rows[limit - 1].pk if len(rows) > limit else None
    link_next(request, response, "before", following)
    return Alarms(items=[_alarm(row) for row in rows[:limit]], next=following)


@router.post(
    "/alarms/{number}/acknowledge", response=AlarmOut, operation_id="acknowledge_alarm", summary="Say what was found"
)
def acknowledge(request: HttpRequest, number: Number, body: NoteIn, key: Key) -> AlarmOut:
    """An emergency is acknowledged by who may approve, and not by who declared it."""
    token = token_of(request)
    row = _visible(token).filter(pk=number).first()
    if row is None:
        raise Http404("There is no such alarm.")
    if row.key == alarms.OVERRIDE and row.operation is not None:
        tokens.require(token, "approve", row.cluster, row.operation.kind)
    else:
        tokens.require(token, "operate", row.cluster)
    act(token, key, "acknowledge alarm", number, body, lambda actor: alarms.acknowledge(row, actor, body.note))
    row.refresh_from_db()
    return _alarm(row)


@router.get("/stop", response=StopOut, operation_id="get_stop", summary="Whether everything is stopped")
def stop(request: HttpRequest) -> StopOut:
    """The global stop binds what the console would start, never what a cluster product has done already."""
    tokens.require_seeing(token_of(request))
    return _stop()


@router.post("/stop", response=StopOut, operation_id="set_stop", summary="Stop everything")
def set_stop(request: HttpRequest, body: WhyIn, key: Key) -> StopOut:
    """A stop that stands is kept. Takes the right to operate everything."""
    token = token_of(request)
    tokens.require_everywhere(token, "operate")
    act(token, key, "set stop", "", body, lambda actor: brakes.set_stop(actor, body.reason))
    return _stop()


@router.post("/stop/lift", response=StopOut, operation_id="lift_stop", summary="Let things start again")
def lift_stop(request: HttpRequest, body: WhyIn, key: Key) -> StopOut:
    """Takes the right to operate everything."""
    token = token_of(request)
    tokens.require_everywhere(token, "operate")

    def lift(actor: Actor) -> GlobalStop:
        lifted = brakes.lift_stop(actor, body.reason)
        if lifted is None:
            raise Refusal.of("No global stop stands.", "There is nothing to lift.", key="stop.none")
        return lifted

    act(token, key, "lift stop", "", body, lift)
    return _stop()


@router.post(
    "/clusters/{name}/cooldown/lift",
    response=ClusterBrief,
    operation_id="lift_cooldown",
    summary="Let things start on a cluster after a takeover",
)
def lift_cooldown(request: HttpRequest, name: ClusterName, body: WhyIn, key: Key) -> ClusterBrief:
    """Before its rest is over."""
    token = token_of(request)
    cluster = the_cluster(token, name)
    tokens.require(token, "operate", cluster)

    def lift(actor: Actor) -> Cluster:
        if brakes.lift_cooldown(cluster, actor, body.reason) is None:
            text = f"No cooldown binds {cluster.name}."
            raise Refusal.of(text, "There is nothing to lift.", key="cooldown.none", about=cluster.name)
        return cluster

    act(token, key, "lift cooldown", cluster.pk, body, lift)
    return ClusterBrief(**brief(cluster, acting_on([cluster])))


@router.post(
    "/runs/{number}/again",
    response=ClusterBrief,
    operation_id="decide_again",
    summary="Have a node's question decided again",
)
def again(request: HttpRequest, number: Number, body: WhyIn, key: Key) -> ClusterBrief:
    """Of a run that still waits, once what stood in its way is mended."""
    token = token_of(request)
    seen = NodeRun.objects.filter(node__cluster__in=tokens.visible_clusters(token))
    run = seen.select_related("node__cluster__site", "node__cluster__observation").filter(pk=number).first()
    if run is None:
        raise Http404("There is no such run.")
    cluster = run.node.cluster
    tokens.require(token, "operate", cluster)

    def decide(actor: Actor) -> NodeRun:
        deciding.again(run, actor, body.reason)
        return run

    act(token, key, "decide again", number, body, decide)
    return ClusterBrief(**brief(cluster, acting_on([cluster])))


def _visible(token: ApiToken) -> QuerySet[Alarm]:
    seen = Alarm.objects.filter(cluster__in=tokens.visible_clusters(token))
    return seen.select_related("cluster", "operation")


def _alarm(row: Alarm) -> AlarmOut:
    told = ("key", "text", "remedy", "raised_at", "acknowledged_at", "acknowledged_by")
    return AlarmOut(
        id=row.pk,
        cluster=row.cluster.name,
        operation=row.operation_id,
        note=row.acknowledge_note,
        **{field: getattr(row, field) for field in told},
    )


def _stop() -> StopOut:
    found = brakes.global_stop()
    if found is None:
        return StopOut(stands=False, set_at=None, set_by="", reason="")
    return StopOut(stands=True, set_at=found.set_at, set_by=found.set_by, reason=found.reason)
