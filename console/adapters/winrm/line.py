"""The connection on which a session signed in, spoken over directly: one HTTP exchange at a time.

requests and urllib3 build some hundred objects for each exchange, which with many nodes is most of what they cost. They
connect and sign in; what follows is one send and one reply on the same socket (RFC 9112).
"""

import re
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from requests import exceptions as http
from urllib3.connection import HTTPConnection
from urllib3.util import is_connection_dropped
from winrm.exceptions import WinRMError

REPLY_LIMIT = 4 * 1024 * 1024
"""Bytes of one HTTP reply; pywinrm asks for envelopes of 150 kB."""

DUE = 0.5
"""Seconds for which a reply is still waited for that should have been here long ago."""

_HEAD_LIMIT = 64 * 1024
_PIECE = 64 * 1024
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: |$)")
_SIZE = re.compile(rb"\s*([0-9A-Fa-f]{1,8})\s*(?:;.*)?")


class ReplyTooLarge(http.RequestException):
    """A reply grew beyond the limit, so that it was not read to its end."""


class ReplyTooSlow(http.ReadTimeout):
    """A reply dripped in so slowly that the deadline passed."""


class Dropped(http.RequestException):
    """The connection or its sign-in is over, and what was to be sent was certainly not carried out."""


@dataclass(frozen=True)
class Reply:
    """A whole reply; header names in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes


class Line:
    """A signed-in connection, for one thread at a time. After anything that it raises it is of no use any more.

    Whenever Python asks something of a socket it lets other threads run, and with many of them it costs more to get the
    turn back than to ask: so without TLS in between the system keeps the time-outs, and one call does for each wait.
    """

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection
        self._buffer = bytearray()
        self._deadline = 0.0
        self._owed_until: float | None = None

    def ask(self, request: bytes, *, within: float, deadline: float) -> Reply:
        """Send a whole request and read its reply: each piece within so many seconds, all of it until `deadline`.

        `deadline` is by the monotonic clock. Raises `Dropped` where nothing was sent; `ReplyTooLarge`, `ReplyTooSlow`,
        `TimeoutError`, `WinRMError` for what is no HTTP, and requests' `SSLError` and `ConnectionError`.
        """
        with self._speaking():
            self._send(request, within, deadline)
            return self._reply()

    def part(self, request: bytes, *, within: float, deadline: float) -> None:
        """Send a whole request whose reply is owed until `deadline`: `settle` reads it. Raises what `ask` raises."""
        with self._speaking():
            self._send(request, within, deadline)
        self._owed_until = deadline

    def settle(self, within: float) -> Reply:
        """The reply that is owed: waited for until it is due, and no longer than so many seconds.

        One that has been due for long is here by now, so it is waited for a moment only. Raises what `ask` raises.
        """
        now, due = time.monotonic(), self._owed_until or 0.0
        self._deadline = min(max(due, now + DUE), now + max(within, 0.01))
        with self._speaking():
            self._allow(self._deadline - now)
            reply = self._reply()
        self._owed_until = None
        return reply

    @property
    def owed(self) -> bool:
        """Whether the reply to what was sent last has not been read yet: until it is, nothing else is sent."""
        return self._owed_until is not None

    @property
    def usable(self) -> bool:
        """Whether it is still open on our side."""
        return self._connection.sock is not None

    @property
    def dropped(self) -> bool:
        """Whether either side has closed it: to be looked at before what must not be sent in vain."""
        return is_connection_dropped(self._connection)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Whatever the system and TLS raise inside of this, as the errors that are promised."""
        try:
            yield
        except BlockingIOError as error:
            raise TimeoutError("The node did not answer in time.") from error
        except (TimeoutError, http.RequestException):
            raise
        except ssl.SSLError as error:
            raise http.SSLError(error) from error
        except OSError as error:
            raise http.ConnectionError(error) from error

    def _send(self, request: bytes, within: float, deadline: float) -> None:
        if self._buffer or self.owed or not self.usable:
            raise Dropped("The node closed the connection while it was not in use.")
        self._deadline = deadline
        self._allow(within)
        self._connection.sock.sendall(request)

    def _allow(self, seconds: float) -> None:
        """Let each wait for the other side take so long: `TimeoutError` or `BlockingIOError` after that."""
        sock = self._connection.sock
        if isinstance(sock, ssl.SSLSocket):
            sock.settimeout(seconds)
            return
        if sock.gettimeout() is not None:
            sock.settimeout(None)
        limit = struct.pack("@ll", int(seconds), max(1, int(seconds % 1 * 1e6)))  # a timeval; none at all is for ever
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)

    def _reply(self) -> Reply:
        status, headers = self._head()
        while status < 200:
            status, headers = self._head()
        length = headers.get("content-length", "")
        if headers.get("transfer-encoding", "").lower() == "chunked":
            content = self._chunks()
        elif length.isdecimal():
            content = self._take(int(length))
        elif status in (204, 304):
            content = b""
        else:
            content = self._rest()
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Reply(status, headers, content)

    def _head(self) -> tuple[int, dict[str, str]]:
        first, *lines = self._until(b"\r\n\r\n").split(b"\r\n")
        found = _STATUS.match(first)
        if found is None:
            raise WinRMError("The reply is not HTTP.")
        fields = (line.decode("latin-1").partition(":") for line in lines)
        return int(found[1]), {name.strip().lower(): value.strip() for name, _, value in fields}

    def _chunks(self) -> bytes:
        """A body in chunks, whose trailers nobody wants."""
        pieces: list[bytes] = []
        total = 0
        while size := self._size():
            total += size
            if total > REPLY_LIMIT:
                raise ReplyTooLarge(f"The reply is larger than {REPLY_LIMIT} bytes.")
            pieces.append(self._take(size))
            self._take(2)
        while self._until(b"\r\n"):
            pass
        return b"".join(pieces)

    def _size(self) -> int:
        found = _SIZE.fullmatch(self._until(b"\r\n"))
        if found is None:
            raise WinRMError("The reply comes in chunks that do not say how long they are.")
        return int(found[1], 16)

    def _until(self, end: bytes) -> bytes:
        """What comes before `end`, which is passed over."""
        while (at := self._buffer.find(end)) < 0:
            if len(self._buffer) > _HEAD_LIMIT:
                raise ReplyTooLarge(f"The reply's head is larger than {_HEAD_LIMIT} bytes.")
            self._need()
        taken = bytes(self._buffer[:at])
        del self._buffer[: at + len(end)]
        return taken

    def _take(self, size: int) -> bytes:
        if size > REPLY_LIMIT:
            raise ReplyTooLarge(f"The reply is larger than {REPLY_LIMIT} bytes.")
        while len(self._buffer) < size:
            self._need()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _rest(self) -> bytes:
        """All until the node closes the connection."""
        while self._more():
            if len(self._buffer) > REPLY_LIMIT:
                raise ReplyTooLarge(f"The reply is larger than {REPLY_LIMIT} bytes.")
        self.close()
        return bytes(self._buffer)

    def _need(self) -> None:
        if not self._more():
            raise http.ConnectionError("The node hung up before its reply was whole.")

    def _more(self) -> bool:
        """Whether a further piece came; false at the end of the connection."""
        piece = self._connection.sock.recv(_PIECE)
        if time.monotonic() > self._deadline:
            raise ReplyTooSlow("The reply came too slowly.")
        self._buffer += piece
        return bool(piece)
