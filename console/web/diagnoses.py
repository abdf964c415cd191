"""The diagnoses of a cluster: asked for, followed, read, compared; and what findings mean."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.checks import Refusal
from console.domain.findings import Diagnosis
from console.domain.planner.diagnosis import KIND
from console.domain.repair.event_sources import mendable, reg_file
from console.models import Cluster, DiagnosisRecord, Operation, SetupLogRecord
from console.services import diagnosing, findings
from console.web.access import actor_of, methods, needs, the_cluster, the_operation
from console.web.diagnosis_view import TONES, shown

RECENT = 20


@methods("GET")
@needs("view", "cluster")
def index(request: HttpRequest, name: str) -> HttpResponseBase:
    """What was diagnosed on a cluster, the latest first, and the button that has it looked at."""
    return _list(request, the_cluster(request, name))


@methods("POST")
@needs("operate", "cluster")
def ask(request: HttpRequest, name: str) -> HttpResponseBase:
    """Have a worker look, and go to the page that shows what it finds."""
    cluster = the_cluster(request, name)
    try:
        operation = diagnosing.ask(cluster, actor_of(request), request.POST.get("reason", "")[:1000])
    except Refusal as refusal:
        return _list(request, cluster, refusal=refusal, status=409)
    return redirect("diagnosis", operation.pk)


@methods("GET")
@needs("view", "cluster")
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One diagnosis: under way, failed, or what it found."""
    operation = the_diagnosis(request, pk)
    record = DiagnosisRecord.objects.filter(operation=operation).select_related("cluster", "operation").first()
    context = {
        "section": "clusters",
        "operation": operation,
        "cluster": operation.cluster,
        "shown": shown(record) if record else None,
        "latest": diagnosing.latest(operation.cluster),
        "under_way": diagnosing.under_way(operation.cluster),
    }
    return render(request, "diagnoses/detail.html", context)


@methods("GET")
@needs("view", "cluster")
def event_sources(request: HttpRequest, pk: int, node: str) -> HttpResponseBase:
    """The event sources that a diagnosis found wrong on one node, as a .reg file to import there."""
    record = DiagnosisRecord.objects.filter(operation=the_diagnosis(request, pk)).first()
    found = Diagnosis.from_json(record.body).findings if record else ()
    here = [one for one in mendable(found) if one.node.casefold() == node.casefold()]
    if not here:
        raise Http404(f"Diagnosis {pk} found no event source of {node} for a .reg file. Its page says what it found.")
    headers = {"Content-Disposition": f'attachment; filename="event-sources-{here[0].node}.reg"'}
    return HttpResponse(reg_file(here), content_type="application/octet-stream", headers=headers)


@methods("GET")
@needs("view")
def meanings(request: HttpRequest) -> HttpResponseBase:
    """Every kind of finding, by what it is about."""
    context = {"section": "clusters", "areas": findings.areas()}
    return render(request, "diagnoses/findings.html", context)


@methods("GET")
@needs("view")
def meaning(request: HttpRequest, code: str) -> HttpResponseBase:
    """What one kind of finding means, and what to do about it."""
    kind = findings.kinds().get(code)
    if kind is None:
        raise Http404(f"There is no finding {code}. The page of findings lists all of them.")
    area = next(area for area in findings.areas() if kind in area.findings)
    context = {"section": "clusters", "kind": kind, "area": area, "tone": TONES[kind.severity]}
    return render(request, "diagnoses/finding.html", context)


def the_diagnosis(request: HttpRequest, pk: int) -> Operation:
    """The diagnosis of that operation's number. Raises `Http404` with what to do."""
    operation = the_operation(request, pk)
    if operation.kind != KIND:
        raise Http404(f"Operation {pk} is no diagnosis but a {operation.kind}. Its own page is under operations.")
    return operation


def _list(request: HttpRequest, cluster: Cluster, status: int = 200, **more: Any) -> HttpResponseBase:
    asked = Operation.objects.filter(cluster=cluster, kind=KIND).select_related("diagnosis")[:RECENT]
    context = {
        "section": "clusters",
        "cluster": cluster,
        "why_not": diagnosing.why_not(cluster),
        "under_way": diagnosing.under_way(cluster),
        "asked": asked,
        "logs": SetupLogRecord.objects.filter(cluster=cluster)[:RECENT],
    }
    return render(request, "diagnoses/list.html", context | more, status=status)
