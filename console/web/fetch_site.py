"""What another site may make a browser ask of the console: to open a page by a link, and nothing else.

Browsers say in `Sec-Fetch-*` who asks (W3C, Fetch Metadata Request Headers), over HTTPS and to loopback. Without it the
form's token and the check of `Origin` stand alone; a program that is no browser sends none of it.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import REASON_BAD_ORIGIN
from django.utils.deprecation import MiddlewareMixin
from django.views.csrf import csrf_failure

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
OURS = ("", "same-origin", "none")
"""No header, a page of our own, or a person who typed an address or opened a bookmark."""


class FetchSiteMiddleware(MiddlewareMixin):
    """Refuses, before its view runs, what a page of another site sent or wants to embed."""

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> HttpResponseBase | None:
        """The page that says so (403), or None."""
        if request.headers.get("Sec-Fetch-Site", "") in OURS or _is_link(request):
            return None
        return csrf_failure(request, reason=REASON_BAD_ORIGIN % request.headers.get("Sec-Fetch-Site"))


def _is_link(request: HttpRequest) -> bool:
    """Whether a whole page is opened, in a tab of its own: the way from a mail or a wiki to an operation."""
    mode, place = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    return request.method in SAFE and mode == "navigate" and place == "document"
