"""The connection that was signed in on: every way in which a reply may come, and what is no reply."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests
from urllib3.connection import HTTPConnection
from winrm.exceptions import WinRMError

from console.adapters.clock import SystemClock
from console.adapters.winrm import WinrmNodes, direct, line
from console.adapters.winrm.line import Dropped, Line, ReplyTooLarge, ReplyTooSlow
from console.lab.presets import PASSWORD
from console.lab.server import Lab
from tests.adapters.winrm.conftest import Open
from tests.adapters.winrm.inventory import make_node

ASK = b"POST /wsman HTTP/1.1\r\n\r\n"
LONG = b"x" * 200_000


@pytest.fixture
def answering() -> Iterator[Callable[..., Line]]:
    """A line to somebody who answers each request with the next of some pieces, then hangs up."""
    opened: list[socket.socket | HTTPConnection] = []

    def start(*answers: bytes, pause: float = 0.0) -> Line:
        listener = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            with contextlib.suppress(OSError), listener.accept()[0] as stream:
                for answer in answers:
                    if not stream.recv(65536):
                        return
                    size = 3 if len(answer) < 500 else 60_000
                    for at in range(0, len(answer), size):
                        stream.sendall(answer[at : at + size])
                        time.sleep(pause)

        threading.Thread(target=serve, daemon=True).start()
        connection = HTTPConnection("127.0.0.1", listener.getsockname()[1])
        connection.connect()
        opened.extend([listener, connection])
        return Line(connection)

    yield start
    for each in opened:
        each.close()


def ask(over: Line, within: float = 5.0) -> line.Reply:
    return over.ask(ASK, within=within, deadline=time.monotonic() + within)


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (b"HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(LONG) + LONG, LONG),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", b"a"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: u\r\n\r\n",
            b"abcde",
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.0 200 OK\r\n\r\nall until the end", b"all until the end"),
    ],
)
def test_a_reply_is_read_whole_however_it_comes(answering: Callable[..., Line], answer: bytes, content: bytes) -> None:
    assert ask(answering(answer)).content == content


def test_replies_do_not_run_into_each_other(answering: Callable[..., Line]) -> None:
    over = answering(*(b"HTTP/1.1 500 Oh\r\nContent-Length: 1\r\nX-A:  B \r\n\r\n%d" % number for number in range(3)))
    for number in range(3):
        reply = ask(over)
        assert (reply.status, reply.content, reply.headers["x-a"]) == (500, b"%d" % number, "B")


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n", WinRMError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", WinRMError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", ReplyTooLarge),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", ReplyTooLarge),
        (b"HTTP/1.1 200 OK\r\nX: " + LONG, ReplyTooLarge),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", requests.ConnectionError),
        (b"HTTP/1.1 200", requests.ConnectionError),
    ],
)
def test_what_is_no_whole_reply_is_told_apart(
    answering: Callable[..., Line], answer: bytes, raised: type[Exception]
) -> None:
    with pytest.raises(raised) as caught:
        ask(answering(answer))
    assert type(caught.value) is raised


def test_a_reply_that_drips_is_given_up_at_the_deadline(answering: Callable[..., Line]) -> None:
    slow = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n" + b"x" * 90, pause=0.05)
    with pytest.raises(ReplyTooSlow):
        ask(slow, within=0.3)


def test_nobody_waits_longer_than_within_for_a_piece(answering: Callable[..., Line]) -> None:
    with pytest.raises(TimeoutError):
        ask(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n", pause=1.0), within=0.1)


def test_a_connection_that_the_other_side_has_closed_is_seen_to_be_dropped(answering: Callable[..., Line]) -> None:
    over = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert not over.dropped
    ask(over)
    time.sleep(0.1)
    assert over.dropped


def test_a_connection_is_given_up_when_the_reply_says_so(answering: Callable[..., Line]) -> None:
    over = answering(b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n")
    ask(over)
    assert not over.usable
    with pytest.raises(Dropped):
        ask(over)


def part(over: Line, due: float = 5.0) -> None:
    over.part(ASK, within=5, deadline=time.monotonic() + due)


def test_a_reply_that_is_owed_is_read_before_anything_else_is_sent(answering: Callable[..., Line]) -> None:
    over = answering(*(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % number for number in range(3)))
    part(over)
    assert over.owed
    assert over.settle(within=5).content == b"0"
    assert not over.owed
    assert [ask(over).content for _ in range(2)] == [b"1", b"2"]


def test_nothing_is_sent_while_a_reply_is_owed(answering: Callable[..., Line]) -> None:
    over = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    part(over)
    with pytest.raises(Dropped):
        ask(over)
    with pytest.raises(Dropped):
        part(over)


@pytest.mark.parametrize(("due", "within"), [(5.0, 0.2), (0.1, 5.0)])
def test_a_reply_that_is_owed_is_not_waited_for_beyond_either_bound(
    answering: Callable[..., Line], due: float, within: float
) -> None:
    over = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n", pause=2.0)
    part(over, due)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        over.settle(within)
    assert time.monotonic() - began < 1.5


def test_a_reply_that_came_long_ago_is_still_read(answering: Callable[..., Line]) -> None:
    over = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")
    part(over, due=-60)
    time.sleep(0.3)
    assert over.settle(within=5).content == b"abc"


def test_a_connection_that_ends_in_place_of_the_reply_that_is_owed_is_lost(answering: Callable[..., Line]) -> None:
    over = answering(b"")
    part(over)
    with pytest.raises(requests.ConnectionError):
        over.settle(within=5)


@pytest.mark.parametrize("way", ["sealed", "tls", "basic"])
def test_what_follows_the_first_message_goes_over_the_connection_that_signed_in(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    said: list[bytes] = []
    real = direct.Direct._request

    def counted(self: direct.Direct, message: bytes) -> bytes:
        said.append(message)
        return real(self, message)

    monkeypatch.setattr(direct.Direct, "_request", counted)
    node = make_node(lab, "TYO-EX1", PASSWORD, tls=way != "sealed")
    node = replace(node, auth="basic") if way == "basic" else node
    with WinrmNodes(SystemClock()).open(node) as session:
        for _ in range(2):
            assert session.batch([("ver",)], within=10)[0].ok
    # all but Create: Command, Receive and Signal of each line, and Delete
    assert [b"Create" in message for message in said] == [False] * 7


def test_a_good_reply_in_clear_to_what_was_sealed_is_not_believed(
    open_session: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session() as session:
        session.batch([("ver",)], within=10)
        over = session._channel._transport._direct
        assert over is not None
        forged = line.Reply(200, {"content-type": "application/soap+xml"}, b"<forged/>")
        monkeypatch.setattr(over._line, "ask", lambda request, **bounds: forged)
        with pytest.raises(WinRMError, match="in clear"):
            over.ask(b"<a/>", within=5, deadline=time.monotonic() + 5)
