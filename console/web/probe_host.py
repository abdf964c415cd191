"""Probes come to an address and not to a name: what they ask for is answered whatever host they think this is."""

from collections.abc import Awaitable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from console.web.headers import Next

PROBED = ("/healthz", "/readyz", "/metrics")
"""Their answers hold no link and lead nowhere, so that a host which is not ours can do nothing with them."""


class ProbeHostMiddleware:
    """Gives such a request the console's own name. Works on both sides of Django, as the live pages need."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if request.path in PROBED and settings.ALLOWED_HOSTS:
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]
        return self.get_response(request)
