"""Response headers that limit what a page may load and do, whatever slipped into it."""

from contextlib import AbstractContextManager, nullcontext

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from console.web.both_ways import BothWays, Finish

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class SecurityHeadersMiddleware(BothWays):
    """Adds the content security policy (scripts and styles from our own files only) and its like."""

    def around(self, request: HttpRequest) -> AbstractContextManager[Finish]:
        """Nothing before the answer; the headers after it."""
        return nullcontext(with_headers)


def with_headers(response: HttpResponseBase) -> HttpResponseBase:
    """`response` with the headers that every answer carries."""
    response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
    response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    # Neither a proxy nor the next person at the same browser finds a page after its reader has signed out.
    response.headers.setdefault("Cache-Control", "no-store")
    return response
