"""The proxy passes bytes on, cuts, holds what is under way, and lets it arrive late."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.chaos.proxy import Proxy, State


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says everything again."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                link, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=_say_again, args=(link,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def _say_again(link: socket.socket) -> None:
    with link, contextlib.suppress(ConnectionError):
        while chunk := link.recv(1024):
            link.sendall(chunk)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as made:
        yield made


def dial(port: int) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", port), timeout=5)
    link.settimeout(0.4)
    return link


def heard(port: int) -> bytes:
    with dial(port) as link:
        return link.recv(1024)


def said(link: socket.socket, text: bytes) -> bytes:
    link.sendall(text)
    return link.recv(1024)


def test_it_passes_bytes_on(proxy: Proxy, echo: int) -> None:
    with dial(proxy.add("node A", "127.0.0.1", "127.0.0.1", echo)) as link:
        assert said(link, b"hello") == b"hello"


def test_a_cut_line_resets_what_is_open_and_what_comes_until_it_is_mended(proxy: Proxy, echo: int) -> None:
    port = proxy.add("node A", "127.0.0.1", "127.0.0.1", echo)
    with dial(port) as link:
        assert said(link, b"hello") == b"hello"
        proxy.change("node", State.CUT)
        with pytest.raises(ConnectionError):
            link.recv(1024)
    with pytest.raises(ConnectionError):
        heard(port)
    proxy.change("node", State.OPEN)
    with dial(port) as link:
        assert said(link, b"mended") == b"mended"


def test_a_held_line_is_silent_and_then_delivers_what_was_under_way(proxy: Proxy, echo: int) -> None:
    with dial(proxy.add("node A", "127.0.0.1", "127.0.0.1", echo)) as link:
        assert said(link, b"hello") == b"hello"
        proxy.change("node", State.HELD)
        with pytest.raises(TimeoutError):
            said(link, b"late")
        proxy.change("node", State.OPEN)
        assert link.recv(1024) == b"late"


def test_a_frozen_connection_waits_while_new_ones_pass(proxy: Proxy, echo: int) -> None:
    port = proxy.add("node A", "127.0.0.1", "127.0.0.1", echo)
    with dial(port) as old:
        assert said(old, b"hello") == b"hello"
        proxy.freeze("node")
        with pytest.raises(TimeoutError):
            said(old, b"late")
        with dial(port) as new:
            assert said(new, b"new") == b"new"
        proxy.change("node", State.OPEN)
        assert old.recv(1024) == b"late"


def test_only_lines_of_that_name_are_concerned(proxy: Proxy, echo: int) -> None:
    with dial(proxy.add("directory", "127.0.0.1", "127.0.0.1", echo)) as link:
        proxy.change("node", State.CUT)
        assert said(link, b"hello") == b"hello"
