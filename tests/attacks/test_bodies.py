"""Bodies of pages that are too large or too slow, and requests that never end, sent to a real server.

Those of the webhook have tighter bounds: `tests/hooks/test_bodies.py`.
"""

import socket
from collections.abc import Iterator

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.test import Client
from django.urls import reverse

from console import asgi
from console.web.hook_bodies import BoundedBodies
from console.web.upload_bound import BoundedUploads
from tests.hooks.test_bodies import dripped, heard, serving

GRACE = 0.6
LARGEST, OTHERS = 40_000, 4_000

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def port() -> Iterator[int]:
    """The console, with less patience and room than in use."""
    with serving(BoundedBodies(BoundedUploads(ASGIHandler(), largest=LARGEST, others=OTHERS, grace=GRACE))) as port:
        yield port


def head(path: str, *more: str) -> bytes:
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *more, "", "")).encode()


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/sign-in/", OTHERS + 1, 413),
        ("/sign-in/", OTHERS, 403),
        ("/set-up-logs/", LARGEST + 1, 413),
        ("/set-up-logs/", LARGEST, 403),
        ("/set-up-logs/../sign-in/", OTHERS + 1, 413),
        ("//set-up-logs/", OTHERS + 1, 413),
        ("/inventory/apply/", 10**15, 413),
    ],
)
def test_a_page_takes_what_it_is_for_and_no_more(port: int, path: str, length: int, status: int) -> None:
    """Without a form token what is short enough gets as far as the check of the form (403)."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head(path, f"Content-Length: {length}"))
        if status != 413:
            connection.sendall(b"x" * length)
        assert heard(connection).startswith(f"HTTP/1.1 {status} ".encode())


def test_a_body_that_does_not_say_its_size_is_cut_off(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head("/sign-in/", "Transfer-Encoding: chunked") + b"1001\r\n" + b"x" * 4097 + b"\r\n")
        answer = heard(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"nothing was kept" in answer


@pytest.mark.parametrize("path", ["/sign-in/", "/set-up-logs/"])
def test_a_body_that_drips_is_given_up(port: int, path: str) -> None:
    answer, seconds = dripped(port, head(path, "Content-Length: 3000"))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert seconds < GRACE + 3


def test_requests_that_never_end_keep_nobody_waiting(port: int) -> None:
    half = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
    for connection in half:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert heard(connection).startswith(b"HTTP/1.1 200 ")
    for connection in half:
        connection.close()


def test_a_head_that_is_too_long_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * 100_000)
        assert heard(connection).startswith(b"HTTP/1.1 400 ")


def test_a_form_of_very_many_fields_is_refused(client: Client) -> None:
    """Each field costs memory and time, and no form has that many."""
    assert client.post(reverse("sign-in"), {f"field{number}": "" for number in range(1001)}).status_code == 400


def test_the_console_that_is_served_has_these_bounds() -> None:
    assert isinstance(asgi.application, BoundedBodies)
    pages = asgi.application.application
    assert isinstance(pages, BoundedUploads)
    assert (pages.largest, pages.others, pages.grace) == (257 * 1024 * 1024, 4 * 1024 * 1024, 20.0)
