"""Maintenance: windows and what is to begin in them, made and ended."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.checks import Refusal
from console.models import Cluster, MaintenanceWindow, ScheduledMove
from console.services import access, schedules, windows
from console.services.access import visible_clusters
from console.services.clock import database_now
from console.web.access import actor_of, admitted, methods, needs, the_cluster
from console.web.attention import Told, act_with_reason
from console.web.choices import by_the_clocks_of_windows
from console.web.forms.maintenance import ScheduleForm, WindowForm


@methods("GET")
@needs("view")
@by_the_clocks_of_windows
def index(request: HttpRequest) -> HttpResponseBase:
    """Windows that are open or to come, what is to begin, and what became of what was."""
    seen = list(visible_clusters(request.user))
    context = {
        "section": "clusters",
        "tab": "maintenance",
        "windows": windows.listed(request.user),
        "scheduled": schedules.of_clusters(seen),
        "past": schedules.past(seen),
        "demanding": [cluster for cluster in seen if cluster.windows_required],
        "zone": windows.zone().key,
        "not_allowed": access.why_nowhere(request.user, "operate"),
    }
    return render(request, "maintenance/list.html", context)


@methods("GET", "POST")
@needs("operate")
@by_the_clocks_of_windows
def add(request: HttpRequest) -> HttpResponseBase:
    """Make a window of a cluster or a site."""
    actor = actor_of(request)
    assert actor.user is not None
    form = WindowForm(actor.user, request.POST if request.method == "POST" else None, request.GET.get("of", ""))
    if request.method == "POST" and form.is_valid():
        try:
            made = windows.make(form.spec(), actor)
        except Refusal as refusal:
            _add_reasons(form, refusal)
        else:
            messages.success(request, f"The window of {windows.place_of(made)} is made.")
            return redirect("maintenance")
    status = 422 if form.errors else 200
    context = {"section": "clusters", "tab": "maintenance", "form": form, "zone": windows.zone().key}
    return render(request, "maintenance/add.html", context, status=status)


@methods("POST")
@needs("operate")
def end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End a window before its time, with a reason."""
    seen = visible_clusters(request.user)
    found = MaintenanceWindow.objects.select_related("cluster", "site").filter(pk=pk).first()
    shown = found is not None and (
        seen.filter(pk=found.cluster_id).exists() if found.cluster_id else seen.filter(site=found.site_id).exists()
    )
    if found is None or not shown:
        raise Http404(f"There is no window {pk}. The page Maintenance lists those that there are.")
    before, window = found.ended_at, found

    def act(actor: Any, reason: str) -> Told:
        row = windows.end(window, actor, reason)
        if before is not None:
            return Told(f"{row.ended_by_name} had ended it already.", changed=False)
        return Told(f"The window of {windows.place_of(row)} is ended.")

    return act_with_reason(request, act, back="maintenance")


@methods("GET", "POST")
@needs("view", "cluster", post="operate")
@by_the_clocks_of_windows
def schedule(request: HttpRequest, name: str) -> HttpResponseBase:
    """Have a move of the cluster begin by itself within a window."""
    cluster = the_cluster(request, name)
    coming = windows.next_for(cluster, database_now())
    first = coming.span.start if coming else None
    form = ScheduleForm(cluster, request.POST if request.method == "POST" else None, first)
    if request.method == "POST" and form.is_valid():
        try:
            row = schedules.make(cluster, form.spec(), actor_of(request))
        except Refusal as refusal:
            _add_reasons(form, refusal)
        else:
            messages.success(request, f"The {row.kind} of {cluster.name} begins at {windows.local(row.at)}.")
            return redirect("maintenance")
    return render(
        request, "maintenance/schedule.html", _schedule(cluster, form, first), status=422 if form.errors else 200
    )


@methods("POST")
@needs("operate", "cluster")
def cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take back a scheduled move, with a reason."""
    seen = ScheduledMove.objects.filter(cluster__in=visible_clusters(request.user))
    row = seen.select_related("cluster").filter(pk=pk).first()
    if row is None:
        raise Http404(f"There is no scheduled move {pk}. The page Maintenance lists those that there are.")
    admitted(request, row.cluster)

    def act(actor: Any, reason: str) -> Told:
        schedules.cancel(row, actor, reason)
        return Told(f"The {row.kind} of {row.cluster.name} will not begin.")

    return act_with_reason(request, act, back="maintenance")


def _schedule(cluster: Cluster, form: ScheduleForm, first: datetime | None) -> dict[str, Any]:
    now = database_now()
    return {
        "section": "clusters",
        "tab": "maintenance",
        "cluster": cluster,
        "form": form,
        "open": windows.open_at(cluster, now),
        "first": first,
        "zone": windows.zone().key,
    }


def _add_reasons(form: WindowForm | ScheduleForm, refusal: Refusal) -> None:
    """Each reason beside its field, the others above the form."""
    for reason in refusal.reasons:
        name = reason.key.partition(".")[2]
        form.add_error(name if name in form.fields else None, f"{reason.text} {reason.remedy}".strip())
