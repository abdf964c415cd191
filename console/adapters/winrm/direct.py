"""Envelopes over a connection that is signed in: sealed where the sign-in agreed on keys, and plain elsewhere."""

import struct
from types import SimpleNamespace
from typing import Any

import requests
from requests.auth import HTTPBasicAuth
from winrm.encryption import Encryption
from winrm.exceptions import InvalidCredentialsError, WinRMError, WinRMTransportError

from console.adapters.winrm.line import Dropped, Line, Reply

WAYS_IN = frozenset({"ntlm", "basic"})
"""How one may have signed in for this: the others seal in ways of their own, and are used rarely."""

_ANSWERS = (200, 500)
"""How HTTP calls an envelope that answers, the latter one with a fault."""

_REQUEST = (
    "POST /wsman HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Python WinRM client\r\nConnection: Keep-Alive\r\n"
    "Content-Type: {kind}\r\n{authorization}Content-Length: "
)
_PLAIN = "application/soap+xml;charset=UTF-8"
_SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
_PART = (
    b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
    b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n"
    b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
)
_END = b"--Encrypted Boundary--\r\n"


class Direct:
    """What a session of pywinrm's has signed in, spoken to without it. The head of a request is written once."""

    def __init__(self, line: Line, session: requests.Session, endpoint: str, encryption: Encryption | None) -> None:
        self._line = line
        self._endpoint = endpoint
        self._encryption = encryption
        self._security: Any = session.auth.session_security if encryption else None  # type: ignore[union-attr]
        self._basic = isinstance(session.auth, HTTPBasicAuth)
        request = requests.Request("POST", endpoint, auth=session.auth).prepare()
        told = f"Authorization: {request.headers['Authorization']}\r\n" if self._basic else ""
        kind, host = _SEALED if encryption else _PLAIN, endpoint.split("/")[2]
        self._head = _REQUEST.format(host=host, kind=kind, authorization=told).encode("latin-1")

    @property
    def usable(self) -> bool:
        """Whether the connection is still open on our side."""
        return self._line.usable

    @property
    def dropped(self) -> bool:
        """Whether either side has closed the connection."""
        return self._line.dropped

    @property
    def owed(self) -> bool:
        """Whether the reply to a message that was sent by `part` has not been read yet."""
        return self._line.owed

    def close(self) -> None:
        """Close the connection."""
        self._line.close()

    def ask(self, message: bytes, *, within: float, deadline: float) -> bytes:
        """Send an envelope, and give the one that came back; the bounds are those of `Line.ask`.

        Raises what that raises, `WinRMTransportError` for a reply that is an error, `Dropped` where the sign-in does
        not hold any more, `InvalidCredentialsError`, `TooManyRedirects`, and `WinRMError` for a broken seal or none.
        """
        reply = self._line.ask(self._request(message), within=within, deadline=deadline)
        if reply.status == 401:
            if self._basic:
                raise InvalidCredentialsError("the specified credentials were rejected by the server")
            raise Dropped("The node no longer knows who signed in on the connection.")
        if 300 <= reply.status < 400:
            raise requests.TooManyRedirects("The node points to another address.")
        content = self._opened(reply, self._encryption) if self._encryption else reply.content
        if reply.status >= 400:
            raise WinRMTransportError("http", reply.status, content.decode())
        return content

    def part(self, message: bytes, *, within: float, deadline: float) -> None:
        """Send an envelope whose reply nobody needs, and which `settle` reads. Raises what `Line.part` raises."""
        self._line.part(self._request(message), within=within, deadline=deadline)

    def settle(self, within: float) -> None:
        """Read the reply that is owed: seals are numbered, so it is unsealed as any other, and then dropped.

        What it says changes nothing, a fault neither. Raises what `Line.settle` raises, `WinRMError` for a broken seal
        or none, and `Dropped` for a reply after which the connection is not to be relied on.
        """
        reply = self._line.settle(within)
        if reply.status not in _ANSWERS:
            raise Dropped(f"The node answered with HTTP {reply.status}.")
        if self._encryption:
            self._opened(reply, self._encryption)

    def _request(self, message: bytes) -> bytes:
        body = self._sealed(message) if self._security else message
        return b"%s%d\r\n\r\n%s" % (self._head, len(body), body)

    def _sealed(self, message: bytes) -> bytes:
        """The body of a sealed request (MS-WSMV 2.2.9.1)."""
        data, signature = self._security.wrap(message)
        return b"".join((_PART % len(message), struct.pack("<i", len(signature)), signature, data, _END))

    def _opened(self, reply: Reply, encryption: Encryption) -> bytes:
        """The content of a reply to what was sealed; a good one that is not sealed itself is not believed."""
        kind = reply.headers.get("content-type", "")
        if "multipart/encrypted" not in kind:
            if reply.status < 300:
                raise WinRMError("The node answered in clear to what was sealed.")
            return reply.content
        request = SimpleNamespace(url=self._endpoint)
        seen = SimpleNamespace(content=reply.content, headers={"Content-Type": kind}, request=request)
        opened: bytes = encryption.parse_encrypted_response(seen)  # type: ignore[arg-type]
        return opened
