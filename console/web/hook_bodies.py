"""Bodies of the webhook, read with a bound in bytes and in seconds before Django sees the request.

Django reads a request's body to its end before any view or middleware runs, so a view comes too late to limit it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from console.domain.hooks.lines import LONGEST_BODY

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX = "/hooks/"
WITHIN = 10.0
"""Seconds in which the whole body has to come: it is a few hundred bytes."""
VERDICT = "changeover.body"
"""Where the view finds why the body was not read: `too-large` or `too-slow`."""


class BoundedBodies:
    """An ASGI application around another: what comes for the webhook reaches that one whole, or not at all."""

    def __init__(self, application: Application, *, within: float = WITHIN, largest: int = LONGEST_BODY) -> None:
        self.application = application
        self.within = within
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.application(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.within):
                body = await self._read(scope, receive)
        except TimeoutError:
            body = "too-slow"
        if body is None:
            return
        if isinstance(body, str):
            await self.application({**scope, VERDICT: body}, _replay(b"", _forever), send)
        else:
            await self.application(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | str | None:
        """The body; `too-large` before reading more than that; None when the other side has gone."""
        if declared(scope) > self.largest:
            return "too-large"
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self.largest:
                return "too-large"
            if not message.get("more_body", False):
                return body


def declared(scope: Scope) -> int:
    """How long the request says that its body is; 0 when it says nothing."""
    lengths = [value for name, value in scope["headers"] if name.lower() == b"content-length"]
    return max((int(value) for value in lengths if value.isdigit()), default=0)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, then what `receive` has to say."""
    waiting: list[Mapping[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Mapping[str, Any]:
        return waiting.pop() if waiting else await receive()

    return again


async def _forever() -> Mapping[str, Any]:
    """Nothing more is read from who sent too much or too slowly; the connection closes with the answer."""
    return await asyncio.get_running_loop().create_future()
