"""Receivers of notices: an https and a mail server on loopback, and a way out that takes them for the world's."""

import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from console.adapters.outbound import Outbound
from console.domain.outbound import AllowList

HOOK, CHAT, MAIL = "hook.example.com", "hooks.slack.com", "mail.example.com"
NAMED = [HOOK, CHAT, MAIL]
SLOW = "/slow"
"""What is sent here is answered when the receiver is told to hurry."""
WORD = "p4ss-word-of-the-mail-server"


@dataclass(frozen=True)
class Came:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """An https server that keeps what comes; `answers` are given in turn, the last one for ever."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.came: list[Came] = []
        self.answers: list[tuple[int, bytes]] = [(204, b"")]
        self.hurry = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == SLOW:
                    receiver.hurry.wait(8)
                receiver.came.append(Came(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                status, text = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.place: tuple[str, int] = self._server.server_address[:2]  # type: ignore[assignment]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @contextmanager
    def serving(self) -> Iterator["Receiver"]:
        """While it serves."""
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()


@dataclass
class Mailbox:
    """What a mail server took, and whom it refuses."""

    messages: list[Envelope] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, to: str, _options: list[str]) -> str:
        """Take a mailbox, or say that there is none."""
        if to in self.refused:
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        """Keep the message."""
        self.messages.append(envelope)
        return "250 taken"


@contextmanager
def mail_server(context: ssl.SSLContext, box: Mailbox) -> Iterator[tuple[str, int]]:
    """A mail server with STARTTLS that wants a sign-in; its place."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def sign_in(*said: Any) -> AuthResult:
        known: LoginPassword = said[-1]
        return AuthResult(success=known.password == WORD.encode(), handled=False)

    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=sign_in,
        auth_required=True,
    )
    controller.start()
    try:
        yield ("127.0.0.1", port)
    finally:
        controller.stop()


@dataclass
class World:
    """Where each name leads, for the way out of a test; a name that leads nowhere has no address."""

    ca: str
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    named: list[str] = field(default_factory=lambda: list(NAMED))

    def out(self) -> Outbound:
        """The real way out, but for the network's last step."""
        return Outbound(AllowList.read(self.named), resolve=self._resolve, dial=self._dial)

    def _resolve(self, host: str, port: int) -> list[str]:
        if host not in self.places:
            raise socket.gaierror(-2, "Name or service not known")
        return [f"9.9.9.{list(self.places).index(host) + 1}"]

    def _dial(self, place: tuple[str, int], within: float) -> socket.socket:
        return socket.create_connection(list(self.places.values())[int(place[0].rsplit(".")[-1]) - 1], within)


def nobody() -> tuple[str, int]:
    """A place at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        place: tuple[str, int] = closed.getsockname()
    return place
