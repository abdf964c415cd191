"""The audit: who decided what, found by filters, read in full, taken away as CSV or JSON Lines."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from console.models import AuditRecord
from console.services import audit
from console.services.access import audit_readable, clusters_with
from console.services.audit_actions import Action
from console.services.audit_export import as_csv, as_jsonl, filtered
from console.web.access import actor_of, methods, needs
from console.web.forms.filters import AuditFilterForm
from console.web.streaming import download

PAGE = 50
FORMATS = {"csv": (as_csv, "text/csv"), "jsonl": (as_jsonl, "application/jsonl")}


@methods("GET")
@needs("read-audit")
def index(request: HttpRequest) -> HttpResponseBase:
    """The records that fit the filters, newest first."""
    form = _filter(request)
    found = filtered(form.wanted()).filter(audit_readable(request.user))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [(row, audit.describe(row)) for row in page.object_list]
    return render(request, "audit/list.html", {"section": "audit", "form": form, "page": page, "rows": rows})


@methods("GET")
@needs("read-audit")
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
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The records that fit the same filters, oldest first, streamed; taking them away is audited."""
    if form not in FORMATS:
        raise Http404(f"The audit is not exported as {form}. Take {' or '.join(FORMATS)}.")
    filters = {name: value for name, value in request.GET.items() if value}
    wanted = filtered(_filter(request).wanted()).filter(audit_readable(request.user))
    with transaction.atomic():
        subject = audit.Subject("audit", name=form)
        audit.record(Action.AUDIT_EXPORTED, actor_of(request), subject, after={"format": form, "filters": filters})
    write, content_type = FORMATS[form]
    return download(write(wanted), content_type, f"changeover-audit.{form}")


def _filter(request: HttpRequest) -> AuditFilterForm:
    return AuditFilterForm(request.GET, clusters=clusters_with(request.user, "read-audit"))


def _changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[tuple[str, Any, Any, bool]]:
    """(name, before, after, whether it differs) for everything that either side holds; what differs comes first."""
    old, new = before or {}, after or {}
    names = [*old, *(name for name in new if name not in old)]
    rows = [
        (name, old.get(name), new.get(name), name not in old or name not in new or old[name] != new[name])
        for name in names
    ]
    return sorted(rows, key=lambda row: not row[3])
