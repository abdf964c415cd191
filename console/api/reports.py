"""Reports: how long mail was down and how often moves succeeded in a period; and one run beside another."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from console.api.auth import token_of
from console.api.drills import DrillBrief
from console.api.fields import FAR_AHEAD, LONG_AGO, NameFilter, Number, Since, Until, within
from console.api.operations import the_operation
from console.models import ApiToken, Cluster
from console.services import report_csv, report_told, reports, run_times, tokens
from console.services.report_rows import USUAL_DAYS, moves

TABLE = {"text/csv": {"schema": {"type": "string"}}}
With = Annotated[int, Query(ge=0, description="The number of the good run that it is held against; 0: the last one.")]

router = Router(tags=["reports"])


class TallyOut(Schema):
    """Moves, added up."""

    class Durations(Schema):
        """How long mail was down, in seconds; null without any outage that was seen from end to end."""

        count: int
        p50: float | None
        p95: float | None
        longest: float | None

    moves: int
    endings: dict[str, int]
    success_rate: float | None = Field(description="from 0 to 1, of those that a person did not stop; null of none")
    outage: Durations


class ReportOut(Schema):
    """The report of a period."""

    class OfCluster(TallyOut):
        """One cluster."""

        cluster: str
        drill: int | None = Field(description="its last drill in the period")

    class OfMonth(TallyOut):
        """One month."""

        month: str = Field(description="as 2026-01, in the console's time zone")

    class Longest(Schema):
        """One of the longest outages."""

        operation: int
        cluster: str
        kind: str
        status: str
        seconds: float | None

    since: datetime
    until: datetime
    all: TallyOut
    clusters: list[OfCluster]
    months: list[OfMonth]
    longest: list[Longest]
    drills: list[DrillBrief]


class ComparisonOut(Schema):
    """Where the time of a move went, step by step, beside a good run of before; in seconds."""

    class StepRow(Schema):
        """One step in both runs."""

        step: str
        title: str
        now: float | None
        without_mail: float
        before: float | None
        verdict: str = Field(description="slower, faster, same, new or gone; empty: nothing to be held against")

    operation: int
    before: int | None = Field(description="the run that it is held against; null: there is none")
    outage_seconds: float | None
    outage_seconds_before: float | None
    before_the_first_step: float = Field(description="without mail")
    between_steps: float = Field(description="without mail")
    steps: list[StepRow]
    changes: list[str] = Field(description="what is different about the cluster since, a clause each")


@router.get("/reports", response=ReportOut, operation_id="get_report", summary="The report of a period")
def report(
    request: HttpRequest, cluster: NameFilter = "", since: Since = LONG_AGO, until: Until = FAR_AHEAD
) -> dict[str, Any]:
    """Of one cluster, or of all that the token may see; without `since` of the last 90 days."""
    found, first, last = _asked(token_of(request), cluster, since, until)
    return report_told.report(reports.report(found, first, last))


@router.get(
    "/reports/moves",
    response=str,
    operation_id="export_moves",
    summary="The moves of a period as CSV",
    openapi_extra={"responses": {200: {"content": TABLE, "description": "a header, and a line for each move"}}},
)
def table(
    request: HttpRequest, cluster: NameFilter = "", since: Since = LONG_AGO, until: Until = FAR_AHEAD
) -> HttpResponse:
    """Times in UTC, durations in seconds, oldest first."""
    found = moves(*_asked(token_of(request), cluster, since, until))
    return HttpResponse("".join(report_csv.as_csv(found)), content_type="text/csv; charset=utf-8")


@router.get(
    "/operations/{number}/comparison",
    response=ComparisonOut,
    operation_id="compare_operation",
    summary="Where its time went, beside a good run of before",
)
def comparison(request: HttpRequest, number: Number, beside: With = 0) -> dict[str, Any]:
    """Of a move that has begun: how long each step took, and what was slower."""
    operation = the_operation(token_of(request), number)
    if operation.kind not in run_times.MOVES or operation.started_at is None:
        raise Http404("That operation moved nothing that could be timed.")
    good = run_times.good_runs(operation)
    before = next((one for one in good if one.pk == beside), None)
    if beside and before is None:
        raise Http404("No good run of that number is like this one.")
    return report_told.comparison(operation, before or next(iter(good), None))


def _asked(
    token: ApiToken, cluster: str, since: datetime, until: datetime
) -> tuple[QuerySet[Cluster], datetime, datetime]:
    """The clusters and the period that are asked about; a period that ends before it begins is turned round."""
    tokens.require_seeing(token)
    found = tokens.visible_clusters(token)
    last = timezone.now() if until == FAR_AHEAD else within(until)
    first = last - timedelta(days=USUAL_DAYS) if since == LONG_AGO else within(since)
    return found.filter(name__iexact=cluster) if cluster else found, min(first, last), max(first, last)
