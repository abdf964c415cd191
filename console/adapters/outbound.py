"""The one way out: HTTPS, TLS and mail to places that the allow-list names, at the addresses that were checked.

A name is resolved once and the connection goes to an address that passed: a second answer of the resolver cannot lead
it elsewhere. Certificates are checked for the name. No proxy, no redirect, no credentials of the environment.
"""

import logging
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from console.domain.errors import ConnectionLost, ProtocolFault, ReachError, TimedOut, TrustFailed, Unreachable
from console.domain.outbound import AllowList, OutboundRefused

logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)  # below that it writes paths, which may be secrets
WITHIN = 10.0
"""Seconds for a connection, and for each answer on it."""
REPLY_LIMIT = 1024 * 1024
"""Bytes of a reply that are read."""

Resolve = Callable[[str, int], list[str]]
Dial = Callable[[tuple[str, int], float], socket.socket]


@dataclass(frozen=True)
class Reply:
    """What an HTTPS server answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def resolved(host: str, port: int) -> list[str]:
    """The addresses of `host` as the system's resolver gives them. Raises `OSError`."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]).partition("%")[0] for *_, place in found))


def trusting(ca: str = "") -> ssl.SSLContext:
    """TLS 1.2 or later that believes `ca` (PEM, or the path of a file) alone, or what the system believes.

    Raises `TrustFailed` when `ca` cannot be read.
    """
    try:
        if "-----BEGIN" in ca:
            return ssl.create_default_context(cadata=ca)
        return ssl.create_default_context(cafile=str(Path(ca)) if ca else None)
    except (OSError, ValueError) as error:
        raise TrustFailed(f"The CA certificate cannot be read: {error}.") from error


