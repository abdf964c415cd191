"""An operation as it happens: a stream of events, and the same by asking, each from a line's number on."""

import json
import time
from collections.abc import AsyncIterator

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, JsonResponse, StreamingHttpResponse

from console.models import Operation
from console.services.access import Account, why_not
from console.web import journal
from console.web.access import methods, needs, the_operation
from console.web.watch import read, watch

BEAT = 10.0
"""Seconds after which a silent stream says that it is alive."""
LINGER = 30.0
"""Seconds that a stream stays after the ending, for notes that come later."""


@methods("GET")
@needs("view")
def lines(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines after `?after=`, and whether there may be more."""
    operation = the_operation(pk)
    found = journal.after(operation.pk, _place(request.GET.get("after")))
    return JsonResponse(
        {
            "lines": [journal.as_json(line) for line in found],
            "more": len(found) == journal.BATCH,
            "open": operation.status not in Operation.ENDED,
            "status": operation.status,
        }
    )


async def events(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines after `Last-Event-ID` (or `?after=`) as server-sent events, each batch with its last number as id."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"], "The stream is only read: GET it.", content_type="text/plain")
    await read(_admit, await request.auser(), pk)
    place = _place(request.headers.get("Last-Event-ID") or request.GET.get("after"))
    headers = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(stream(pk, place), content_type="text/event-stream", headers=headers)


async def stream(pk: int, place: int) -> AsyncIterator[str]:
    """Every line of the operation after `place`, once and in order; ends some time after the operation has."""
    yield "retry: 2000\n\n"
    eyes, seen = watch(), None
    ended: float | None = None
    eyes.join(pk)
    try:
        while ended is None or time.monotonic() - ended < LINGER:
            head = await eyes.changed(pk, seen, BEAT)
            while head is not None and place < head.last_seq and (found := await read(journal.after, pk, place)):
                place = found[-1].seq
                yield _event("lines", [journal.as_json(line) for line in found], place)
            yield _event("beat", {}) if head == seen else _event("state", {"status": head.status if head else ""})
            if ended is None and head is not None and not head.open:
                ended = time.monotonic()
            seen = head
        yield _event("over", {})
    finally:
        eyes.leave(pk)


def _admit(user: Account, pk: int) -> Operation:
    if (reason := why_not(user, "view")) is not None:
        raise PermissionDenied(reason)
    return the_operation(pk)


def _place(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 16 else 0


def _event(name: str, data: object, place: int | None = None) -> str:
    """An event as the specification of server-sent events writes it; JSON has no line breaks of its own."""
    number = f"id: {place}\n" if place is not None else ""
    return f"event: {name}\n{number}data: {json.dumps(data, ensure_ascii=False)}\n\n"
