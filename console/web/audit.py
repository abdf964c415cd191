"""The audit: who decided what, found by filters, read in full, taken away as CSV, JSON Lines or syslog lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from console.models import AuditRecord
from console.services import audit, audit_filters
from console.services.access import audit_readable, sees_all
from console.services.audit_actions import Action
from console.services.audit_export import FORMATS
from console.services.audit_reads import SensitivePage
from console.services.audit_search import TEXT_AT_ONCE, AuditFilter, look, readable
from console.web.access import actor_of, methods, needs
from console.web.audit_filters import address_of
from console.web.forms.audit import AuditFilterForm
from console.web.reading import recorded
from console.web.streaming import download

PAGE = 50
MOST_OF_REQUEST = 500
Row = tuple[AuditRecord, str]


@dataclass(frozen=True)
class Group:
    """Records that follow each other and were made by one request; one that is alone is a group too."""

    request_id: str
    rows: list[Row]


@methods("GET")
@needs("read-audit")
@recorded(SensitivePage.AUDIT)
def index(request: HttpRequest) -> HttpResponseBase:
    """The records that fit the filters, newest first, a page at a time."""
    form = filter_of(request)
    before, after = _number(request, "before"), _number(request, "after")
    found = look(form.wanted(), request.user, before=before, after=after, count=PAGE)
    if after is not None and found.newer is None:
        query = request.GET.copy()
        del query["after"]
        return redirect(f"{reverse('audit')}?{query.urlencode()}" if query else "audit")
    filled = form.filled_in()
    context = {
        "section": "audit",
        "form": form,
        "filled": filled,
        "whole": is_whole(form.wanted(), request),
        "found": found,
        "groups": grouped(found.rows),
        "at_once": TEXT_AT_ONCE,
        "formats": FORMATS,
        "placed": before is not None or after is not None,
        **_saved(request, filled),
    }
    return render(request, "audit/list.html", context)


@methods("GET")
@needs("read-audit")
@recorded(SensitivePage.AUDIT)
def detail(request: HttpRequest, seq: int) -> HttpResponseBase:
    """One record with everything it says."""
    row = AuditRecord.objects.filter(audit_readable(request.user), seq=seq).first()
    if row is None:
        raise Http404(f"There is no audit record {seq}. The audit page lists those there are.")
    changes = _changes(row.before, row.after)
    context = {"section": "audit", "row": row, "sentence": audit.describe(row), "changes": changes}
    return render(request, "audit/detail.html", context)


@methods("GET")
@needs("read-audit")
@recorded(SensitivePage.AUDIT)
def of_request(request: HttpRequest, request_id: str) -> HttpResponseBase:
    """Everything that one request, or one command, recorded, in the order in which it did."""
    found = readable(AuditFilter(request=request_id), request.user).order_by("at", "seq")[: MOST_OF_REQUEST + 1]
    rows = [(row, audit.describe(row)) for row in found]
    if not rows:
        raise Http404("No record that you may read is of that request. The audit page lists those there are.")
    context = {"section": "audit", "request_id": request_id, "rows": rows[:MOST_OF_REQUEST], "most": MOST_OF_REQUEST}
    return render(request, "audit/request.html", {**context, "more": len(rows) > MOST_OF_REQUEST})


@methods("GET")
@needs("read-audit")
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The records that fit the same filters, oldest first, streamed; taking them away is audited.

    The name of the file says whether it is the whole audit: only that verifies as a chain.
    """
    if form not in FORMATS:
        raise Http404(f"The audit is not exported as {form}. Take {', '.join(FORMATS)}.")
    said = filter_of(request)
    wanted = said.wanted()
    whole = is_whole(wanted, request)
    after = {"format": form, "filters": said.filled_in(), "whole": whole}
    with transaction.atomic():
        audit.record(Action.AUDIT_EXPORTED, actor_of(request), audit.Subject("audit", name=form), after=after)
    chosen = FORMATS[form]
    name = f"changeover-audit{'' if whole else '-part'}.{chosen.suffix}"
    return download(chosen.write(readable(wanted, request.user)), chosen.content_type, name)


def filter_of(request: HttpRequest) -> AuditFilterForm:
    """The filter that the address names."""
    return AuditFilterForm(request.GET)


def is_whole(wanted: AuditFilter, request: HttpRequest) -> bool:
    """Whether nothing is left out, neither by a filter nor because this person may not read it."""
    return wanted == AuditFilter() and sees_all(request.user, "read-audit")


def grouped(rows: Sequence[AuditRecord]) -> list[Group]:
    """The rows, those next to each other that one request recorded taken together."""
    together = groupby(rows, key=lambda row: row.request_id or row.seq)
    found = [[(row, audit.describe(row)) for row in some] for _, some in together]
    return [Group(rows[0][0].request_id, rows) for rows in found]


def _saved(request: HttpRequest, filled: dict[str, str]) -> dict[str, Any]:
    assert isinstance(request.user, User)
    kept = audit_filters.shown_to(request.user)
    return {
        "kept": [(row, address_of(row.fields), row.fields == filled) for row in kept],
        "known": any(row.fields == filled for row in kept),
        "may_share": audit_filters.may_share(request.user),
    }


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[tuple[str, Any, Any, bool]]:
    """(name, before, after, whether it differs) for everything that either side holds; what differs comes first."""
    old, new = before or {}, after or {}
    names = [*old, *(name for name in new if name not in old)]
    rows = [
        (name, old.get(name), new.get(name), name not in old or name not in new or old[name] != new[name])
        for name in names
    ]
    return sorted(rows, key=lambda row: not row[3])
