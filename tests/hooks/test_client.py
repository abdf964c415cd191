"""The node's client: what it does about clocks, lost answers, repeats and words that it cannot believe."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from console.domain.secrets import Secret
from console.lab.hook_client import HookClient, Response, reply_text, signature
from console.models import HookNonce
from tests.hooks import handler
from tests.hooks.wire import EVENT, Request, Wire, client

Key = tuple[str, Secret]
RUN = EVENT["run"]


def test_a_run_goes_from_wait_to_go(key: Key, wire: Wire) -> None:
    node = client(key, wire)
    waiting = node.event("starting", EVENT)
    assert (waiting.kind, waiting.operation, waiting.poll) == ("wait", 17, 3)
    handler.granted.add(RUN)
    going = node.run(RUN)
    assert (going.kind, going.operation) == ("go", 17)
    assert going.expires is not None
    assert node.event("started", EVENT).kind == "noted"
    event = handler.received[0]
    assert (event.node, event.body.clp_event, event.source) == ("TOK-EX1", "FAILOVER", "127.0.0.1")


@pytest.mark.parametrize("ahead", [600.0, -600.0, 40_000_000.0])
def test_a_clock_that_is_off_is_corrected_once_and_stays_so(key: Key, wire: Wire, ahead: float) -> None:
    node = client(key, wire, clock=lambda: time.time() + ahead)
    assert node.event("starting", EVENT).kind == "wait"
    assert len(wire.requests) == 2
    assert abs(node.offset + ahead) < 5
    assert node.run(RUN).kind == "wait"
    assert len(wire.requests) == 3


def test_a_clock_that_cannot_be_corrected_ends_in_a_refusal_and_not_in_a_loop(key: Key, wire: Wire) -> None:
    leaps = iter(range(10_000, 10**6, 10_000))
    outcome = client(key, wire, clock=lambda: time.time() + next(leaps)).event("starting", EVENT)
    assert (outcome.kind, outcome.refusal) == ("refused", "skew")
    assert len(wire.requests) == 2
    assert handler.received == []


def test_nobody_else_can_set_the_clock(key: Key) -> None:
    def lie(response: Response) -> Response:
        headers = {**response.headers, "x-changeover-time": "20200101T000000Z"}
        return replace(response, status=403, headers=headers, body=b"answer=refused\nrefusal=skew\n")

    node = client(key, Wire(coming=lie))
    assert node.event("starting", EVENT).kind == "silent"
    assert node.offset == 0


def test_a_lost_answer_is_asked_for_again_with_the_same_run_and_a_new_nonce(key: Key) -> None:
    lost = [True]

    def lose_the_first(response: Response) -> Response:
        if lost.pop() if lost else False:
            raise ConnectionResetError
        return response

    wire = Wire(coming=lose_the_first)
    assert client(key, wire).event("starting", EVENT).kind == "wait"
    first, second = wire.requests
    assert first.body == second.body
    assert first.headers["X-Changeover-Nonce"] != second.headers["X-Changeover-Nonce"]
    assert len(handler.received) == 1


def test_a_request_that_somebody_delivered_before_us_is_asked_again(key: Key) -> None:
    from tests.hooks.wire import deliver

    ahead = [True]

    def deliver_it_first(request: Request) -> Request:
        if ahead.pop() if ahead else False:
            deliver(request)
        return request

    assert client(key, Wire(going=deliver_it_first)).event("starting", EVENT).kind == "wait"
    assert len(handler.received) == 1


def test_a_fault_of_the_console_is_silence_and_changes_nothing(key: Key, wire: Wire) -> None:
    handler.trouble.append(RuntimeError("the database is away"))
    outcome = client(key, wire).event("starting", EVENT)
    assert (outcome.kind, outcome.status) == ("silent", 503)
    assert wire.responses[0].body == b"answer=refused\n"
    assert "x-changeover-signature" not in wire.responses[0].headers


def test_a_retired_key_is_silence(key: Key, wire: Wire) -> None:
    from console.services.hooks.keys import retire
    from tests.services import making

    retire(key[0], making.actor())
    assert client(key, wire).event("starting", EVENT).kind == "silent"
    assert HookNonce.objects.count() == 0


def signed(key: str, body: bytes) -> Wire:
    """A console that holds the key and says `body`, whatever it is asked."""
    wire = Wire()

    def say(_: Response) -> Response:
        nonce, stamp = wire.requests[-1].headers["X-Changeover-Nonce"], "20260131T031501Z"
        headers = {
            "x-changeover-time": stamp,
            "x-changeover-signature": signature(key, reply_text(200, nonce, stamp, body)),
        }
        return Response(200, headers, body)

    wire.coming = say
    return wire


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (f"answer=go\nrun={RUN}\n".encode(), "go"),
        (f"answer=no\nrun={RUN}\nreason=held\n".encode(), "no"),
        (b"answer=go\nrun=another-0123456789abc\n", "silent"),
        (b"answer=yes\n", "silent"),
        (b"", "silent"),
        (b"\xff\xfe", "silent"),
    ],
)
def test_only_a_signed_answer_about_this_run_is_believed(key: Key, body: bytes, kind: str) -> None:
    outcome = client(key, signed(key[1].reveal(), body)).run(RUN)
    assert outcome.kind == kind
    assert outcome.kind != "silent" or outcome.detail == "the answer cannot be read"


@contextmanager
def listening(answer: bytes, pause: float = 0.0) -> Iterator[str]:
    """A server that answers each connection with these bytes, each `pause` seconds after the one before."""

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    def drip(connection: socket.socket) -> None:
        with connection:
            connection.recv(4096)
            try:
                for at in range(len(answer)):
                    connection.sendall(answer[at : at + 1])
                    time.sleep(pause)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nanswer=go\n", b"HTTP/1.1 200 OK\r\n" + b"x" * 9000]
)
def test_what_is_not_our_console_is_silence(answer: bytes) -> None:
    with listening(answer) as url:
        assert HookClient(url, "key-1", "0" * 64, timeout=5, attempts=1).run(RUN).kind == "silent"


def test_an_answer_that_drips_ends_at_the_deadline() -> None:
    with listening(b"HTTP/1.1 200 OK\r\n" + b"x" * 4000, pause=0.05) as url:
        started = time.monotonic()
        outcome = HookClient(url, "key-1", "0" * 64, timeout=0.5, attempts=1).run(RUN)
    assert outcome.detail == "no answer: TimeoutError"
    assert time.monotonic() - started < 3


def test_a_port_where_nobody_listens_is_silence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    outcome = HookClient(f"http://127.0.0.1:{port}", "key-1", "0" * 64, attempts=1).run(RUN)
    assert outcome.detail == "no answer: ConnectionRefusedError"


def test_the_key_does_not_show(key: Key) -> None:
    assert key[1].reveal() not in repr(client(key, Wire()))
