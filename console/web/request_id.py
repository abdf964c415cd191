"""One id for everything that one request records, which the answer carries as well."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponseBase

from console.services import audit
from console.web.both_ways import BothWays, Finish

HEADER = "X-Request-ID"
NODES = "/hooks/"
"""Nodes are told nothing that their protocol does not name: refusals have to look the same to the last byte."""


class RequestIdMiddleware(BothWays):
    """Sets `audit.request_id` while a request is answered. The id is always ours: a sent one could claim another's."""

    @contextmanager
    def around(self, request: HttpRequest) -> Iterator[Finish]:
        """The id, from before the first record of the request to after its last."""
        told = uuid.uuid4().hex
        token = audit.request_id.set(told)

        def finish(response: HttpResponseBase) -> HttpResponseBase:
            if not request.path.startswith(NODES):
                response.headers[HEADER] = told
            return response

        try:
            yield finish
        finally:
            audit.request_id.reset(token)
