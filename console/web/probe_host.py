"""Probes come to an address and not to a name: what they ask for is answered whatever host they think this is."""

from contextlib import AbstractContextManager, nullcontext

from django.conf import settings
from django.http import HttpRequest

from console.web.both_ways import BothWays, Finish, as_it_is

PROBED = ("/healthz", "/readyz", "/metrics")
"""Their answers hold no link and lead nowhere, so that a host which is not ours can do nothing with them."""


class ProbeHostMiddleware(BothWays):
    """Gives such a request the console's own name."""

    def around(self, request: HttpRequest) -> AbstractContextManager[Finish]:
        """The name before the answer; nothing after it."""
        if request.path in PROBED and settings.ALLOWED_HOSTS:
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]
        return nullcontext(as_it_is)
