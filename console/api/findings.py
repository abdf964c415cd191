"""Findings: what each means, and what a diagnosis found."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema

from console.api.auth import token_of
from console.api.fields import Name, Number
from console.api.operations import the_operation
from console.domain.planner.diagnosis import KIND
from console.models import DiagnosisRecord
from console.services import findings, tokens

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


def _kind(code: str) -> FindingOut:
    kind = findings.kinds()[code]
    area = next(area for area in findings.areas() if kind in area.findings)
    told = ("code", "title", "explains", "consequence", "remedy", "place")
    facts = {field: getattr(kind, field) for field in told}
    return FindingOut(area=area.key, severity=kind.severity.value, repairable=bool(kind.repair), **facts)
