"""Greetings over real sockets: only the prescribed words count, and silence ends with the deadline."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from console.adapters.greeting import NetworkGreeter
from console.domain.topology import GreetingAt


@contextmanager
def server(says: bytes, heard: list[bytes] | None = None, *, first: bool = True) -> Iterator[int]:
    """A listener that says one thing to one client and waits until that leaves; with `first` off it waits to be asked.

    One that has nothing to say hangs up.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        stream, _ = listener.accept()
        with stream:
            stream.settimeout(5)
            if not first:
                stream.recv(1000)
            stream.sendall(says)
            with suppress(OSError):
                goodbye = stream.recv(1000) if says else b""
                if heard is not None:
                    heard.append(goodbye)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listener:
        yield listener.getsockname()[1]
        thread.join(timeout=5)


@pytest.mark.parametrize(
    ("protocol", "says", "ok"),
    [
        ("smtp", b"220 mail ready\r\n", True),
        ("smtp", b"220-mail\r\n220 ready\r\n", True),
        ("smtp", b"421 closing\r\n", False),
        ("smtp", b"2200 odd\r\n", False),
        ("smtp", b"554 no\r\n", False),
        ("pop3", b"+OK ready\r\n", True),
        ("pop3", b"-ERR no\r\n", False),
        ("imap", b"* OK ready\r\n", True),
        ("imap", b"* BYE\r\n", False),
        ("http", b"HTTP/1.1 401 Unauthorized\r\n\r\n", True),
        ("http", b"HTTP/1.1 503 Unavailable\r\n\r\n", False),
        ("http", b"SSH-2.0\r\n", False),
    ],
)
def test_only_the_prescribed_greeting_counts(protocol: str, says: bytes, ok: bool) -> None:
    with server(says, first=protocol != "http") as port:
        greeting = NetworkGreeter().greet("127.0.0.1", GreetingAt(protocol, port), within=3)
    assert greeting.ok is ok
    assert greeting.text == says.decode().split("\r\n")[0]


@pytest.mark.parametrize(
    ("protocol", "word"), [("smtp", b"QUIT\r\n"), ("pop3", b"QUIT\r\n"), ("imap", b"a LOGOUT\r\n")]
)
def test_it_says_goodbye(protocol: str, word: bytes) -> None:
    heard: list[bytes] = []
    with server(b"220 hi\r\n", heard) as port:
        NetworkGreeter().greet("127.0.0.1", GreetingAt(protocol, port), within=3)
    assert heard == [word]


def test_a_server_that_accepts_and_says_nothing_is_not_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        began = time.monotonic()
        greeting = NetworkGreeter().greet("127.0.0.1", GreetingAt("smtp", listener.getsockname()[1]), within=0.3)
    assert not greeting.ok
    assert "within 0.3 s" in greeting.text
    assert time.monotonic() - began < 2


def test_a_server_that_hangs_up_is_not_up() -> None:
    with server(b"") as port:
        greeting = NetworkGreeter().greet("127.0.0.1", GreetingAt("smtp", port), within=3)
    assert greeting.text == "smtp hung up without a greeting"


def test_a_closed_port_and_an_unknown_protocol_are_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "refused" in NetworkGreeter().greet("127.0.0.1", GreetingAt("smtp", port), within=1).text
    assert "known are smtp" in NetworkGreeter().greet("127.0.0.1", GreetingAt("gopher", port), within=1).text


def test_a_line_without_end_is_given_up() -> None:
    with server(b"220 " + b"x" * 5000) as port:
        greeting = NetworkGreeter().greet("127.0.0.1", GreetingAt("smtp", port), within=3)
    assert greeting.ok
    assert len(greeting.text) == 300
