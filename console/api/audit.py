"""The audit: searched page by page, one record in full, taken away as a file."""

from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from console.api.auth import token_of
from console.api.fields import BIGGEST, FAR_AHEAD, LONG_AGO, PRINTABLE, After, Before, Instant, Limit, Number
from console.api.pages import link_next
from console.models import ApiToken, AuditRecord
from console.services import audit, audit_reads, tokens
from console.services.access import audit_readable, sees_all
from console.services.audit_actions import OUTCOMES, Action
from console.services.audit_export import FORMATS
from console.services.audit_reads import SensitivePage
from console.services.audit_search import AuditFilter, look, readable

LONGEST_ADDRESS = 500
Format = Annotated[str, Query(pattern="^(" + "|".join(FORMATS) + ")$", description="Of which form the file is.")]
Many = Annotated[int, Query(ge=1, le=100_000, description="How many at most.")]
FILES = {one.content_type: {"schema": {"type": "string"}} for one in FORMATS.values()}

router = Router(tags=["audit"])


class AuditLine(Schema):
    """A record in a list."""

    seq: int
    at: datetime
    actor: str
    origin: str
    action: str
    cluster: str
    subject_type: str
    subject_id: str
    subject: str
    reason: str
    sentence: str = Field(description="the record for people")
    request_id: str = Field(description="of the request that it was recorded by")


class AuditPage(Schema):
    """A page of records, newest first."""

    items: list[AuditLine]
    next: int | None = Field(description="for `before`; null on the last page")


class AuditOut(AuditLine):
    """A record with everything it says."""

    before: dict[str, Any] | None
    after: dict[str, Any] | None
    previous: str = Field(description="the hash of the record before it")
    hash: str
    body: str = Field(description="the whole record as canonical JSON, which is what is hashed")


class Wanted(Schema):
    """Which records: everything that is given must hold."""

    actor: Annotated[str, StringConstraints(max_length=150, pattern=PRINTABLE)] = Field("", description="A whole name.")
    action: Annotated[str, StringConstraints(max_length=80, pattern=PRINTABLE)] = Field(
        "", description="A tag, or the start of one, such as operation:"
    )
    cluster: Annotated[str, StringConstraints(max_length=63, pattern=PRINTABLE)] = Field(
        "", description="A whole name."
    )
    outcome: Annotated[str, StringConstraints(pattern="^(|" + "|".join(OUTCOMES) + ")$")] = ""
    origin: Annotated[str, StringConstraints(pattern="^(|" + "|".join(AuditRecord.Origin.values) + ")$")] = ""
    request: Annotated[str, StringConstraints(max_length=64, pattern=PRINTABLE)] = ""
    about: Annotated[str, StringConstraints(pattern=r"^(|[a-z][a-z -]{0,31}:[^\x00-\x1f]{1,64})$")] = Field(
        "", description="Type and number of what was decided about, such as operation:17"
    )
    text: Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE)] = Field(
        "", description="Anywhere in it."
    )
    since: Instant = LONG_AGO
    until: Instant = FAR_AHEAD

    def filter(self) -> AuditFilter:
        """What the service looks for."""
        fields = self.model_dump(exclude={"about"}, exclude_defaults=True)
        kind, _, number = self.about.partition(":")
        return AuditFilter(**fields, about=(kind, number) if number else None)


@router.get("/audit", response=AuditPage, operation_id="search_audit", summary="Who decided what")
def index(
    request: HttpRequest, response: HttpResponse, wanted: Query[Wanted], limit: Limit = 50, before: Before = BIGGEST
) -> AuditPage:
    """Newest first, as far as the token's owner may read it. That it is read is on record."""
    token = _reader(request)
    found = look(wanted.filter(), token.owner, before=before if before != BIGGEST else None, count=limit)
    following = found.looked_to.seq if found.looked_to else found.older
    link_next(request, response, "before", following)
    return AuditPage(items=[AuditLine(**_line(row)) for row in found.rows], next=following)


@router.get(
    "/audit/export",
    response=str,
    operation_id="export_audit",
    summary="The records as a file, oldest first",
    openapi_extra={"responses": {200: {"content": FILES, "description": "the records, line by line"}}},
)
def export(
    request: HttpRequest, wanted: Query[Wanted], form: Format = "jsonl", limit: Many = 10_000, after: After = 0
) -> HttpResponse:
    """At most so many at a time: the header `Link` leads on. Taking them away is on record.

    Only the whole of it, as JSON Lines, verifies as a chain.
    """
    token, asked = _may_read(request), wanted.filter()
    _note_export(token, form, wanted) if not after else _note(request, token)
    found = readable(asked, token.owner).filter(seq__gt=after)
    edge = list(found.order_by("seq").values_list("seq", flat=True)[limit - 1 : limit + 1])
    chosen = FORMATS[form]
    lines = chosen.write(found.filter(seq__lte=edge[0]) if edge else found)
    answer = HttpResponse("".join(lines), content_type=f"{chosen.content_type}; charset=utf-8")
    link_next(request, answer, "after", edge[0] if len(edge) > 1 else None)
    return answer


@router.get("/audit/{number}", response=AuditOut, operation_id="get_audit_record", summary="One record in full")
def detail(request: HttpRequest, number: Number) -> AuditOut:
    """With what was before and after, and its place in the chain."""
    token = _reader(request)
    row = AuditRecord.objects.filter(audit_readable(token.owner), seq=number).first()
    if row is None:
        raise Http404("There is no such audit record.")
    told = ("before", "after", "previous", "hash", "body")
    return AuditOut(**_line(row), **{field: getattr(row, field) for field in told})


def _may_read(request: HttpRequest) -> ApiToken:
    token = token_of(request)
    tokens.require_unbounded(token, "read-audit")
    return token


def _reader(request: HttpRequest) -> ApiToken:
    """The token, once it is on record that its owner reads the audit by it."""
    token = _may_read(request)
    _note(request, token)
    return token


def _note(request: HttpRequest, token: ApiToken) -> None:
    address = {"address": request.get_full_path()[:LONGEST_ADDRESS]}
    audit_reads.note(SensitivePage.AUDIT, tokens.actor_of(token), address)


def _note_export(token: ApiToken, form: str, wanted: Wanted) -> None:
    whole = wanted.filter() == AuditFilter() and sees_all(token.owner, "read-audit")
    after = {"format": form, "filters": wanted.model_dump(mode="json", exclude_defaults=True), "whole": whole}
    with transaction.atomic():
        audit.record(Action.AUDIT_EXPORTED, tokens.actor_of(token), audit.Subject("audit", name=form), after=after)


def _line(row: AuditRecord) -> dict[str, Any]:
    told = ("seq", "at", "origin", "action", "subject_type", "subject_id", "reason", "request_id")
    names = {"actor": row.actor_name, "cluster": row.cluster_name, "subject": row.subject_name}
    return {**{field: getattr(row, field) for field in told}, **names, "sentence": audit.describe(row)}
