"""Drills: begun, followed, sent back and ended; and their reports."""

from collections.abc import Callable

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.checks import Refusal
from console.models import Drill
from console.services import drill_report, drills, drills_followed, reasons
from console.services.access import visible_clusters
from console.web.access import actor_of, admitted, methods, needs, the_cluster
from console.web.forms.reports import DrillForm

PAGE = 50
EARLIER = 5
"""How many drills before it the report holds it against."""


@methods("GET")
@needs("view")
def index(request: HttpRequest) -> HttpResponseBase:
    """Every drill of the clusters that one may see, newest first."""
    seen = Drill.objects.filter(cluster__in=visible_clusters(request.user)).select_related("cluster", "there", "back")
    page = Paginator(seen, PAGE).get_page(request.GET.get("page"))
    return render(request, "drills/list.html", {"section": "operations", "page": page, "drills": page.object_list})


@methods("GET", "POST")
@needs("view", "cluster", post="operate")
def begin(request: HttpRequest, name: str) -> HttpResponseBase:
    """What a drill does and what it is begun with; sent, it leads to the plan of the way there."""
    cluster = the_cluster(request, name)
    asked = reasons.asked(cluster, drills.THERE)
    form = DrillForm(request.POST or None, asked=asked)
    refusal, status = drills.why_not(cluster), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            ticket = said.get("ticket", "")
            try:
                made = drills.begin(cluster, actor_of(request), said["reason"], ticket=ticket, rest=form.rest())
                return redirect("plan", made.there_plan_id)
            except Refusal as found:
                refusal, status = found, 409
    context = {"section": "clusters", "cluster": cluster, "form": form, "refusal": refusal}
    return render(request, "drills/begin.html", context, status=status)


@methods("GET")
@needs("view", "cluster")
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How the drill stands, and in the end its report."""
    return _page(request, _the_drill(request, pk))


@methods("POST")
@needs("operate", "cluster")
def plan_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Have the next move planned, and go to the plan, which is confirmed like any other."""
    drill = _the_drill(request, pk)

    def act() -> HttpResponseBase:
        row = drills.plan_again(drill, actor_of(request))
        plan = row.back_plan if row.state == Drill.State.BACK else row.there_plan
        return redirect("plan", plan.pk if plan else 0)

    return _or_why(request, drill, act)


@methods("POST")
@needs("operate", "cluster")
def end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End it where it is."""
    drill, reason = _the_drill(request, pk), request.POST.get("reason", "")[:1000]
    return _or_why(request, drill, lambda: redirect("drill", drills.end(drill, actor_of(request), reason).pk))


def _or_why(request: HttpRequest, drill: Drill, act: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    try:
        return act()
    except Refusal as refusal:
        return _page(request, drill, refusal)


def _the_drill(request: HttpRequest, pk: int) -> Drill:
    seen = Drill.objects.filter(cluster__in=visible_clusters(request.user)).select_related("cluster")
    found = seen.filter(pk=pk).first()
    if found is None:
        raise Http404(f"There is no drill {pk}. The page of drills lists those that you may see.")
    admitted(request, found.cluster)
    return found


def _page(request: HttpRequest, drill: Drill, refusal: Refusal | None = None) -> HttpResponseBase:
    row = drills_followed.read(drill.pk)
    context = {
        "section": "operations",
        "drill": row,
        "cluster": row.cluster,
        "refusal": refusal,
        "ways": drill_report.ways(row),
        "earlier": _earlier(row),
    }
    return render(request, "drills/detail.html", context, status=409 if refusal else 200)


def _earlier(row: Drill) -> list[Drill]:
    """The drills of the same cluster before it, to be held against it."""
    of = Drill.objects.filter(cluster_id=row.cluster_id, pk__lt=row.pk).select_related("there", "back")
    return list(of[:EARLIER])
