"""Pages whose readers are recorded: a decorator below the door, so that who was turned away has read nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase

from console.services import audit_reads
from console.services.audit_reads import SensitivePage
from console.web.access import actor_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
LONGEST = 500


def recorded(page: SensitivePage) -> Callable[[View[P]], View[P]]:
    """Record who reads the page, before they get it. What is sent to it is recorded by what it does."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def watched(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method == "GET":
                note_reading(request, page)
            return view(request, *args, **kwargs)

        return watched

    return decorate


def note_reading(request: HttpRequest, page: SensitivePage) -> None:
    """The same, for a view that finds out by itself whether what it shows is sensitive."""
    audit_reads.note(page, actor_of(request), {"address": request.get_full_path()[:LONGEST]})
