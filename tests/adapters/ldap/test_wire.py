"""Messages on one socket: cut to size however they arrive, sorted by id, and never taken on faith."""

import socket
from collections.abc import Iterator

import pytest
from ldap3.operation.delete import delete_operation

from console.adapters.ldap.wire import Answer, Wire
from console.domain.errors import ConnectionLost, ProtocolFault, TimedOut


def element(tag: int, content: bytes) -> bytes:
    """One BER element with a length of two bytes."""
    return bytes([tag, 0x82]) + len(content).to_bytes(2, "big") + content


def result(message_id: int, code: int, text: str = "", tag: int = 0x6B, more: bytes = b"") -> bytes:
    """An LDAP result as a server sends it; the tag says of which kind, 0x6B for a deletion."""
    body = b"\x0a\x01" + bytes([code]) + element(4, b"") + element(4, text.encode()) + more
    return element(0x30, b"\x02\x01" + bytes([message_id]) + element(tag, body))


@pytest.fixture
def ends() -> Iterator[tuple[Wire, socket.socket]]:
    """A wire and the server's end of its socket."""
    here, there = socket.socketpair()
    here.settimeout(0.2)
    with here, there:
        yield Wire(here, "The controller"), there


def asked(wire: Wire, count: int) -> list[int]:
    return [wire.send("delRequest", delete_operation(f"CN={number}")) for number in range(count)]


def test_answers_out_of_order_find_their_requests(ends: tuple[Wire, socket.socket]) -> None:
    wire, server = ends
    first, second, third = asked(wire, 3)
    server.sendall(result(third, 32) + result(first, 0))
    assert wire.wait_any([first, second, third]) == third
    assert wire.wait(first).code == 0
    server.sendall(result(second, 50, "no"))
    assert wire.wait(third).code == 32
    answer = wire.wait(second)
    assert (answer.code, answer.text) == (50, "no")


def test_a_message_may_arrive_byte_by_byte(ends: tuple[Wire, socket.socket]) -> None:
    wire, server = ends
    (only,) = asked(wire, 1)
    for byte in result(only, 0, "x" * 30):
        server.sendall(bytes([byte]))
    assert wire.wait(only) == Answer(code=0, text="x" * 30)


def test_the_servers_of_a_referral_are_kept(ends: tuple[Wire, socket.socket]) -> None:
    wire, server = ends
    (only,) = asked(wire, 1)
    server.sendall(result(only, 10, more=element(0xA3, element(4, b"ldap://other/"))))
    assert wire.wait(only).referrals == ("ldap://other/",)


def test_an_answer_that_nobody_asked_for_is_left_aside(ends: tuple[Wire, socket.socket]) -> None:
    wire, server = ends
    (only,) = asked(wire, 1)
    server.sendall(result(77, 0) + result(only, 5))
    assert wire.wait(only).code == 5


def test_a_notice_of_disconnection_is_passed_on_with_its_words(ends: tuple[Wire, socket.socket]) -> None:
    wire, server = ends
    (only,) = asked(wire, 1)
    server.sendall(result(0, 52, "shutting down", tag=0x78))
    with pytest.raises(ConnectionLost, match="shutting down"):
        wire.wait(only)


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.0 400 Bad Request\r\n\r\n",
        element(0x30, b"\x02\x01\x01" + element(0x6B, b"")),
        element(0x30, b"\xff\xff\xff\xff"),
        element(0x30, b"\x02\x01\x01\x7e\x00"),
        b"\x30\x84\x7f\xff\xff\xff",
    ],
)
def test_what_is_not_ldap_is_a_fault_and_not_a_crash(ends: tuple[Wire, socket.socket], sent: bytes) -> None:
    wire, server = ends
    (only,) = asked(wire, 1)
    server.sendall(sent)
    with pytest.raises(ProtocolFault):
        wire.wait(only)


def test_silence_and_the_end_are_told_apart(ends: tuple[Wire, socket.socket]) -> None:
    wire, server = ends
    (only,) = asked(wire, 1)
    with pytest.raises(TimedOut):
        wire.wait(only)
    server.close()
    with pytest.raises(ConnectionLost):
        wire.wait(only)
    with pytest.raises(ConnectionLost):
        asked(wire, 1)
