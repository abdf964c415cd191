"""Drills: begun, followed, sent back and ended; each of their moves is a plan that is confirmed like any other."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status

from console.api.acting import Body, WhyIn, act
from console.api.auth import token_of
from console.api.clusters import the_cluster
from console.api.fields import BIGGEST, Before, ClusterName, Key, Limit, Line, NameFilter, Number, Text
from console.api.pages import link_next
from console.models import ApiToken, Drill
from console.services import drill_report, drills, drills_followed, tokens
from console.services.audit import Actor

Open = Annotated[bool, Query(description="Only those that are under way.")]

router = Router(tags=["drills"])


class DrillIn(Body):
    """What a drill is begun with."""

    reason: Text = Field(min_length=1, examples=["The yearly drill."])
    ticket: Line = Field("", examples=["CHG0012345"])
    rest: int | None = Field(
        None,
        ge=0,
        le=drills.LONGEST_REST,
        description="seconds on the other node, then it goes back by itself; null: until somebody says so",
    )


class DrillBrief(Schema):
    """A drill in a list."""

    id: int
    cluster: str
    state: str = Field(description="there, resting, back, succeeded, failed or ended")
    home: str
    away: str
    reason: str
    ticket: str
    rest: int | None = Field(description="seconds; null: until somebody says so")
    begun_at: datetime
    begun_by: str
    rested_at: datetime | None
    back_at: datetime | None = Field(description="when it goes back by itself")
    waits: str = Field(description="why a person is needed for the way back")
    ended_at: datetime | None
    ending: str


class DrillOut(DrillBrief):
    """A drill with both of its moves."""

    class Way(Schema):
        """One of the two moves."""

        class Longest(Schema):
            """A step that took long."""

            step: str
            seconds: float

        target: str
        plan: int | None = Field(description="to be confirmed, while there is no operation")
        operation: int | None
        status: str
        seconds: float | None
        outage_seconds: float | None
        longest: list[Longest]

    there: Way
    back: Way


class Drills(Schema):
    """A page of drills, newest first."""

    items: list[DrillBrief]
    next: int | None = Field(description="for `before`; null on the last page")


@router.get("/drills", response=Drills, operation_id="list_drills", summary="Which drills there were")
def index(
    request: HttpRequest,
    response: HttpResponse,
    limit: Limit = 50,
    before: Before = BIGGEST,
    cluster: NameFilter = "",
    open: Open = False,  # noqa: A002 - as it stands in the address
) -> Drills:
    """Newest first."""
    found = _visible(token_of(request)).filter(pk__lt=before).order_by("-pk")
    found = found.filter(cluster__name__iexact=cluster) if cluster else found
    rows = list((found.filter(state__in=Drill.OPEN) if open else found)[: limit + 1])
    following = rows[limit - 1].pk if len(rows) > limit else None
    link_next(request, response, "before", following)
    return Drills(items=[DrillBrief(**drill_report.brief(row)) for row in rows[:limit]], next=following)


@router.get("/drills/{number}", response=DrillOut, operation_id="get_drill", summary="How a drill stands")
def detail(request: HttpRequest, number: Number) -> dict[str, Any]:
    """And in the end its report."""
    return _told(_the_drill(token_of(request), number).pk)


@router.post("/clusters/{name}/drills", response={201: DrillOut}, operation_id="begin_drill", summary="Begin a drill")
def begin(request: HttpRequest, name: ClusterName, body: DrillIn, key: Key) -> Status[dict[str, Any]]:
    """The plan of the way there is asked for; the drill begins when somebody confirms that."""
    token = token_of(request)
    cluster = the_cluster(token, name)
    for kind in (drills.THERE, drills.BACK):
        tokens.require(token, "operate", cluster, kind)

    def do(actor: Actor) -> Drill:
        return drills.begin(cluster, actor, body.reason, ticket=body.ticket, rest=body.rest)

    return Status(201, _told(act(token, key, "drill", cluster.pk, body, do).pk))


@router.post(
    "/drills/{number}/plan", response=DrillOut, operation_id="plan_drill", summary="Have the next move of it planned"
)
def plan(request: HttpRequest, number: Number, key: Key) -> dict[str, Any]:
    """Anew, or the way back while it rests: the plan stands in the answer, and is confirmed like any other."""
    return _done(request, number, key, "drill plan", None, drills.plan_again)


@router.post("/drills/{number}/end", response=DrillOut, operation_id="end_drill", summary="End a drill where it is")
def end(request: HttpRequest, number: Number, body: WhyIn, key: Key) -> dict[str, Any]:
    """A move that is under way goes on by itself."""
    return _done(request, number, key, "drill end", body, lambda row, actor: drills.end(row, actor, body.reason))


def _done(
    request: HttpRequest, number: int, key: str, what: str, body: Body | None, do: Callable[[Drill, Actor], Drill]
) -> dict[str, Any]:
    token = token_of(request)
    row = _the_drill(token, number)
    kind = drills.BACK if what == "drill end" else drills.next_kind(row)
    tokens.require(token, "operate", row.cluster, kind)
    act(token, key, what, number, body, lambda actor: do(row, actor))
    return _told(number)


def _told(number: int) -> dict[str, Any]:
    return drill_report.told(drills_followed.read(number))


def _the_drill(token: ApiToken, number: int) -> Drill:
    found = _visible(token).filter(pk=number).first()
    if found is None:
        raise Http404("There is no such drill.")
    return found


def _visible(token: ApiToken) -> Any:
    return Drill.objects.select_related("cluster").filter(cluster__in=tokens.visible_clusters(token))
