"""An operation as it happens: a stream of events, and the same by asking, each from a line's number on."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
    StreamingHttpResponse,
)

from console.models import Operation
from console.services import sessions
from console.services.access import Account, visible_clusters, why_nowhere
from console.web import journal
from console.web.access import Door, declares, methods, needs, no_operation, the_operation
from console.web.watch import read, watch

BEAT = 10.0
"""Seconds after which a silent stream says that it is alive."""
ASK_AGAIN = 10.0
"""Seconds after which it is asked again whether who follows may still see it."""
LINGER = 30.0
"""Seconds that a stream stays after the ending, for notes that come later."""


@methods("GET")
@needs("view", "cluster")
def lines(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines after `?after=`, or from `?from=` to `?to=`, at most `journal.BATCH`, and whether there may be more."""
    operation, query = the_operation(request, pk), request.GET
    if "from" in query:
        found = journal.between(operation.pk, _place(query.get("from")), _place(query.get("to")))
    else:
        found = journal.after(operation.pk, _place(query.get("after")))
    return JsonResponse(
        {
            "lines": [journal.as_json(line) for line in found],
            "more": len(found) == journal.BATCH,
            "open": operation.status not in Operation.ENDED,
            "status": operation.status,
        }
    )


@declares(Door("view", "cluster", ("GET",)))
async def events(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines after `Last-Event-ID` (or `?after=`) as server-sent events, each batch with its last number as id."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"], "The stream is only read: GET it.", content_type="text/plain")
    user = await request.auser()
    await read(_admit, user, pk)
    place = _place(request.headers.get("Last-Event-ID") or request.GET.get("after"))
    headers = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
    viewer = Viewer(user.pk or 0, request.session.session_key or "")
    return StreamingHttpResponse(stream(pk, place, viewer), content_type="text/event-stream", headers=headers)


@dataclass(frozen=True)
class Viewer:
    """Who follows, and in which session."""

    user: int
    session: str


async def stream(pk: int, place: int, viewer: Viewer | None = None) -> AsyncIterator[str]:
    """Every line of the operation after `place`, once and in order; ends some time after the operation has.

    It breaks off, within `ASK_AGAIN` seconds, when `viewer` may not see the operation any more, or the session was
    ended: then nothing says that the operation is over, and who asks again is told why nothing comes.
    """
    yield "retry: 2000\n\n"
    eyes, seen = watch(), None
    ended: float | None = None
    asked = time.monotonic()
    eyes.join(pk)
    try:
        while ended is None or time.monotonic() - ended < LINGER:
            head = await eyes.changed(pk, seen, BEAT)
            if viewer is not None and time.monotonic() - asked >= ASK_AGAIN:
                if not await read(_may_still, viewer, pk):
                    return
                asked = time.monotonic()
            while head is not None and place < head.last_seq:
                found, place = await eyes.lines(pk, place)
                if not found:
                    break
                yield _event("lines", f"[{','.join(found)}]", place)
            if head == seen:
                yield _event("beat", "{}")
            elif head is not None and not head.stands_like(seen):
                yield _event("state", json.dumps({"status": head.status}))
            if ended is None and head is not None and not head.open:
                ended = time.monotonic()
            seen = head
        yield _event("over", "{}")
    finally:
        eyes.leave(pk)


def _admit(user: Account, pk: int) -> Operation:
    if (reason := why_nowhere(user, "view")) is not None:
        raise PermissionDenied(reason)
    found = Operation.objects.filter(pk=pk, cluster__in=visible_clusters(user)).first()
    if found is None:
        raise Http404(no_operation(pk))
    return found


def _may_still(viewer: Viewer, pk: int) -> bool:
    """Whether the account, as it is now, may see the operation, and the session lasts."""
    if not sessions.lasts(viewer.session):
        return False
    user = User.objects.filter(pk=viewer.user).first()
    return Operation.objects.filter(pk=pk, cluster__in=visible_clusters(user)).exists()


def _place(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 16 else 0


def _event(name: str, data: str, place: int | None = None) -> str:
    """An event as the specification of server-sent events writes it; JSON has no line breaks of its own."""
    number = f"id: {place}\n" if place is not None else ""
    return f"event: {name}\n{number}data: {data}\n\n"