class Outbound:
    """Connections to what `allowed` names. `resolve` and `dial` are the network; tests bring their own."""

    def __init__(self, allowed: AllowList, *, resolve: Resolve = resolved, dial: Dial = socket.create_connection):
        self.allowed = allowed
        self._resolve = resolve
        self._dial = dial

    def connect(self, host: str, port: int, *, within: float = WITHIN) -> socket.socket:
        """A TCP connection. Raises `OutboundRefused`, `Unreachable` or `TimedOut`."""
        with _told(host, port):
            return self.open(host, port, within)

    def tls(self, host: str, port: int, *, ca: str = "", within: float = WITHIN) -> ssl.SSLSocket:
        """A TLS connection whose certificate is for `host`. Raises as `connect`, and `TrustFailed`."""
        with _told(host, port):
            plain = self.open(host, port, within)
            try:
                return trusting(ca).wrap_socket(plain, server_hostname=host.strip("[]"))
            except BaseException:
                plain.close()
                raise

    def session(self, *, ca: str = "") -> requests.Session:
        """A session of requests for https addresses only; a redirect is an answer, and the environment is not read.

        Its errors are those of requests, and `OutboundRefused`. `send` is the way to send one message.
        """
        session = _Session()
        session.trust_env = False
        session.adapters.clear()
        session.mount("https://", _PinnedAdapter(self, trusting(ca)))
        return session

    def send(
        self,
        url: str,
        body: bytes | None = None,
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        ca: str = "",
        within: float = WITHIN,
    ) -> Reply:
        """What the https address `url` answers within so many seconds in all, whatever its status. Raises as `ask`."""
        answer = self.ask(method, url, data=body, headers=headers, ca=ca, within=within)
        return Reply(answer.status_code, answer.content, dict(answer.headers))

    def ask(self, method: str, url: str, *, ca: str = "", within: float = WITHIN, **what: Any) -> requests.Response:
        """The same for a library that goes on with a response of requests, whole and read; `what` as requests has it.

        Raises `OutboundRefused` (also for another scheme), `Unreachable`, `TimedOut`, `TrustFailed`, `ConnectionLost`
        or `ProtocolFault`; a reply beyond `REPLY_LIMIT` is one.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise OutboundRefused(f"The address {_shown(url)} is no https address.", remedy="Write https://host/path.")
        if parts.username or parts.password:
            raise OutboundRefused(f"The address {_shown(url)} holds a sign-in.", remedy="Send it as a header.")
        deadline = time.monotonic() + within
        with _told(parts.hostname, parts.port or 443), self.session(ca=ca) as session:
            answer = session.request(method, url, timeout=within, stream=True, **what)
            answer._content = _bounded(answer, deadline)  # read within bounds, where requests would read everything
            return answer

    def mail(
        self,
        host: str,
        port: int,
        *,
        security: Literal["tls", "starttls"] = "starttls",
        ca: str = "",
        within: float = WITHIN,
    ) -> smtplib.SMTP:
        """A mail server after its TLS handshake, to be used in a `with`. Raises as `tls`, and `ProtocolFault`."""
        with _told(host, port):
            if security == "tls":
                return _MailOverTls(self, host, port, trusting(ca), within)
            mail = _Mail(self, host, port, within)
            try:
                mail.starttls(context=trusting(ca))
            except BaseException:
                mail.close()
                raise
            return mail

    def open(self, host: str, port: int, within: float) -> socket.socket:
        """A TCP connection to the first address that is allowed and answers. Raises `OutboundRefused` or `OSError`."""
        fault: OSError | None = None
        for address in self.allowed.chosen(host, port, self._resolve(host, port)):
            try:
                return self._dial((address, port), within)
            except OSError as error:
                fault = error
        assert fault is not None
        raise fault


class _Session(requests.Session):
    """A session that goes only where it was sent."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class _PinnedAdapter(HTTPAdapter):
    """HTTPS of requests over connections of an `Outbound`, trusting one context."""

    def __init__(self, out: Outbound, context: ssl.SSLContext) -> None:
        self._out = out
        self._context = context
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = {"https": _pool(self._out)}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing to add: the context says whom we believe."""


def _pool(out: Outbound) -> type[HTTPSConnectionPool]:
    class Connection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            within = self.timeout if isinstance(self.timeout, int | float) else WITHIN
            try:
                return out.open(self.host, self.port or 443, float(within))
            except socket.gaierror as error:
                raise NameResolutionError(self.host, self, error) from error
            except TimeoutError as error:
                raise ConnectTimeoutError(self, f"no answer from {self.host}") from error
            except OSError as error:
                raise NewConnectionError(self, f"{self.host}: {error}") from error

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    return Pool


class _Mail(smtplib.SMTP):
    """SMTP over a connection of an `Outbound`."""

    def __init__(self, out: Outbound, host: str, port: int, within: float) -> None:
        self._out = out
        super().__init__(host, port, timeout=within)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._out.open(host, port, timeout)


class _MailOverTls(_Mail):
    """The same, with TLS from the first byte (RFC 8314)."""

    def __init__(self, out: Outbound, host: str, port: int, context: ssl.SSLContext, within: float) -> None:
        self._context = context
        super().__init__(out, host, port, within)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._context.wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)


@contextmanager
def _told(host: str, port: int) -> Iterator[None]:
    """Turns errors of the libraries, all of which are `OSError`, into ours, with the place in each."""
    try:
        yield
    except OSError as error:
        raise _ours(error, f"{host} port {port}") from error


def _ours(error: OSError, place: str) -> ReachError:
    text = f"{place}: {str(error) or type(error).__name__}"
    if isinstance(error, requests.exceptions.SSLError | ssl.SSLError):
        return TrustFailed(f"No trusted connection to {text}.", remedy="Give the CA that signed its certificate.")
    if isinstance(error, requests.Timeout | TimeoutError):
        return TimedOut(f"No answer from {place} in time.", remedy="Look at that server, and at the firewall between.")
    if isinstance(error, requests.exceptions.ChunkedEncodingError | smtplib.SMTPServerDisconnected):
        return ConnectionLost(f"The connection to {text} broke.", remedy="Look at that server, then try again.")
    if isinstance(error, smtplib.SMTPException):
        return ProtocolFault(f"An answer that cannot be used from {text}.")
    if isinstance(error, requests.ConnectionError) or not isinstance(error, requests.RequestException):
        return Unreachable(f"Nothing answers at {text}.", remedy="Check the name, the port and the firewall between.")
    return ProtocolFault(f"An answer that cannot be used from {text}.")


def _bounded(answer: requests.Response, deadline: float) -> bytes:
    """The body. Raises `ProtocolFault` when it is too long and `requests.Timeout` when it takes too long."""
    body = b""
    for piece in answer.iter_content(16 * 1024):
        body += piece
        if len(body) > REPLY_LIMIT:
            raise ProtocolFault(f"The reply has more than {REPLY_LIMIT} bytes.")
        if time.monotonic() > deadline:
            raise requests.Timeout("the reply dripped in too slowly")
    return body


def _shown(url: str) -> str:
    """An address without what may be secret in it: the sign-in, the query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
