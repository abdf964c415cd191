"""Pages whose readers are recorded, when they are shown: who was turned away, or found nothing, has read nothing."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase

from console.services import audit_reads
from console.services.audit_reads import SensitivePage
from console.web.access import actor_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
LONGEST = 500


def recorded(page: SensitivePage) -> Callable[[View[P]], View[P]]:
    """Record who reads the page, before it is sent to them."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def watched(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return shown(request, view(request, *args, **kwargs), page)

        return watched

    return decorate


def shown(request: HttpRequest, response: HttpResponseBase, page: SensitivePage) -> HttpResponseBase:
    """`response`, once it is on record that it was read. What is sent to a page is recorded by what it does."""
    if request.method == "GET" and response.status_code == HTTPStatus.OK:
        audit_reads.note(page, actor_of(request), {"address": request.get_full_path()[:LONGEST]})
    return response
