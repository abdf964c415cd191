"""Every place outside takes a signed head over the real protocol, and says it when it does not."""

import email
import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from ssl import SSLContext
from urllib.parse import urlsplit

import pytest

from console.adapters.anchors import FileAnchor, MailAnchor, SyslogAnchor, WebhookAnchor
from console.adapters.outbound import Outbound
from console.domain.anchors import NotKept
from console.domain.errors import ChangeoverError, TrustFailed
from console.domain.outbound import AllowList
from console.domain.verify_audit import KIND, Anchor, canonical, read_anchors
from console.lab.certificates import Authority

NAME = "siem.example.com"
LINE = canonical(
    {"at": "2008-07-18T09:30:00.000000Z", "hash": "ab" * 32, "key": "cd" * 8, "kind": KIND, "seq": 7}
    | {"signature": "ef" * 64}
)
ANCHOR = Anchor(7, "ab" * 32, "2008-07-18T09:30:00.000000Z", "cd" * 8, "ef" * 64)
WORD = "s3cret-word"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def context(authority: Authority) -> SSLContext:
    return authority.issue("siem", [NAME]).context()


Serve = Callable[[Callable[[socket.socket], None]], Outbound]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server of one connection on loopback; the way out believes that it is a public address."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def start(talk: Callable[[socket.socket], None]) -> Outbound:
        def accept() -> None:
            with listener.accept()[0] as connection:
                talk(connection)

        threads.append(threading.Thread(target=accept, daemon=True))
        threads[-1].start()
        return Outbound(
            AllowList.read([NAME]),
            resolve=lambda host, port: ["9.9.9.9"],
            dial=lambda place, within: socket.create_connection(listener.getsockname(), within),
        )

    yield start
    for thread in threads:
        thread.join(5)
    listener.close()


def test_a_file_grows_by_one_line_for_each_head_and_keeps_what_it_had(tmp_path: Path) -> None:
    place = FileAnchor(tmp_path / "anchors.jsonl")
    place.keep(LINE)
    place.keep(LINE)

    assert place.path.read_text() == f"{LINE}\n{LINE}\n"
    assert list(read_anchors(place.path.read_text().splitlines())) == [ANCHOR, ANCHOR]
    assert place.path.stat().st_mode & 0o007 == 0


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotKept, match=r"cannot be written: No such file"):
        FileAnchor(tmp_path / "no" / "anchors.jsonl").keep(LINE)
    with pytest.raises(NotKept, match=r"cannot be written: No space"):
        FileAnchor(Path("/dev/full")).keep(LINE)


def test_a_syslog_server_gets_one_framed_message_over_tls(
    serve: Serve, context: SSLContext, authority: Authority
) -> None:
    came: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            while piece := tls.recv(4096):
                came.append(piece)

    SyslogAnchor(serve(talk), NAME, 6514, str(authority.certificate_path)).keep(LINE)

    length, _, message = _joined(came).partition(b" ")
    assert int(length) == len(message)
    assert message.startswith(b"<110>1 2008-07-18T09:30:00.000000Z ")
    assert list(read_anchors([message.decode()])) == [ANCHOR]


def _joined(came: list[bytes]) -> bytes:
    """What came, once the server's thread has it all."""
    for _ in range(100):
        if came and b"signature" in b"".join(came):
            break
        threading.Event().wait(0.02)
    return b"".join(came)


def test_a_syslog_server_that_nobody_vouches_for_gets_nothing(serve: Serve, context: SSLContext) -> None:
    def talk(connection: socket.socket) -> None:
        with pytest.raises(OSError), context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(1)

    with pytest.raises(TrustFailed):
        SyslogAnchor(serve(talk), NAME, 6514).keep(LINE)


class Hook(http.server.BaseHTTPRequestHandler):
    """Takes what is posted to /kept."""

    came: list[tuple[str, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.came.append((self.headers["Content-Type"], body))
        self.send_response(201 if self.path.startswith("/kept") else 403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.mark.parametrize("path", ["/kept", "/refused"])
def test_an_address_gets_the_head_as_its_body_and_has_to_take_it(
    serve: Serve, context: SSLContext, authority: Authority, path: str
) -> None:
    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            Hook(tls, ("", 0), None)  # type: ignore[arg-type]

    Hook.came.clear()
    place = WebhookAnchor(serve(talk), f"https://{NAME}{path}?token={WORD}", str(authority.certificate_path))
    if path == "/kept":
        place.keep(LINE)
    else:
        with pytest.raises(NotKept, match="403") as caught:
            place.keep(LINE)
        assert WORD not in str(caught.value)

    assert Hook.came == [("application/json", LINE.encode())]
    assert WORD not in repr(place)


def test_where_nobody_listens_no_more_than_the_host_of_the_address_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()
    out = Outbound(
        AllowList.read([NAME]),
        resolve=lambda host, port: ["9.9.9.9"],
        dial=lambda place, within: socket.create_connection(nobody, within),
    )
    with pytest.raises(NotKept, match=f"at {NAME} did not take it: Unreachable") as caught:
        WebhookAnchor(out, f"https://{NAME}/{WORD}?token={WORD}").keep(LINE)

    assert WORD not in caught.value.message + caught.value.remedy
    assert caught.value.__suppress_context__


def mail_server(context: SSLContext, said: list[bytes], refuse: bool) -> Callable[[socket.socket], None]:
    """A mail server with STARTTLS and a sign-in; `refuse` has it take no message."""

    def talk(plain: socket.socket) -> None:
        plain.sendall(b"220 mail\r\n")
        plain.recv(512)
        plain.sendall(b"250-mail\r\n250 STARTTLS\r\n")
        plain.recv(512)
        plain.sendall(b"220 go\r\n")
        with context.wrap_socket(plain, server_side=True) as tls, tls.makefile("rb") as lines:
            for line in lines:
                word = line.split()[0].upper()
                if word == b"DATA" and not refuse:
                    tls.sendall(b"354 go on\r\n")
                    said.extend(iter(lines.readline, b".\r\n"))
                answers = {b"EHLO": b"250-mail\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 in\r\n", b"QUIT": b"221 bye\r\n"}
                tls.sendall(b"554 no\r\n" if word == b"DATA" and refuse else answers.get(word, b"250 fine\r\n"))
                if word == b"QUIT":
                    return

    return talk


@pytest.mark.parametrize("refuse", [False, True])
def test_a_mailbox_gets_a_message_with_the_head_on_one_line(
    serve: Serve, context: SSLContext, authority: Authority, refuse: bool
) -> None:
    said: list[bytes] = []
    out = serve(mail_server(context, said, refuse))
    server = urlsplit(f"smtp://console:{WORD}@{NAME}")
    place = MailAnchor(out, server, "console@example.com", "audit@example.com", str(authority.certificate_path))
    if refuse:
        with pytest.raises(ChangeoverError, match="did not take it") as caught:
            place.keep(LINE)
        assert WORD not in str(caught.value)
        return
    place.keep(LINE)

    message: Message = email.message_from_bytes(b"".join(said))
    assert message["Subject"] == "Changeover: the audit stands at record 7"
    assert list(read_anchors(message.get_payload().splitlines())) == [ANCHOR]
    assert WORD not in repr(place)
