"""Asks for a protocol's greeting and says goodbye: a bare connect proves nothing, since a listener may be dead behind.

Greetings: SMTP `220` (RFC 5321, 4.2), POP3 `+OK` (RFC 1939, 4), IMAP `* OK` (RFC 3501, 7.1.1), HTTP a status line to
a request (RFC 9112, 4); a server error (5xx) is no greeting.
"""

import re
import socket
import time
from dataclasses import dataclass

from console.domain.ports import Greeting
from console.domain.topology import GreetingAt

LINE_LIMIT = 2000
"""Bytes read before giving up on finding the end of a line."""


@dataclass(frozen=True)
class _Protocol:
    """What is said first, what a good greeting looks like, and how one leaves."""

    pattern: re.Pattern[str]
    opening: bytes = b""
    goodbye: bytes = b"QUIT\r\n"


_PROTOCOLS = {
    "smtp": _Protocol(re.compile(r"220[ -]")),
    "pop3": _Protocol(re.compile(r"\+OK\b")),
    "imap": _Protocol(re.compile(r"\* OK\b"), goodbye=b"a LOGOUT\r\n"),
    "http": _Protocol(re.compile(r"HTTP/1\.[01] [1-4]\d\d\b"), b"HEAD / HTTP/1.0\r\n\r\n", b""),
}


class NetworkGreeter:
    """Greets over TCP; implements `console.domain.ports.Greeter`."""

    def greet(self, address: str, at: GreetingAt, *, within: float) -> Greeting:
        """The greeting of `address`; `ok` is false with the reason as text when there is none within the seconds."""
        protocol = _PROTOCOLS.get(at.protocol)
        if protocol is None:
            return Greeting(False, f"no greeting is known for {at.protocol}; known are {', '.join(_PROTOCOLS)}")
        try:
            with socket.create_connection((address, at.port), timeout=within) as connection:
                line = _first_line(connection, protocol, time.monotonic() + within)
        except OSError as error:
            return Greeting(False, _reason(error, at, within))
        return Greeting(bool(protocol.pattern.match(line)), line or f"{at.protocol} hung up without a greeting")


def _first_line(connection: socket.socket, protocol: _Protocol, deadline: float) -> str:
    """The first line that the server says. Raises `OSError`."""
    if protocol.opening:
        connection.sendall(protocol.opening)
    received = b""
    while b"\n" not in received and len(received) < LINE_LIMIT:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        piece = connection.recv(512)
        if not piece:
            break
        received += piece
    _leave(connection, protocol)
    line = received.split(b"\n", 1)[0].decode("ascii", "replace")
    return "".join(char for char in line if char.isprintable()).strip()[:300]


def _leave(connection: socket.socket, protocol: _Protocol) -> None:
    """Say goodbye; a server that has hung up needs none."""
    try:
        connection.sendall(protocol.goodbye)
    except OSError:
        return


def _reason(error: OSError, at: GreetingAt, within: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no {at.protocol} greeting at port {at.port} within {within:g} s"
    return f"no {at.protocol} greeting at port {at.port}: {error.strerror or error}"
