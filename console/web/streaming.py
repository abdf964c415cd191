"""Long answers, sent as they are read: under ASGI a plain iterator would be read to its end first."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import StreamingHttpResponse

PIECE = 500
"""Lines that are read at a time."""


def download(lines: Iterator[str], content_type: str, name: str) -> StreamingHttpResponse:
    """A file of `lines` for the browser to keep under `name`."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(_pieces(lines), content_type=f"{content_type}; charset=utf-8", headers=headers)


async def _pieces(lines: Iterator[str]) -> AsyncIterator[str]:
    """Read in one thread from beginning to end, since a database cursor belongs to the thread that opened it."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="download") as thread:
        try:
            while piece := await sync_to_async(_piece, thread_sensitive=False, executor=thread)(lines):
                yield piece
        finally:
            thread.submit(close_old_connections)


def _piece(lines: Iterator[str]) -> str:
    return "".join(islice(lines, PIECE))
