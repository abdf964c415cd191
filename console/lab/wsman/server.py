"""A node's WinRM service: HTTP(S) in front of the shells, with the faults of the wire."""

import http.server
import socket
import ssl
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from console.lab.state import Node
from console.lab.world import World
from console.lab.wsman import sealing, soap
from console.lab.wsman.authentication import Directory, SignIn
from console.lab.wsman.listener import Listener
from console.lab.wsman.operations import perform
from console.lab.wsman.shells import Shells

MAX_BODY = 4 * 1024 * 1024
_SOAP_TYPE = "application/soap+xml;charset=UTF-8"
_PLAIN = soap.WSManFault(
    "w:AccessDenied",
    5,
    "The WS-Management service cannot process the request. Unencrypted messages are not accepted over HTTP.",
)


@dataclass(frozen=True, slots=True)
class Served:
    """One answered request, for tests that count."""

    action: str
    status: int
    size: int
    milliseconds: float


class NodeServer:
    """WinRM of one node on its address, over HTTP and, when a TLS context is given, HTTPS."""

    def __init__(self, world: World, node: Node, tls: ssl.SSLContext | None = None) -> None:
        self.world = world
        self.node = node
        self.directory = Directory(node.name, world.definition.accounts)
        self.shells = Shells(world, node)
        self.requests: deque[Served] = deque(maxlen=10000)
        item = node.definition
        self.http = Listener(item.address, item.port, self._connection(secure=False))
        self.listeners = [self.http]
        self.https: Listener | None = None
        if tls and item.tls_port is not None:
            self.https = Listener(item.address, item.tls_port, self._connection(secure=True), tls)
            self.listeners.append(self.https)

    @property
    def wanted(self) -> bool:
        """Whether WinRM should be listening now."""
        node = self.node
        return node.powered and "refuse" not in node.faults and "winrm-down" not in node.faults

    def reconcile(self) -> None:
        """Open or shut the listeners as the node's state demands."""
        for listener in self.listeners:
            if self.wanted and not listener.open:
                listener.start()
                self.node.ports["HTTP" if listener is self.http else "HTTPS"] = listener.port
            elif not self.wanted and listener.open:
                listener.stop()
        if not self.node.powered and len(self.shells):
            self.shells.clear()

    def stop(self) -> None:
        """Shut the listeners and end what runs in shells."""
        for listener in self.listeners:
            listener.stop()
        self.shells.clear()

    def _connection(self, *, secure: bool) -> Any:
        def serve(stream: socket.socket) -> None:
            _Handler(stream, self, secure)

        return serve


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection: signs in once, then answers request after request."""

    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-HTTPAPI/2.0"
    sys_version = ""
    wbufsize = -1

    def __init__(self, stream: socket.socket, service: NodeServer, secure: bool) -> None:
        self.service = service
        self.secure = secure
        self.node = service.node
        self.boots = self.node.boots
        self.sign_in = self._stranger()
        super().__init__(stream, ("127.0.0.1", 0), None)  # type: ignore[arg-type]

    def _stranger(self) -> SignIn:
        """Somebody who has not signed in."""
        return SignIn(self.service.directory, self.node.definition.basic, self.node.remoting.takes_credentials)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """Nothing goes to standard error; `requests` has it."""

    def do_POST(self) -> None:
        """Answer one request."""
        began = time.monotonic()
        text = self.headers.get("Content-Length") or "0"
        length = int(text) if text.isascii() and text.isdigit() else -1
        if not 0 <= length <= MAX_BODY:
            self._answer(400 if length < 0 else 413, b"")
            self.close_connection = True
            return
        body = self.rfile.read(length)
        self._wait_if_slow()
        if self.path.split("?")[0] != "/wsman":
            self._answer(404, b"")
            return
        if self._stalls("hang", ""):
            return
        signed_in, challenges = self.sign_in.take(self.headers.get("Authorization", ""))
        if signed_in and "wrong-password" in self.node.faults:
            signed_in, self.sign_in = False, self._stranger()
            challenges = self.sign_in.challenges()
        if not signed_in:
            self._answer(401, b"", challenges)
            return
        fresh = challenges if self.headers.get("Authorization") and self.sign_in.scheme != "basic" else []
        self._signed_in(body, fresh, began)

    def _signed_in(self, body: bytes, challenges: list[str], began: float) -> None:
        encrypted = (self.headers.get("Content-Type") or "").startswith("multipart/encrypted")
        if not body:
            self._answer(200, b"", challenges)
            return
        if encrypted:
            try:
                body = self._open(body)
            except sealing.BrokenSeal:
                self._answer(400, b"")
                return
        if "garbage" in self.node.faults:
            self._answer(200, b"\x00\x9c\xff<<garbage" * 7)
            return
        action, status, answer = self._perform(body, plain=not encrypted)
        if status == 0 or self._lost_power():
            return
        content_type = _SOAP_TYPE
        if encrypted and answer and self.sign_in.context:
            answer = sealing.seal(self.sign_in.context, answer, self.sign_in.scheme)
            content_type = sealing.content_type(self.sign_in.scheme)
        if self.node.faulty("drop", action):
            self._break_off(status, answer, content_type)
            return
        self._answer(status, answer, challenges, content_type)
        took = (time.monotonic() - began) * 1000
        self.service.requests.append(Served(action, status, len(answer), took))

    def _open(self, body: bytes) -> bytes:
        if self.sign_in.context is None:
            raise sealing.BrokenSeal("This connection has no key.")
        return sealing.unseal(self.sign_in.context, body)

    def _perform(self, body: bytes, *, plain: bool) -> tuple[str, int, bytes]:
        """Action, HTTP status and envelope; status 0 when nothing is to be sent."""
        try:
            request = soap.read(body)
        except soap.NotSoap:
            return "", 400, b""
        if plain and not self.secure and self.sign_in.scheme != "basic":
            return request.verb, 500, soap.fault(request, _PLAIN, self.node.name)
        if "action" in self.node.faults.get("hang", {}) and self._stalls("hang", request.verb):
            return request.verb, 0, b""
        account = self.sign_in.account
        try:
            if account is None:
                raise _PLAIN
            return request.verb, 200, soap.reply(request, perform(self.service.shells, account, request))
        except soap.WSManFault as error:
            return request.verb, 500, soap.fault(request, error, self.node.name)

    def _wait_if_slow(self) -> None:
        slow = self.node.faults.get("slow")
        if slow is not None:
            time.sleep(float(slow.get("ms") or 500) / 1000)

    def _stalls(self, fault: str, action: str) -> bool:
        """Wait as long as the hang lasts; True when the request is never to be answered."""

        def stalls() -> bool:
            return self.node.faulty(fault, action) or self.node.faulty("paused")

        if not stalls():
            return False
        self.service.world.schedule.wait(lambda: not stalls() or not self.service.wanted)
        self.close_connection = True
        return True

    def _lost_power(self) -> bool:
        """Whether the node has gone down since the connection was made: what died with it is no answer."""
        self.close_connection |= self.node.boots != self.boots
        return self.node.boots != self.boots

    def _break_off(self, status: int, answer: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer[: len(answer) // 2])
        self.wfile.flush()
        self.close_connection = True

    def _answer(
        self, status: int, answer: bytes, challenges: list[str] | None = None, content_type: str = _SOAP_TYPE
    ) -> None:
        self.send_response(status)
        for challenge in challenges or []:
            self.send_header("WWW-Authenticate", challenge)
        if answer:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        self.wfile.flush()
