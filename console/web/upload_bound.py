"""Bounds on what may be sent to a page: Django keeps a whole body on disk before any view sees the request."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from console.services.body_bounds import API, LOG, in_words
from console.services.body_bounds import largest as largest_of_api
from console.web.hook_bodies import PREFIX, Application, Receive, Scope, Send, declared

LARGEST = LOG
"""Bytes of the largest file that a page takes."""
FORM = 1024 * 1024
"""What a form may add to it."""
FILES = ("/set-up-logs/",)
"""The pages that take a file."""
OTHERS = 4 * 1024 * 1024
"""Bytes that any other page takes: an inventory as text is the largest thing."""
GRACE = 20.0
"""Seconds that any body may take."""
PACE = 16 * 1024
"""Bytes a second that a longer one has to come at, on the average."""

TOO_LARGE = (
    "This is more than the page takes ({bound} MiB), and nothing was kept. "
    "A set-up log of any size is read on the console's host: manage.py diagnose --log FILE\n"
)
TOO_SLOW = "This came in too slowly, and nothing was kept. Send it again over a better connection.\n"


class BoundedUploads:
    """An ASGI application around another: a body that is too large (413) or too slow (408) is not taken."""

    def __init__(
        self, application: Application, *, largest: int = LARGEST + FORM, others: int = OTHERS, grace: float = GRACE
    ) -> None:
        self.application = application
        self.largest = largest
        self.others = min(others, largest)
        self.grace = grace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(PREFIX):
            await self.application(scope, receive, send)
            return
        body = _Body(receive, send, self._bound(scope["path"]), self.grace)
        if declared(scope) > body.largest:
            body.verdict = 413
        else:
            await self.application(scope, body.receive, body.send)
        if body.verdict and not body.answered:
            refuse = _refuse_program if scope["path"].startswith(API) else _refuse
            await refuse(send, body.verdict, body.largest)

    def _bound(self, path: str) -> int:
        if path.startswith(API):
            return min(largest_of_api(path), self.largest)
        return self.largest if path in FILES else self.others


class _Body:
    """One request's body on its way in; what breaks a bound looks as if the other side had gone."""

    def __init__(self, receive: Receive, send: Send, largest: int, grace: float) -> None:
        self._receive = receive
        self._send = send
        self.largest = largest
        self._grace = grace
        self._began = time.monotonic()
        self._seen = 0
        self._whole = False
        self.verdict = 0
        self.answered = False

    async def receive(self) -> Mapping[str, Any]:
        """The next message; after the body's end there is no hurry."""
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(self._left()):
                message = await self._receive()
        except TimeoutError:
            return self._broken(408)
        self._seen += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        return message if self._seen <= self.largest else self._broken(413)

    async def send(self, message: Mapping[str, Any]) -> None:
        """What the application answers; nothing, once the body was given up."""
        if not self.verdict:
            self.answered = True
            await self._send(message)

    def _left(self) -> float:
        return max(0.0, self._began + self._grace + self._seen / PACE - time.monotonic())

    def _broken(self, status: int) -> Mapping[str, Any]:
        self.verdict = self.verdict or status
        return {"type": "http.disconnect"}


async def _refuse(send: Send, status: int, largest: int) -> None:
    text = TOO_SLOW if status == 408 else TOO_LARGE.format(bound=f"{largest / 1024 / 1024:g}")
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


async def _refuse_program(send: Send, status: int, largest: int) -> None:
    """The same for a program: RFC 9457, as everything that the API refuses."""
    title, detail, remedy = "Content Too Large", "The body is too long.", f"Send no more than {in_words(largest)}."
    if status == 408:
        title, detail, remedy = "Request Timeout", "The body came in too slowly.", "Send it over a better connection."
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "remedy": remedy, "reasons": []}
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
