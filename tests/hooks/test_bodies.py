"""Bodies that are too large or too slow, sent to a real server: refused early, and others are served meanwhile."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from django.core.handlers.asgi import ASGIHandler

from console import asgi
from console.domain.secrets import Secret
from console.lab.hook_client import HookClient
from console.models import HookRefusals
from console.web.hook_bodies import BoundedBodies
from tests.hooks import handler
from tests.hooks.wire import EVENT

Key = tuple[str, Secret]
WITHIN = 0.6
HEAD = b"POST /hooks/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"

pytestmark = pytest.mark.django_db(transaction=True)


def dripped(port: int, head: bytes) -> tuple[bytes, float]:
    """What is answered to the head and a body that comes byte by byte, and after how many seconds."""
    started, answer = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head)
        connection.settimeout(0.05)
        while not answer and time.monotonic() - started < 10:
            connection.sendall(b"x")
            try:
                answer = connection.recv(4096)
            except TimeoutError:
                continue
    return answer, time.monotonic() - started


@contextmanager
def serving(application: object) -> Iterator[int]:
    """A server on a free port of loopback, as in use."""
    config = uvicorn.Config(application, log_level="warning", lifespan="off", timeout_graceful_shutdown=1)  # type: ignore[arg-type]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive()


@pytest.fixture
def port(key: Key) -> Iterator[int]:
    """The console, with less patience than in use."""
    with serving(BoundedBodies(ASGIHandler(), within=WITHIN)) as port:
        yield port


def heard(connection: socket.socket, within: float = 5.0) -> bytes:
    """What comes until the other side closes."""
    connection.settimeout(within)
    found = b""
    while piece := connection.recv(4096):
        found += piece
    return found


def causes() -> dict[str, int]:
    return {row.cause: row.count for row in HookRefusals.objects.all()}


def node(port: int, key: Key) -> HookClient:
    return HookClient(f"http://127.0.0.1:{port}", key[0], key[1].reveal())


def test_a_node_is_served_over_a_real_connection(port: int, key: Key) -> None:
    assert node(port, key).event("starting", EVENT).kind == "wait"
    handler.granted.add(EVENT["run"])
    assert node(port, key).run(EVENT["run"]).kind == "go"


def test_a_path_that_is_written_otherwise_is_not_the_one_that_was_signed(port: int, key: Key) -> None:
    assert node(port, key).event("starting", EVENT).kind == "wait"
    other_way = node(port, key)
    honest = other_way._send
    other_way.transport = lambda method, path, headers, body: honest(method, path.replace("h", "%68"), headers, body)
    outcome = other_way.run(EVENT["run"])
    assert (outcome.kind, outcome.status) == ("silent", 403)


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(HEAD + b"Content-Length: 4097\r\n\r\n")
        answer = heard(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b"\r\n\r\nanswer=refused\n")
    assert causes() == {"too-large": 1}


def test_a_body_that_does_not_say_its_size_is_refused_as_soon_as_it_is_too_large(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1001\r\n" + b"x" * 4097 + b"\r\n")
        answer = heard(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert causes() == {"too-large": 1}


def test_the_largest_body_is_read(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(HEAD + b"Connection: close\r\nContent-Length: 4096\r\n\r\n" + b"x" * 4096)
        answer = heard(connection)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert causes() == {"malformed": 1}


@pytest.mark.parametrize("sent", [b"", b"event=starting\n"])
def test_a_body_that_stops_coming_is_given_up(port: int, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        started = time.monotonic()
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n" + sent)
        answer = heard(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b"\r\n\r\nanswer=refused\n")
    assert WITHIN * 0.9 < time.monotonic() - started < WITHIN + 3
    assert causes() == {"too-slow": 1}


def test_a_body_that_drips_has_no_more_time_than_one_that_stops(port: int) -> None:
    answer, seconds = dripped(port, HEAD + b"Content-Length: 4000\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert seconds < WITHIN + 3


def test_a_client_that_goes_away_in_the_middle_is_no_fault(port: int, key: Key) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nevent=")
    assert node(port, key).event("starting", EVENT).kind == "wait"
    assert causes() == {}


def test_many_slow_bodies_do_not_keep_a_node_waiting(key: Key) -> None:
    with serving(BoundedBodies(ASGIHandler(), within=60)) as port:
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
        for connection in slow:
            connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nevent=")
        assert node(port, key).event("starting", EVENT).kind == "wait"
        for connection in slow:
            connection.close()


def test_the_console_that_is_served_has_these_bounds() -> None:
    assert isinstance(asgi.application, BoundedBodies)
    assert (asgi.application.within, asgi.application.largest) == (10.0, 4096)
