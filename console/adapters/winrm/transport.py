"""pywinrm's transport with bounds: a short connect timeout, a deadline, a size limit, no proxy, a named certificate."""

import contextlib
import queue
import time
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection
from winrm.exceptions import WinRMTransportError
from winrm.transport import Transport

from console.adapters.winrm.direct import WAYS_IN, Direct
from console.adapters.winrm.line import REPLY_LIMIT, Dropped, Line, ReplyTooLarge, ReplyTooSlow
from console.adapters.winrm.messages import CommandProtocol
from console.domain.topology import Node

CONNECT_TIMEOUT = 5.0
"""Seconds; an address that is dead must not cost more."""

OPERATION_TIMEOUT = 15
"""Seconds that a node is given to open a shell or to take a command: signing on may be slow."""

RECEIVE_TIMEOUT = 5
"""Seconds for which a node may hold a Receive before it says that there is nothing new."""

_DEMAND_LIMIT = 64 * 1024
_GRACE = 5.0
"""Seconds that a reply may take beyond the operation timeout."""


class Bounds:
    """What one exchange may take; shared by a transport and its adapter."""

    def __init__(self) -> None:
        self.deadline = time.monotonic() + CONNECT_TIMEOUT + _GRACE
        self.reading = _GRACE

    def allow(self, seconds: float, patience: float) -> tuple[float, float]:
        """Give the next exchange so many seconds; its connect and read timeouts, the latter beyond `patience`."""
        seconds = max(0.5, seconds)
        self.deadline = time.monotonic() + seconds
        self.reading = min(seconds, patience + _GRACE)
        return (min(CONNECT_TIMEOUT, seconds), self.reading)

    def left(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()


class BoundedAdapter(HTTPAdapter):
    """Reads a reply within the bounds, and checks the certificate for a name that may differ from the address."""

    def __init__(self, bounds: Bounds, tls_name: str) -> None:
        self.bounds = bounds
        self.tls_name = tls_name
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pool, with the certificate's name when one is given."""
        if self.tls_name:
            kwargs.update(server_hostname=self.tls_name, assert_hostname=self.tls_name)
        super().init_poolmanager(*args, **kwargs)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send and read the whole reply. Raises `ReplyTooLarge`, `ReplyTooSlow` or what requests raises.

        A short demand to sign in is left unread: signing in takes the certificate from its open socket.
        """
        kwargs["stream"] = True
        response = super().send(request, *args, **kwargs)
        if response.status_code == 401 and 0 <= _length(response) <= _DEMAND_LIMIT:
            return response
        try:
            response._content = self._read(response)
        except BaseException:
            response.raw.close()
            raise
        response._content_consumed = True  # type: ignore[attr-defined]
        return response

    def take(self) -> HTTPConnection | None:
        """The one connection that is kept open, which is the caller's from now on; None where there is none."""
        pools = self.poolmanager.pools
        try:
            connection: HTTPConnection | None = pools[next(iter(pools.keys()))].pool.get(block=False)
        except (StopIteration, queue.Empty):
            return None
        return connection if connection is not None and connection.sock is not None else None

    def _read(self, response: requests.Response) -> bytes:
        pieces: list[bytes] = []
        size = 0
        while piece := response.raw.read1(65536):
            pieces.append(piece)
            size += len(piece)
            if size > REPLY_LIMIT:
                raise ReplyTooLarge(f"The reply is larger than {REPLY_LIMIT} bytes.")
            if self.bounds.left() < 0:
                raise ReplyTooSlow("The reply came too slowly.")
        return b"".join(pieces)


def _length(response: requests.Response) -> int:
    """The announced length of a reply; -1 when there is none."""
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else -1


class BoundedTransport(Transport):
    """A transport that never sends before its session is bounded, nor in clear after encryption failed to start."""

    def __init__(self, node: Node) -> None:
        sealed = node.auth != "basic" and node.scheme == "http"
        super().__init__(
            endpoint=endpoint(node),
            username=node.credential.username,
            password=node.credential.password.reveal(),
            ca_trust_path=node.ca_file or DEFAULT_CA_BUNDLE_PATH,
            auth_method=node.auth,
            kerberos_delegation=node.auth == "kerberos",
            message_encryption="always" if sealed else "auto",
            proxy=None,
        )
        self.tls_name = node.tls_name
        self.bounds = Bounds()
        self._direct: Direct | None = None

    def send_message(self, message: str | bytes) -> bytes:
        """Send an envelope, and give the one that came back.

        What is sent first connects and signs in; for what follows the connection is used directly, and made anew where
        nothing of this was carried out on it. Raises what pywinrm and requests raise.
        """
        data = message.encode() if isinstance(message, str) else message
        if self._direct is not None:
            try:
                with self._speaking(self._direct) as direct:
                    return direct.ask(data, within=self.bounds.reading, deadline=self.bounds.deadline)
            except Dropped:
                pass  # the session is closed, and nothing was carried out
        answer: bytes = super().send_message(data)
        self._take_over()
        return answer

    def part(self, message: str) -> bool:
        """Send an envelope whose reply nobody waits for; `settle` reads it. False where nothing was sent.

        Only what goes directly over a connection can be left like this. Raises what sending raises.
        """
        direct = self._direct
        if direct is None:
            return False
        try:
            with self._speaking(direct):
                direct.part(message.encode(), within=self.bounds.reading, deadline=self.bounds.deadline)
        except Dropped:
            return False
        return True

    def settle(self, within: float) -> None:
        """Read the reply that is owed, in so many seconds at most: due before anything else is said to the node.

        Where it does not come, or not well, the connection is given up like one that the node has dropped.
        """
        direct = self._direct
        if direct is None or not direct.owed:
            return
        with contextlib.suppress(Exception), self._speaking(direct):  # whatever is wrong with it: nobody needs it
            direct.settle(within)

    @contextlib.contextmanager
    def _speaking(self, direct: Direct) -> Iterator[Direct]:
        """Inside of this the connection is used that was taken; after what breaks it nothing of the session is left."""
        try:
            yield direct
        except WinRMTransportError:
            raise
        except BaseException:
            direct.close()
            raise
        finally:
            if not direct.usable:
                self.close_session()

    def build_session(self) -> requests.Session:
        """The session, bounded."""
        session: requests.Session = super().build_session()
        self._bound(session)
        return session

    def setup_encryption(self, session: requests.Session) -> None:
        """Sign in and agree on keys; a failure leaves no session behind that would send in clear."""
        self._bound(session)
        try:
            super().setup_encryption(session)
        except BaseException:
            self.close_session()
            raise

    def look(self) -> None:
        """Give the connection up when the node has dropped it: so what is sent next is not lost with it.

        To be called when nothing is owed: a reply that has come looks the same.
        """
        if self._direct is not None and self._direct.dropped:
            self.close_session()

    def close_session(self) -> None:
        """Drop the connection and its keys."""
        if self._direct is not None:
            self._direct.close()
            self._direct = None
        super().close_session()
        self.encryption = None

    def allow(self, seconds: float, patience: float) -> None:
        """Give the next exchange so many seconds, with a node that answers within `patience`."""
        # requests takes (connect, read) where pywinrm's annotation knows one number for both
        self.read_timeout_sec = self.bounds.allow(seconds, patience)  # type: ignore[assignment]

    def _take_over(self) -> None:
        """Take the connection that is signed in out of the session's pool, where there is one that is kept."""
        if self.auth_method not in WAYS_IN or self.session is None:
            return
        adapter = self.session.get_adapter(self.endpoint)
        connection = adapter.take() if isinstance(adapter, BoundedAdapter) else None
        if connection is not None:
            self._direct = Direct(Line(connection), self.session, self.endpoint, self.encryption)

    def _bound(self, session: requests.Session) -> None:
        """Bound a session once: its connection carries the sign-in and must stay."""
        if isinstance(session.get_adapter(self.endpoint), BoundedAdapter):
            return
        session.trust_env = False
        session.max_redirects = 0  # a command must not follow a hint to another machine
        session.proxies = {}
        for prefix in ("http://", "https://"):
            session.mount(prefix, BoundedAdapter(self.bounds, self.tls_name))


def endpoint(node: Node) -> str:
    """The node's WS-Management address."""
    host = f"[{node.address}]" if ":" in node.address else node.address
    return f"{node.scheme}://{host}:{node.port}/wsman"


def make_protocol(node: Node) -> tuple[CommandProtocol, BoundedTransport]:
    """pywinrm's protocol over our transport, and that transport."""
    protocol = CommandProtocol(
        endpoint=endpoint(node),
        transport=node.auth,
        username=node.credential.username,
        password="",
        proxy=None,
        operation_timeout_sec=OPERATION_TIMEOUT,
        read_timeout_sec=OPERATION_TIMEOUT + int(_GRACE),
    )
    protocol.transport = transport = BoundedTransport(node)
    return protocol, transport
