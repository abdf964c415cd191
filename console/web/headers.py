"""Response headers that limit what a page may load and do, whatever slipped into it."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

Next = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class SecurityHeadersMiddleware:
    """Adds the content security policy (scripts and styles from our own files only) and its like.

    Works on both sides of Django, so that a streamed live page is not pushed through a thread.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._later(request)
        response = self.get_response(request)
        assert isinstance(response, HttpResponseBase)
        return with_headers(response)

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        assert not isinstance(answer, HttpResponseBase)
        return with_headers(await answer)


def with_headers(response: HttpResponseBase) -> HttpResponseBase:
    """`response` with the headers that every answer carries."""
    response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
    response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    # Neither a proxy nor the next person at the same browser finds a page after its reader has signed out.
    response.headers.setdefault("Cache-Control", "no-store")
    return response
