"""One id for everything that one request records, which the answer carries as well."""

import uuid
from collections.abc import Awaitable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

from console.services import audit
from console.web.headers import Next

HEADER = "X-Request-ID"
NODES = "/hooks/"
"""Nodes are told nothing that their protocol does not name: refusals have to look the same to the last byte."""


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
        told = uuid.uuid4().hex
        token = audit.request_id.set(told)
        try:
            response = self.get_response(request)
        finally:
            audit.request_id.reset(token)
        assert isinstance(response, HttpResponseBase)
        return _with_header(request, response, told)

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        told = uuid.uuid4().hex
        token = audit.request_id.set(told)
        try:
            answer = self.get_response(request)
            assert not isinstance(answer, HttpResponseBase)
            response = await answer
        finally:
            audit.request_id.reset(token)
        return _with_header(request, response, told)


def _with_header(request: HttpRequest, response: HttpResponseBase, told: str) -> HttpResponseBase:
    if not request.path.startswith(NODES):
        response.headers[HEADER] = told
    return response
