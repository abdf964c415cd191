"""Reports: how long mail was down and how often moves succeeded, per cluster and period; and one run beside another."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from console.domain.checks import Refusal
from console.domain.comparison import alone
from console.models import Operation
from console.services import report_csv, run_times
from console.services.access import visible_clusters
from console.services.report_rows import moves
from console.services.reports import report
from console.web import report_view, streaming
from console.web.access import methods, needs, the_operation
from console.web.forms.reports import ReportFilter

PAGE, MOST = 50, 100_000
"""Clusters on a page of a report, and on one that has all of them, for print."""


@methods("GET")
@needs("view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The report of a period, of one cluster or of all that one may see."""
    form = ReportFilter(request.GET, clusters=visible_clusters(request.user))
    made = report(form.clusters(), *form.period())
    in_order = sorted(made.clusters, key=lambda line: not line.rows)
    part = Paginator(in_order, MOST if "all" in request.GET else PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "operations",
        "form": form,
        "report": made,
        "figures": report_view.figures(made.tally),
        "part": part,
        "outages": report_view.outages(made),
        "endings": report_view.endings(made),
    }
    return render(request, "reports/index.html", context)


@methods("GET")
@needs("view")
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """The moves of the same report, as a file."""
    form = ReportFilter(request.GET, clusters=visible_clusters(request.user))
    since, until = form.period()
    found = moves(form.clusters(), since, until)
    return streaming.download(report_csv.as_csv(found), "text/csv", f"moves-{since:%F}-{until:%F}.csv")


@methods("GET")
@needs("view", "cluster")
def comparison(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where the time of an operation went, step by step, beside a good run of before."""
    operation = the_operation(request, pk)
    if operation.kind not in run_times.MOVES or operation.started_at is None:
        raise Http404(f"Operation {pk} moved nothing that could be timed. Its page says what it did.")
    good = run_times.good_runs(operation)
    before = _chosen(request, good)
    words = f"operation {before.pk}" if before else ""
    context = {"section": "operations", "operation": operation, "good": good, "before": before, "before_words": words}
    return render(request, "reports/comparison.html", context | _arranged(operation, before))


def _chosen(request: HttpRequest, good: list[Operation]) -> Operation | None:
    """The good run that the address asks for, or the last one."""
    wanted = request.GET.get("with", "")
    return next((one for one in good if str(one.pk) == wanted), next(iter(good), None))


def _arranged(operation: Operation, before: Operation | None) -> dict[str, Any]:
    try:
        run = run_times.run_of(operation)
    except Refusal as changed:
        return {"refusal": changed}
    found = run_times.compared(operation, before) if before is not None else None
    rows = found.rows if found else alone(run)
    return {
        "times": run.times,
        "outage": run_times.outage_of(operation),
        "outage_before": run_times.outage_of(before) if before is not None else None,
        "compared": found,
        "rows": [row for row in rows if row.now is not None or row.before is not None],
        "plot": report_view.steps(rows),
    }
