"""The door of every page: which methods it takes, which right it needs, and what it is about.

A door is declared by decorators at its view, and can be read from it (`door_of`): a test walks all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from console.models import AuditRecord, Cluster, Operation, PlanRecord
from console.services.access import (
    ANY_KIND,
    NotAllowed,
    Right,
    require_somewhere,
    visible_clusters,
    why_not,
    why_nowhere,
)
from console.services.audit import Actor
from console.web.overview_rows import ROWS

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
Where = Literal["cluster", "somewhere", "everything"]
ALL_METHODS = ("GET", "POST")


@dataclass(frozen=True)
class Door:
    """Who comes through: anyone, whoever is signed in (no right), or who holds the right there."""

    right: Right | None = None
    where: Where = "somewhere"
    """With `cluster` the address names something of one; who may not see that one finds nothing there (404)."""
    methods: tuple[str, ...] = ALL_METHODS
    anyone: bool = False
    """Whether it stands open to who is not signed in."""
    post: Right | None = None
    """The right for what is sent, where it is another one."""


def door_of(view: Callable[..., Any]) -> Door | None:
    """The door of a view; None for one that declares none."""
    found = getattr(view, "door", None)
    return found if isinstance(found, Door) else None


def methods(*allowed: str) -> Callable[[View[P]], View[P]]:
    """Only these methods reach the view; any other gets the page that says so (405)."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method in allowed or (request.method == "HEAD" and "GET" in allowed):
                response = view(request, *args, **kwargs)
                if request.method == "POST":
                    ROWS.due()  # whoever sent this is about to look at what became of it
                return response
            response = render(request, "405.html", {"method": request.method, "allowed": allowed}, status=405)
            response["Allow"] = ", ".join(allowed)
            return response

        return _with_door(guarded, replace(door_of(view) or Door(), methods=allowed))

    return decorate


def needs(right: Right, where: Where = "somewhere", *, post: Right | None = None) -> Callable[[View[P]], View[P]]:
    """Only who holds the right there reaches the view; others get the page that says who can grant it (403).

    Where a form takes more than looking does, `post` is the right that it takes.

    With `cluster` the door lets through who holds it on any cluster, and what the address names is held against
    it where it is looked up, by the functions below: no view can forget.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            asked = post if post and request.method == "POST" else right
            request.needed_right = asked  # type: ignore[attr-defined]
            reason = _why_turned_away(request, asked, where)
            if reason is not None:
                raise PermissionDenied(reason)
            try:
                return view(request, *args, **kwargs)
            except NotAllowed as error:  # by the service that knows of which kind it is
                raise PermissionDenied(error.message) from error

        return _with_door(guarded, replace(door_of(view) or Door(), right=right, where=where, post=post))

    return decorate


def declares(door: Door) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the door of a view that these decorators cannot wrap, because it is asynchronous: it asks by itself."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        view.door = door  # type: ignore[attr-defined]
        return view

    return decorate


def signed_in(view: View[P]) -> View[P]:
    """Declare that whoever is signed in may come through: it is about nothing but themselves."""
    return _with_door(view, door_of(view) or Door())


def anyone(view: View[P]) -> View[P]:
    """Let those through who are not signed in, and declare it."""
    opened: View[P] = login_not_required(view)
    return _with_door(opened, replace(door_of(view) or Door(), anyone=True))


def actor_of(request: HttpRequest) -> Actor:
    """Who decides: the signed-in person, from a page."""
    return Actor.of(require_somewhere(request.user, "view"), AuditRecord.Origin.PAGE)


def the_cluster(request: HttpRequest, name: str) -> Cluster:
    """The cluster of that name, whatever its case, if this person may see it.

    Raises `Http404` with what to do, and `PermissionDenied` without the right that the door of the view names.
    """
    seen = visible_clusters(request.user).select_related("site", "directory", "observation")
    found = seen.filter(name__iexact=name).first()
    if found is None:
        raise Http404(f"There is no cluster called {name}. The clusters page lists those that you may see.")
    return admitted(request, found)


def the_plan(request: HttpRequest, pk: int) -> PlanRecord:
    """The plan of that number, under the same rules."""
    seen = PlanRecord.objects.filter(cluster__in=visible_clusters(request.user))
    found = seen.select_related("cluster", "created_by").filter(pk=pk).first()
    if found is None:
        raise Http404(f"There is no plan {pk}. Open the cluster and make a new plan.")
    admitted(request, found.cluster)
    return found


def the_operation(request: HttpRequest, pk: int) -> Operation:
    """The operation of that number, under the same rules."""
    seen = Operation.objects.filter(cluster__in=visible_clusters(request.user))
    found = seen.select_related("cluster", "plan").filter(pk=pk).first()
    if found is None:
        raise Http404(no_operation(pk))
    admitted(request, found.cluster)
    return found


def no_operation(pk: int) -> str:
    """What is said of an operation that is not there, and of one that this person may not see."""
    return f"There is no operation {pk}. The operations page lists those that you may see."


def admitted(request: HttpRequest, cluster: Cluster) -> Cluster:
    """`cluster`, on which this person holds the right that the door names, for some kind. Raises `PermissionDenied`.

    For which kind is asked by the service that acts.
    """
    right: Right = getattr(request, "needed_right", "view")
    if (reason := why_not(request.user, right, cluster, ANY_KIND)) is not None:
        raise PermissionDenied(reason)
    return cluster


def _why_turned_away(request: HttpRequest, right: Right, where: Where) -> str | None:
    """Why the door stays shut, before it is known what the address names.

    Who sees anything is let on to a door about a cluster: whether that one is there is answered before what may be
    done with it.
    """
    if where == "everything":
        return why_not(request.user, right)
    return why_nowhere(request.user, "view" if where == "cluster" else right)


def _with_door(view: View[P], door: Door) -> View[P]:
    view.door = door  # type: ignore[attr-defined]
    return view
