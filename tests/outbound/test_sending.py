"""What is sent goes over real sockets and real TLS: to the address that was checked, for the name, within bounds."""

import http.server
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from console.adapters.outbound import REPLY_LIMIT, Outbound
from console.domain.errors import ConnectionLost, ProtocolFault, ReachError, TimedOut, TrustFailed, Unreachable
from console.domain.outbound import AllowList, OutboundRefused
from console.lab.certificates import Authority

NAME, ADDRESS = "siem.example.com", "9.9.9.9"
"""Where the console believes that it connects to."""


class Answers(http.server.BaseHTTPRequestHandler):
    """Says what came, and misbehaves where the path asks for it."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/slow":
            threading.Event().wait(1.5)
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "https://169.254.169.254/latest")
            self.end_headers()
            return
        if self.path == "/torn":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            return
        body = b"x" * (REPLY_LIMIT + 1) if self.path == "/long" else body
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


class World:
    """A server on loopback that answers for public addresses, and what the console asked of the network."""

    def __init__(self, port: int, ca: str) -> None:
        self.port = port
        self.ca = ca
        self.asked: list[str] = []
        self.dialled: list[tuple[str, int]] = []
        self.addresses = [[ADDRESS]]

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]

    def dial(self, place: tuple[str, int], within: float) -> socket.socket:
        self.dialled.append(place)
        return socket.create_connection(("127.0.0.1", self.port), within)

    def out(self, *named: str) -> Outbound:
        return Outbound(AllowList.read(named or [NAME]), resolve=self.resolve, dial=self.dial)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def world(authority: Authority) -> Iterator[World]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    context = authority.issue("siem", [NAME]).context()
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield World(server.server_address[1], str(authority.certificate_path))
    server.shutdown()
    server.server_close()


def test_a_message_arrives_and_its_answer_comes_back(world: World) -> None:
    reply = world.out().send(f"https://{NAME}/hook", b"told", ca=world.ca, headers={"X-Sign": "1"})
    assert (reply.status, reply.body) == (200, b"told")
    assert world.dialled == [(ADDRESS, 443)]


def test_the_ca_may_be_given_as_its_text(world: World) -> None:
    assert world.out().send(f"https://{NAME}/", b"", ca=Path(world.ca).read_text()).status == 200


def test_a_second_answer_of_the_resolver_leads_nowhere_else(world: World) -> None:
    world.addresses = [[ADDRESS], ["127.0.0.1"]]
    assert world.out().send(f"https://{NAME}/", b"", ca=world.ca).status == 200
    assert world.dialled == [(ADDRESS, 443)]
    with pytest.raises(OutboundRefused, match="this machine"):
        world.out().send(f"https://{NAME}/", b"", ca=world.ca)
    assert world.dialled == [(ADDRESS, 443)]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://siem.example.com/",
            "ftp://siem.example.com/",
            "file:///etc/passwd",
            "https:///x",
            "//siem.example.com",
        ),
        *(
            "https://user:word@siem.example.com/",
            "https://other.example.com/",
            "https://siem.example.com@other.example/",
        ),
        *("https://127.0.0.1/", "https://2130706433/", "https://[::1]/", "https://localhost/", "https://0x7f.1/"),
    ],
)
def test_an_address_that_is_not_named_or_no_https_reaches_nobody(world: World, url: str) -> None:
    with pytest.raises(ReachError) as caught:
        world.out().send(url, b"", ca=world.ca)
    assert world.dialled == []
    assert caught.value.remedy
    assert "word" not in caught.value.message


def test_a_redirect_is_an_answer_and_is_not_followed(world: World) -> None:
    assert world.out().send(f"https://{NAME}/away", b"", ca=world.ca).status == 302
    with world.out().session(ca=world.ca) as session:
        assert session.post(f"https://{NAME}/away", timeout=5).status_code == 302
    assert set(world.dialled) == {(ADDRESS, 443)}


def test_a_session_knows_no_clear_text(world: World) -> None:
    with world.out().session() as session, pytest.raises(requests.exceptions.InvalidSchema):
        session.get(f"http://{NAME}/", timeout=5)


def test_no_proxy_of_the_environment_is_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert world.out().send(f"https://{NAME}/", b"", ca=world.ca).status == 200


def test_a_certificate_of_another_or_of_nobody_is_not_trusted(world: World) -> None:
    with pytest.raises(TrustFailed):
        world.out("x.example.com").send("https://x.example.com/", b"", ca=world.ca)
    with pytest.raises(TrustFailed):
        world.out().send(f"https://{NAME}/", b"")
    with pytest.raises(TrustFailed, match="CA"):
        world.out().send(f"https://{NAME}/", b"", ca="/no/such/file")
    with pytest.raises(TrustFailed):
        world.out().tls(NAME, 6514)


@pytest.mark.parametrize(("path", "error"), [("/slow", TimedOut), ("/long", ProtocolFault), ("/torn", ConnectionLost)])
def test_an_answer_that_misbehaves_is_an_error_with_a_remedy(world: World, path: str, error: type[ReachError]) -> None:
    with pytest.raises(error) as caught:
        world.out().send(f"https://{NAME}{path}", b"", ca=world.ca, within=1.0)
    assert caught.value.remedy


def test_where_nobody_listens_says_so(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        world.port = closed.getsockname()[1]
    for attempt in (lambda: world.out().send(f"https://{NAME}/", b""), lambda: world.out().connect(NAME, 514)):
        with pytest.raises(Unreachable, match=NAME):
            attempt()


def test_a_name_that_nobody_knows_says_so(world: World) -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    out = Outbound(AllowList.read([NAME]), resolve=nobody)
    for attempt in (lambda: out.send(f"https://{NAME}/", b""), lambda: out.connect(NAME, 514)):
        with pytest.raises(Unreachable, match="not known"):
            attempt()


def test_a_tls_connection_for_syslog(world: World) -> None:
    with world.out().tls(NAME, 6514, ca=world.ca) as connection:
        assert connection.version() in ("TLSv1.2", "TLSv1.3")
    assert world.dialled == [(ADDRESS, 6514)]


def test_the_system_itself_leads_home_only_to_be_refused() -> None:
    out = Outbound(AllowList.read(["localhost", "0.0.0.0/0", "::/0"]))
    with pytest.raises(OutboundRefused, match="ever sent"):
        out.connect("localhost", 80)


@pytest.fixture
def mail(authority: Authority) -> Iterator[tuple[World, list[bytes]]]:
    """A mail server that takes one connection: greeting, EHLO, STARTTLS, EHLO, QUIT."""
    said: list[bytes] = []
    context = authority.issue("mail", [NAME]).context()

    def serve(listener: socket.socket) -> None:
        with listener.accept()[0] as plain:
            plain.sendall(b"220 mail\r\n")
            said.append(plain.recv(512))
            plain.sendall(b"250-mail\r\n250 STARTTLS\r\n")
            said.append(plain.recv(512))
            plain.sendall(b"220 go\r\n")
            with context.wrap_socket(plain, server_side=True) as connection:
                for answer in (b"250 mail\r\n", b"221 bye\r\n"):
                    said.append(connection.recv(512))
                    connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield World(listener.getsockname()[1], str(authority.certificate_path)), said
        thread.join(5)


def test_mail_is_spoken_after_its_handshake_only(mail: tuple[World, list[bytes]]) -> None:
    world, said = mail
    with world.out().mail(NAME, 25, ca=world.ca) as server:
        assert isinstance(server, smtplib.SMTP)
        assert isinstance(server.sock, ssl.SSLSocket)
        assert server.ehlo()[0] == 250
    assert [line.split()[0] for line in said] == [b"ehlo", b"STARTTLS", b"ehlo", b"QUIT"]
    assert world.dialled == [(ADDRESS, 25)]
