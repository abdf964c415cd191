"""What people copied from a node and hand in: a set-up log as a file, or what the set-up's window says."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status

from console.api.acting import Body, act
from console.api.auth import token_of
from console.api.clusters import the_cluster
from console.api.fields import BIGGEST, NO_NUL, PRINTABLE, Before, ClusterName, Key, Limit, Line, NameFilter, Number
from console.api.pages import link_next
from console.api.sending import FileName, octets, sent_file
from console.domain.checks import Refusal
from console.models import ApiToken, SetupLogRecord
from console.services import access, body_bounds, setup_errors, setup_logs, tokens
from console.services.audit import Actor

ENCODINGS = ("", "cp1252", "cp932", "utf-8", "utf-16-le")
AnEncoding = Annotated[str, Query(pattern="^(" + "|".join(ENCODINGS) + ")$", description="Empty: it is found out.")]
OfCluster = Annotated[str, Query(max_length=63, pattern=PRINTABLE, description="Of which it is; empty: of none.")]

router = Router(tags=["findings"])


class SaidIn(Body):
    """What Exchange's set-up said, and on which node."""

    node: Line = Field(min_length=1, examples=["TOK-EX1"])
    text: str = Field(
        min_length=1,
        max_length=15_000,
        pattern=NO_NUL,
        examples=["Setup encountered an error while checking prerequisites."],
    )


class Recognised(Schema):
    """What is known of it; nothing was kept, and the node was not asked."""

    class One(Schema):
        """Why the set-up would not go on."""

        key: str
        title: str
        remedy: str
        said: str = Field(description="the sentence itself")

    items: list[One]


class SetupLogBrief(Schema):
    """A set-up log in a list."""

    id: int
    cluster: str = Field(description="empty: of none")
    name: str
    size: int = Field(description="in bytes")
    at: datetime
    by: str
    verdict: str


class SetupLogOut(SetupLogBrief):
    """What a set-up log says."""

    report: dict[str, Any]


class SetupLogs(Schema):
    """A page of set-up logs, the last one first."""

    items: list[SetupLogBrief]
    next: int | None = Field(description="for `before`; null on the last page")


@router.get("/set-up-logs", response=SetupLogs, operation_id="list_set_up_logs", summary="Which set-up logs were read")
def logs(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, before: Before = BIGGEST, cluster: NameFilter = ""
) -> SetupLogs:
    """What they say; the logs themselves are not kept."""
    found = _visible(token_of(request)).filter(pk__lt=before).order_by("-pk")
    found = found.filter(cluster__name__iexact=cluster) if cluster else found
    rows = list(found.defer("report")[: limit + 1])
    following = rows[limit - 1].pk if len(rows) > limit else None
    link_next(request, response, "before", following)
    return SetupLogs(items=[SetupLogBrief(**_log(row)) for row in rows[:limit]], next=following)


@router.get("/set-up-logs/{number}", response=SetupLogOut, operation_id="get_set_up_log", summary="What a log says")
def log(request: HttpRequest, number: Number) -> SetupLogOut:
    """The course of the set-up, and what went wrong in it."""
    row = _visible(token_of(request)).filter(pk=number).first()
    if row is None:
        raise Http404("There is no such set-up log.")
    return _out(row)


@router.post(
    "/set-up-logs",
    response={201: SetupLogOut},
    operation_id="hand_in_log",
    summary="Have a set-up log read",
    openapi_extra=octets("the log as it is, of Exchange 2003 or 2007", body_bounds.LOG),
)
def hand_in(
    request: HttpRequest, key: Key, name: FileName = "set-up.log", cluster: OfCluster = "", encoding: AnEncoding = ""
) -> Status[SetupLogOut]:
    """It is read while it comes in and not kept; what it says is. Up to 256 MiB."""
    token = token_of(request)
    of = the_cluster(token, cluster) if cluster else None
    if of is not None:
        tokens.require(token, "operate", of, access.ANY_KIND)
    else:
        tokens.require_unbounded(token, "operate")
    with sent_file(request) as file:

        def do(actor: Actor) -> SetupLogRecord:
            return setup_logs.read(name, file.chunks(), actor, cluster=of, encoding=encoding or None)

        made = act(token, key, "log", [name, cluster, encoding, file.sha256], None, do)
    return Status(201, _out(made))


@router.post(
    "/clusters/{name}/set-up-errors",
    response=Recognised,
    operation_id="recognise_set_up_error",
    summary="Ask what it means that the set-up would not go on",
)
def recognise(request: HttpRequest, name: ClusterName, body: SaidIn, key: Key) -> Recognised:
    """What its window says is compared with what is known."""
    cluster = the_cluster(token_of(request), name)
    node = cluster.nodes.filter(name__iexact=body.node).first()
    if node is None:
        names = ", ".join(cluster.nodes.order_by("role").values_list("name", flat=True))
        raise Refusal.of(f"{cluster.name} has no node of that name.", f"Name one of: {names}.", key="node.name")
    found = setup_errors.in_text(body.text, node.name)
    return Recognised(items=[Recognised.One(**asdict(one)) for one in found])


def _out(row: SetupLogRecord) -> SetupLogOut:
    """A log with what it says."""
    return SetupLogOut(**_log(row), report=row.report)


def _visible(token: ApiToken) -> QuerySet[SetupLogRecord]:
    """What the owner may see; a token for some clusters, those of them alone."""
    seen = Q(cluster__in=tokens.visible_clusters(token))
    return setup_logs.visible(token.owner).filter(seen | Q(cluster=None) if token.everywhere else seen)


def _log(row: SetupLogRecord) -> dict[str, Any]:
    told = {field: getattr(row, field) for field in ("name", "size", "at", "verdict")}
    return {"id": row.pk, "cluster": row.cluster.name if row.cluster else "", "by": row.by_name, **told}
