"""Writing only to what was read, and reading only what has changed (RFC 9110, section 13)."""

import hashlib
from http import HTTPStatus
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from ninja import Header

IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=200,
        pattern=r"^[\x20-\x7e]*$",
        description="The ETag of what was read, so that nothing is written over unseen; * for whatever stands there.",
    ),
]
IfNoneMatch = Annotated[
    str, Header(alias="If-None-Match", pattern=r"^(\*|)$", description="* to add it, and only if there is none.")
]


class NotConditional(Exception):
    """A write that does not say what it was made from."""


class NotTheSame(Exception):
    """A write to what has changed since it was read."""


def etag_of(text: str) -> str:
    """The ETag of what `text` says."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What a GET is answered, with its ETag; 304 without it for a program that has it already."""
    if request.method != "GET" or response.status_code != HTTPStatus.OK or response.streaming:
        return response
    if "ETag" not in response:
        response["ETag"] = etag_of(response.content.decode("utf-8", "surrogateescape"))
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    assert isinstance(answer, HttpResponse)
    return answer


def require_match(given: str, etag: str, *, unwanted: str = "") -> None:
    """Raise `NotConditional` where nothing is `given`, and `NotTheSame` unless that stands for `etag`.

    `unwanted` is what `If-None-Match` says: `*` wants that there is none.
    """
    if unwanted:
        raise NotTheSame
    if not given:
        raise NotConditional
    if given != "*" and etag not in {one.strip() for one in given.split(",")}:
        raise NotTheSame
