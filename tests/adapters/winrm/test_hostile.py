"""A machine that means harm: replies without end, replies that drip, faults that quote, half a sign-in."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from console.adapters.clock import SystemClock
from console.adapters.winrm import WinrmNodes, transport
from console.domain.errors import ProtocolFault, ReachError, TimedOut
from console.domain.secrets import Secret
from console.domain.topology import Credential, Node

Serve = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml;charset=UTF-8\r\n"


@pytest.fixture
def serving() -> Iterator[Callable[[Serve], Node]]:
    """Starts a listener that answers every connection by a function; gives the node that it pretends to be."""
    listeners: list[socket.socket] = []

    def start(serve: Serve) -> Node:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def loop() -> None:
            while True:
                try:
                    stream, _ = listener.accept()
                except OSError:
                    return
                with stream:
                    stream.recv(65536)
                    try:
                        serve(stream)
                    except OSError:
                        continue

        threading.Thread(target=loop, daemon=True).start()
        account = Credential("c", "u", Secret("password-canary"))
        port = listener.getsockname()[1]
        return Node("EVIL", "127.0.0.1", port, "http", "basic", account, allow_clear_text=True)

    yield start
    for listener in listeners:
        listener.close()


def ask(node: Node, within: float = 5) -> ReachError:
    with WinrmNodes(SystemClock()).open(node) as session, pytest.raises(ReachError) as caught:
        session.batch([("hostname",)], within=within)
    assert "password-canary" not in str(caught.value)
    return caught.value


def test_a_reply_without_end_is_cut_short(serving: Callable[[Serve], Node], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "REPLY_LIMIT", 100_000)

    def flood(stream: socket.socket) -> None:
        stream.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            stream.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    error = ask(serving(flood))
    assert isinstance(error, ProtocolFault)
    assert "without end" in error.message


def test_a_reply_that_drips_does_not_outlive_the_deadline(serving: Callable[[Serve], Node]) -> None:
    def drip(stream: socket.socket) -> None:
        stream.sendall(OK + b"Content-Length: 100000\r\n\r\n")
        for _ in range(200):
            stream.sendall(b"x")
            time.sleep(0.1)

    began = time.monotonic()
    assert isinstance(ask(serving(drip), within=1.5), TimedOut)
    assert time.monotonic() - began < 6


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"<a/>", b"\xff\xfe\x00", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"{}"],
)
def test_anything_that_is_no_soap_is_a_protocol_fault(serving: Callable[[Serve], Node], body: bytes) -> None:
    node = serving(lambda stream: stream.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body))
    assert isinstance(ask(node), ProtocolFault)


def test_a_redirect_is_not_followed(serving: Callable[[Serve], Node]) -> None:
    reply = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    assert isinstance(ask(serving(lambda stream: stream.sendall(reply))), ProtocolFault)


def test_a_server_that_asks_for_no_sign_in_gets_nothing_in_clear(serving: Callable[[Serve], Node]) -> None:
    seen: list[bytes] = []

    def accept_all(stream: socket.socket) -> None:
        stream.sendall(OK + b"Content-Length: 0\r\n\r\n")
        seen.append(stream.recv(65536))

    node = serving(accept_all)
    sealed = Node(node.name, node.address, node.port, "http", "ntlm", node.credential)
    assert isinstance(ask(sealed), ReachError)
    assert b"Envelope" not in b"".join(seen)
