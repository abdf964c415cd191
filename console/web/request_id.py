"""One id for everything that one request records, which the answer and every line of the log carry as well."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.http import HttpRequest, HttpResponseBase
from structlog.contextvars import bound_contextvars

from console.services import audit
from console.web.both_ways import BothWays, Finish
from console.web.probe_host import PROBED

HEADER = "X-Request-ID"
NODES = "/hooks/"
"""Nodes are told nothing that their protocol does not name: refusals have to look the same to the last byte."""
OFTEN = (NODES, "/static/", *PROBED)
"""What is asked for every few seconds by machines, or beside every page, is told in the log on level DEBUG only."""

log = structlog.get_logger(__name__)


class RequestIdMiddleware(BothWays):
    """Sets `audit.request_id` while a request is answered. The id is always ours: a sent one could claim another's."""

    @contextmanager
    def around(self, request: HttpRequest) -> Iterator[Finish]:
        """The id, from before the first record of the request to after its last."""
        told, begun = uuid.uuid4().hex, time.monotonic()
        token = audit.request_id.set(told)

        def finish(response: HttpResponseBase) -> HttpResponseBase:
            with bound_contextvars(request_id=told):
                _tell(request, response, begun)
            if not request.path.startswith(NODES):
                response.headers[HEADER] = told
            return response

        try:
            with bound_contextvars(request_id=told):
                yield finish
        finally:
            audit.request_id.reset(token)


def _tell(request: HttpRequest, response: HttpResponseBase, begun: float) -> None:
    """One line for each request; never its query, in which others may have put what is secret."""
    tell = log.debug if request.path.startswith(OFTEN) else log.info
    seconds = round(time.monotonic() - begun, 3)
    tell("request", method=request.method, path=request.path, status=response.status_code, seconds=seconds)
