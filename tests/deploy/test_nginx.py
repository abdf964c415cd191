"""The proxy in front of the console, as deploy/nginx.conf has it, tried over real connections."""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.core.handlers.asgi import ASGIHandler
from pytest_django import Settings

from console.domain.secrets import Secret
from console.lab.hook_client import HookClient, Response, Transport
from console.services.hooks.keys import issue_key
from tests.deploy.proxy import NAME, PATIENCE, Behind, Proxy, offering, proxy_before, recording
from tests.hooks.test_bodies import heard, serving
from tests.hooks.wire import EVENT
from tests.services import making

pytestmark = pytest.mark.slow
MEBI = 1024 * 1024


@pytest.fixture(scope="module")
def behind() -> Iterator[Behind]:
    """What stands behind the proxy."""
    with recording() as found:
        yield found


@pytest.fixture(scope="module")
def proxy(behind: Behind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The proxy before it."""
    with proxy_before(behind.port, tmp_path_factory.mktemp("nginx")) as running:
        yield running


@pytest.fixture(autouse=True)
def forgotten(behind: Behind) -> None:
    """What was asked in the test before."""
    behind.asked.clear()


def head(line: str, *more: str, host: str = NAME) -> bytes:
    return "\r\n".join((line, f"Host: {host}", *more, "", "")).encode()


def answer(connection: socket.socket, sent: bytes) -> bytes:
    """Everything that comes back until the proxy closes."""
    with connection:
        connection.sendall(sent)
        return heard(connection)


def status(connection: socket.socket, sent: bytes) -> int:
    """The status that comes back first; 0 where the proxy closes without a word."""
    with connection:
        connection.sendall(sent)
        connection.settimeout(5.0)
        told = connection.recv(64)
    return int(told.split()[1]) if told else 0


def test_who_asks_and_how_is_said_by_the_proxy_alone(proxy: Proxy, behind: Behind) -> None:
    forged = ("X-Forwarded-For: 10.9.9.9", "X-Forwarded-Proto: https", "X_Forwarded_For: 10.9.9.9", "Connection: close")
    assert status(proxy.connect(), head("GET / HTTP/1.1", *forged)) == 200
    assert status(proxy.clear(), head("GET /hooks/runs/x HTTP/1.1", *forged)) == 200
    (_, _, people), (_, _, nodes) = behind.asked
    assert (people["x-forwarded-for"], people["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert (nodes["x-forwarded-for"], nodes["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert "x_forwarded_for" not in people | nodes
    assert people["host"] == NAME


@pytest.mark.parametrize(
    ("where", "path", "length"),
    [
        ("people", "/", 4 * MEBI + 1),
        ("people", "/set-up-logs/", 257 * MEBI + 1),
        ("people", "/set-up-logs/../inventory/apply/", 4 * MEBI + 1),
        ("nodes", "/hooks/events", 4097),
    ],
)
def test_a_body_that_is_too_large_is_refused_before_it_is_sent(
    proxy: Proxy, behind: Behind, where: str, path: str, length: int
) -> None:
    connection = proxy.connect() if where == "people" else proxy.clear()
    assert status(connection, head(f"POST {path} HTTP/1.1", f"Content-Length: {length}")) == 413
    assert behind.asked == []


def test_a_body_that_does_not_say_its_size_is_cut_off(proxy: Proxy, behind: Behind) -> None:
    sent = head("POST /hooks/events HTTP/1.1", "Transfer-Encoding: chunked") + b"1001\r\n" + b"x" * 4097 + b"\r\n"
    assert status(proxy.clear(), sent) == 413
    assert behind.asked == []


@pytest.mark.parametrize("where", ["people", "nodes"])
@pytest.mark.parametrize("body", [False, True], ids=["a head", "a body"])
def test_who_sends_slowly_is_given_up_and_never_reaches_the_console(
    proxy: Proxy, behind: Behind, where: str, body: bool
) -> None:
    sent = head("POST /hooks/events HTTP/1.1", "Content-Length: 100") + b"x" if body else b"GET / HTTP/1.1\r\nX-Slow: "
    started = time.monotonic()
    assert status(proxy.connect() if where == "people" else proxy.clear(), sent) in (0, 408)
    assert time.monotonic() - started < PATIENCE + 3
    assert behind.asked == []


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: console.example.com\r\n\r\n"
SMUGGLING = {
    "two lengths": ("Content-Length: 0", f"Content-Length: {len(SMUGGLED)}"),
    "a length and chunks": (f"Content-Length: {len(SMUGGLED)}", "Transfer-Encoding: chunked"),
    "chunks that are none": (f"Content-Length: {len(SMUGGLED)}", "Transfer-Encoding: xchunked"),
    "two encodings": ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
    "a space before the colon": ("Transfer-Encoding : chunked", f"Content-Length: {len(SMUGGLED)}"),
    "a folded line": (f"Content-Length: {len(SMUGGLED)}", " Transfer-Encoding: chunked"),
    "a signed length": (f"Content-Length: +{len(SMUGGLED)}",),
    "two lengths in one": (f"Content-Length: 0, {len(SMUGGLED)}",),
}


@pytest.mark.parametrize("how", SMUGGLING)
def test_a_request_within_a_request_reaches_nobody(proxy: Proxy, behind: Behind, how: str) -> None:
    sent = head("POST /first HTTP/1.1", *SMUGGLING[how]) + b"0\r\n\r\n" + SMUGGLED
    told = answer(proxy.connect(), sent)
    assert "/smuggled" not in [target for _, target, _ in behind.asked]
    assert re.match(rb"HTTP/1.1 (400|411|501) ", told), told
    assert behind.asked == []


def test_in_clear_nothing_but_the_webhook_is_reached(proxy: Proxy, behind: Behind) -> None:
    paths = ("/", "/sign-in/", "/hooks/../sign-in/", "/hooks/%2e%2e/sign-in/", "/hooks/..%2fsign-in/", "//sign-in/")
    for path in paths:
        told = answer(proxy.clear(), head(f"POST {path} HTTP/1.1", "Content-Length: 0", "Connection: close"))
        assert told.startswith(b"HTTP/1.1 308 "), path
        assert f"Location: https://{NAME}/".encode() in told, path
    assert behind.asked == []


def test_a_name_that_is_not_the_consoles_gets_nothing(proxy: Proxy, behind: Behind) -> None:
    assert status(proxy.clear(), head("GET /hooks/runs/x HTTP/1.1", host="other.example.com")) == 0
    for name in ("other.example.com", None):
        with pytest.raises(ssl.SSLError):
            proxy.speaking(offering("ALL"), name)
    assert behind.asked == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_only_tls_that_is_safe_is_spoken(proxy: Proxy) -> None:
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with proxy.connect(minimum=version, maximum=version) as connection:
            assert connection.version() == version.name.replace("_", ".")
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            proxy.connect(minimum=version, maximum=version)
    for weak in ("aNULL:@SECLEVEL=0", "CBC:!aNULL:@SECLEVEL=0", "kRSA:@SECLEVEL=0"):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            proxy.speaking(offering(weak), NAME)


def test_a_live_page_gets_what_is_said_when_it_is_said(proxy: Proxy) -> None:
    with proxy.connect() as connection:
        started = time.monotonic()
        connection.sendall(head("GET /operations/17/events HTTP/1.1"))
        heard_so_far = b""
        while not heard_so_far.endswith(b"\r\n\r\n1"):
            heard_so_far += connection.recv(4096)
        assert time.monotonic() - started < 1.5


@pytest.mark.django_db(transaction=True)
def test_the_console_behind_it_takes_a_node_at_its_word_and_pins_browsers_to_tls(
    settings: Settings, tmp_path: Path
) -> None:
    settings.ALLOWED_HOSTS = [NAME]
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.HOOK_EVENTS = "tests.hooks.handler"
    key_id, key = _key()
    with serving(ASGIHandler()) as port, proxy_before(port, tmp_path) as proxy:
        node = HookClient(f"http://{NAME}", key_id, key.reveal(), transport=_through(proxy))
        assert node.event("starting", EVENT).kind == "wait"
        told = answer(proxy.connect(), head("GET /sign-in/ HTTP/1.1", "Connection: close"))
        assert told.startswith(b"HTTP/1.1 200 ")
        assert b"strict-transport-security: max-age=31536000; includesubdomains" in told.lower()


def _through(proxy: Proxy) -> Transport:
    """The way of a node to the proxy, whose name no server of names knows here."""

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        connection = http.client.HTTPConnection("127.0.0.1", proxy.nodes, timeout=10)
        connection.request(method, path, body, {**headers, "Host": NAME})
        got = connection.getresponse()
        told = Response(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        connection.close()
        return told

    return send


def _key() -> tuple[str, Secret]:
    return issue_key(making.cluster().nodes.get(role="primary"), making.actor())
