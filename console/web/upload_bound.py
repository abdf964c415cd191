"""A bound on what may be sent to a page: Django keeps a whole body on disk before any view sees the request."""

from collections.abc import Mapping
from typing import Any

from console.web.hook_bodies import PREFIX, Application, Receive, Scope, Send, declared

LARGEST = 256 * 1024 * 1024
"""Bytes of the largest file that a page takes."""
FORM = 1024 * 1024
"""What a form may add to it."""
TOO_LARGE = (
    f"This is more than a page takes ({LARGEST // 1024 // 1024} MiB), and nothing was read. "
    "A set-up log of any size is read on the console's host: manage.py diagnose --log FILE\n"
)


class BoundedUploads:
    """An ASGI application around another: a body beyond the bound is answered with 413 or cut off, and not kept."""

    def __init__(self, application: Application, *, largest: int = LARGEST + FORM) -> None:
        self.application = application
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(PREFIX):
            await self.application(scope, receive, send)
        elif declared(scope) > self.largest:
            await _refuse(send)
        else:
            await self.application(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        """The same messages, until they are too many bytes: then it is as if the other side had gone."""
        seen = 0

        async def counted() -> Mapping[str, Any]:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return message if seen <= self.largest else {"type": "http.disconnect"}

        return counted


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": TOO_LARGE.encode()})
