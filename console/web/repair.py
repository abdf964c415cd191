"""Repairs of what a diagnosis found: asked for here, then shown and confirmed like any plan."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.checks import Refusal
from console.services import plans
from console.services.access import NotAllowed
from console.web.access import actor_of, methods, needs, the_cluster

LONGEST_SOURCE = 259
"""Characters of a path on Windows."""


@methods("POST")
@needs("operate", "cluster")
def prepare(request: HttpRequest, name: str) -> HttpResponseBase:
    """Ask for the plan of a repair, and go to its page."""
    cluster, codes = the_cluster(request, name), request.POST.getlist("code")
    try:
        if not codes and "all" not in request.POST:
            raise Refusal.of("Nothing was chosen to be repaired.", "Tick at least one finding, then press Repair.")
        source = request.POST.get("source", "")[:LONGEST_SOURCE]
        record = plans.prepare_repair(cluster, codes, source, actor_of(request))
    except Refusal as refusal:
        context = {"section": "clusters", "cluster": cluster, "refusal": refusal}
        return render(request, "plans/not_asked.html", context, status=409)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    return redirect("plan", record.pk)
