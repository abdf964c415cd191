"""One id for everything that one request records, which the answer and every line of the log carry as well."""

import time
import uuid
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from structlog.contextvars import bound_contextvars

from console.services import audit
from console.web.headers import Next
from console.web.probe_host import PROBED

HEADER = "X-Request-ID"
NODES = "/hooks/"
"""Nodes are told nothing that their protocol does not name: refusals have to look the same to the last byte."""
OFTEN = (NODES, "/static/", *PROBED)
"""What is asked for every few seconds by machines, or beside every page, is told in the log on level DEBUG only."""

log = structlog.get_logger(__name__)


class RequestIdMiddleware:
    """Sets `audit.request_id` while a request is answered. The id is always ours: a sent one could claim another's."""

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
        with _known_as() as told:
            begun = time.monotonic()
            response = self.get_response(request)
            assert isinstance(response, HttpResponseBase)
            _tell(request, response, begun)
        return _with_header(request, response, told)

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        with _known_as() as told:
            begun = time.monotonic()
            answer = self.get_response(request)
            assert not isinstance(answer, HttpResponseBase)
            response = await answer
            _tell(request, response, begun)
        return _with_header(request, response, told)


@contextmanager
def _known_as() -> Iterator[str]:
    told = uuid.uuid4().hex
    token = audit.request_id.set(told)
    try:
        with bound_contextvars(request_id=told):
            yield told
    finally:
        audit.request_id.reset(token)


def _tell(request: HttpRequest, response: HttpResponseBase, begun: float) -> None:
    """One line for each request; never its query, in which others may have put what is secret."""
    tell = log.debug if request.path.startswith(OFTEN) else log.info
    seconds = round(time.monotonic() - begun, 3)
    tell("request", method=request.method, path=request.path, status=response.status_code, seconds=seconds)


def _with_header(request: HttpRequest, response: HttpResponseBase, told: str) -> HttpResponseBase:
    if not request.path.startswith(NODES):
        response.headers[HEADER] = told
    return response
