"""Findings: what each means, what a diagnosis found, and what the set-up logs say that people handed in."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from console.api.auth import token_of
from console.api.fields import BIGGEST, Before, Limit, Name, NameFilter, Number
from console.api.operations import the_operation
from console.api.pages import link_next
from console.domain.planner.diagnosis import KIND
from console.models import ApiToken, DiagnosisRecord, SetupLogRecord
from console.services import findings, setup_logs, tokens

router = Router(tags=["findings"])


class FindingOut(Schema):
    """A sort of finding: what it means and what to do about it."""

    code: str
    area: str
    title: str
    severity: str
    explains: str
    consequence: str
    remedy: str
    place: str = Field(description="where that is from")
    repairable: bool = Field(description="whether the console can repair it")


class Findings(Schema):
    """Every sort of finding, by what it is about."""

    items: list[FindingOut]


class DiagnosisOut(Schema):
    """What a diagnosis found."""

    operation: int
    cluster: str
    at: datetime
    errors: int
    warnings: int
    notes: int
    unread: int = Field(description="how much could not be looked at")
    diagnosis: dict[str, Any] = Field(description="findings, each by its code, and what could not be read")


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


@router.get("/findings", response=Findings, operation_id="list_findings", summary="What findings mean")
def index(request: HttpRequest) -> Findings:
    """In the order in which they are mended."""
    tokens.require_seeing(token_of(request))
    return Findings(items=[_kind(code) for area in findings.areas() for code in (one.code for one in area.findings)])


@router.get("/findings/{code}", response=FindingOut, operation_id="get_finding", summary="What one finding means")
def meaning(request: HttpRequest, code: Name) -> FindingOut:
    """And what to do about it."""
    tokens.require_seeing(token_of(request))
    if code not in findings.kinds():
        raise Http404("There is no such finding.")
    return _kind(code)


@router.get(
    "/operations/{number}/diagnosis", response=DiagnosisOut, operation_id="get_diagnosis", summary="What it found"
)
def diagnosis(request: HttpRequest, number: Number) -> DiagnosisOut:
    """Of an operation of the kind `diagnose` that has looked."""
    operation = the_operation(token_of(request), number)
    row = DiagnosisRecord.objects.filter(operation=operation).first()
    if operation.kind != KIND or row is None:
        raise Http404("That operation has no diagnosis.")
    told = ("at", "errors", "warnings", "notes", "unread")
    facts = {field: getattr(row, field) for field in told}
    return DiagnosisOut(operation=number, cluster=operation.cluster.name, diagnosis=row.body, **facts)


@router.get("/set-up-logs", response=SetupLogs, operation_id="list_set_up_logs", summary="Which set-up logs were read")
def logs(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, before: Before = BIGGEST, cluster: NameFilter = ""
) -> SetupLogs:
    """They are handed in on their page or with `manage.py diagnose --log`; the log itself is not kept."""
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
    return SetupLogOut(**_log(row), report=row.report)


def _visible(token: ApiToken) -> QuerySet[SetupLogRecord]:
    """What the owner may see; a token for some clusters, those of them alone."""
    seen = Q(cluster__in=tokens.visible_clusters(token))
    return setup_logs.visible(token.owner).filter(seen | Q(cluster=None) if token.everywhere else seen)


def _kind(code: str) -> FindingOut:
    kind = findings.kinds()[code]
    area = next(area for area in findings.areas() if kind in area.findings)
    told = ("code", "title", "explains", "consequence", "remedy", "place")
    facts = {field: getattr(kind, field) for field in told}
    return FindingOut(area=area.key, severity=kind.severity.value, repairable=bool(kind.repair), **facts)


def _log(row: SetupLogRecord) -> dict[str, Any]:
    told = {field: getattr(row, field) for field in ("name", "size", "at", "verdict")}
    return {"id": row.pk, "cluster": row.cluster.name if row.cluster else "", "by": row.by_name, **told}
