"""A refusal that no page of its own shows: what was asked for cannot be, and the reasons say why and what to do."""

import structlog
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from console.domain.checks import Refusal

log = structlog.get_logger(__name__)


class RefusalMiddleware(MiddlewareMixin):
    """Shows such a refusal (409) where it would be taken for a mistake of the console."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """The page with every reason, or None for any other error."""
        if not isinstance(error, Refusal):
            return None
        log.warning("refused", path=request.path, headline=error.headline)
        return render(request, "409.html", {"refusal": error}, status=409)
