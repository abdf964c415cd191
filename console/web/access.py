"""The door of every page: which methods it takes, which right it needs, and what it is about."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from console.models import AuditRecord, Cluster, Operation, PlanRecord
from console.services.access import Right, require, why_not
from console.services.audit import Actor

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def methods(*allowed: str) -> Callable[[View[P]], View[P]]:
    """Only these methods reach the view; any other gets the page that says so (405)."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method in allowed:
                return view(request, *args, **kwargs)
            response = render(request, "405.html", {"method": request.method, "allowed": allowed}, status=405)
            response["Allow"] = ", ".join(allowed)
            return response

        return guarded

    return decorate


def needs(right: Right) -> Callable[[View[P]], View[P]]:
    """Only who holds the right reaches the view; others get the page that names it and who can grant it (403)."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if (reason := why_not(request.user, right)) is not None:
                raise PermissionDenied(reason)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def actor_of(request: HttpRequest) -> Actor:
    """Who decides: the signed-in person, from a page."""
    return Actor.of(require(request.user, "view"), AuditRecord.Origin.PAGE)


def the_cluster(name: str) -> Cluster:
    """The cluster of that name, whatever its case. Raises `Http404` with what to do."""
    found = Cluster.objects.select_related("site", "directory", "observation").filter(name__iexact=name).first()
    if found is None:
        raise Http404(f"There is no cluster called {name}. The clusters page lists those that are in the inventory.")
    return found


def the_plan(pk: int) -> PlanRecord:
    """The plan of that number. Raises `Http404` with what to do."""
    found = PlanRecord.objects.select_related("cluster", "created_by").filter(pk=pk).first()
    if found is None:
        raise Http404(f"There is no plan {pk}. Open the cluster and make a new plan.")
    return found


def the_operation(pk: int) -> Operation:
    """The operation of that number. Raises `Http404` with what to do."""
    found = Operation.objects.select_related("cluster", "plan").filter(pk=pk).first()
    if found is None:
        raise Http404(f"There is no operation {pk}. The operations page lists all of them.")
    return found
