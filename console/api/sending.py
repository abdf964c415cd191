"""Files that programs send as they are: kept until they are read, and told from each other by what they hold."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Annotated, Any

from django.http import HttpRequest
from ninja import Query

from console.api.fields import PRINTABLE

CHUNK = 1 << 16
IN_MEMORY = 1 << 20
"""Bytes of a file that are kept in memory; what is longer is kept on disk meanwhile."""

FileName = Annotated[str, Query(max_length=255, pattern=PRINTABLE, description="How the file is called.")]


class SentFile:
    """The body of a request, which can be read once."""

    def __init__(self, file: IO[bytes], sha256: str) -> None:
        self._file = file
        self.sha256 = sha256
        """Hex, of all of it."""

    def chunks(self) -> Iterator[bytes]:
        """What it holds, piece by piece."""
        return iter(lambda: self._file.read(CHUNK), b"")

    def read(self) -> bytes:
        """All that it holds; for small ones."""
        return self._file.read()


@contextmanager
def sent_file(request: HttpRequest) -> Iterator[SentFile]:
    """What was sent, as long as it is needed."""
    digest = hashlib.sha256()
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as kept:
        for chunk in iter(lambda: request.read(CHUNK), b""):
            digest.update(chunk)
            kept.write(chunk)
        kept.seek(0)
        yield SentFile(kept, digest.hexdigest())


def octets(what: str, largest: int) -> dict[str, Any]:
    """How such a body is described."""
    schema = {"type": "string", "format": "binary", "maxLength": largest}
    content = {"application/octet-stream": {"schema": schema}}
    return {"requestBody": {"description": what, "required": True, "content": content}}
