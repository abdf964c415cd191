"""LDAP messages over one socket, many in flight: answers are kept apart by message id (RFC 4511 section 4.1.1.1).

ldap3 encodes the requests and decodes the answers. Its own connection classes are not used: they lose sight of what
was in flight when a connection breaks, and that is what a switch must know.
"""

import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ldap3.protocol.rfc4511 import Controls, LDAPMessage, MessageID, ProtocolOp
from ldap3.strategy.base import BaseStrategy
from ldap3.utils.asn1 import decode_message_fast, encode

from console.adapters.ldap.errors import of_link
from console.domain.errors import ConnectionLost, ProtocolFault

CHUNK = 65536
SEQUENCE = 0x30
ENTRY, REFERENCE, EXTENDED, INTERMEDIATE = 4, 19, 24, 25
PAGED = "1.2.840.113556.1.4.319"
RESPONSE_VALUE, REFERRALS = 11, 3
MAX_MESSAGE = 64 * 1024 * 1024


@dataclass(frozen=True)
class RawEntry:
    """An object as it came: attribute names as the server writes them, values as bytes."""

    dn: str
    attributes: Mapping[str, list[bytes]]


@dataclass
class Answer:
    """Everything that came for one request."""

    code: int = -1
    text: str = ""
    referrals: tuple[str, ...] = ()
    entries: list[RawEntry] = field(default_factory=list)
    cookie: bytes = b""
    """Where a paged search goes on; empty after its last page."""
    value: bytes = b""
    """The value of an extended response."""


class Wire:
    """One open connection. Not for several threads. After an error it is of no use."""

    def __init__(self, link: socket.socket, where: str) -> None:
        self.link = link
        self.where = where
        self._last_id = 0
        self._buffer = bytearray()
        self._open: dict[int, Answer] = {}
        self._finished: dict[int, Answer] = {}

    def close(self) -> None:
        """End the connection; never raises."""
        self.link.close()

    def send(self, kind: str, request: Any, control: Any = None) -> int:
        """Send one request and return its id. Raises `ConnectionLost`, `TimedOut`."""
        self._last_id += 1
        message = LDAPMessage()
        message["messageID"] = MessageID(self._last_id)
        message["protocolOp"] = ProtocolOp().setComponentByName(kind, request)
        if control is not None:
            controls = Controls()
            controls.setComponentByPosition(0, control)
            message["controls"] = controls
        encoded = encode(message)
        try:
            self.link.sendall(encoded)
        except OSError as error:
            raise of_link(error, where=self.where) from error
        self._open[self._last_id] = Answer()
        return self._last_id

    def wait(self, message_id: int) -> Answer:
        """The answer to one request. Raises `ConnectionLost`, `TimedOut`, `ProtocolFault`."""
        return self._finished.pop(self.wait_any((message_id,)))

    def wait_any(self, message_ids: Collection[int]) -> int:
        """The first of these requests that has been answered. Raises like `wait`."""
        while True:
            for message_id in self._finished:
                if message_id in message_ids:
                    return message_id
            self._receive()

    def _receive(self) -> None:
        try:
            chunk = self.link.recv(CHUNK)
        except OSError as error:
            raise of_link(error, where=self.where) from error
        if not chunk:
            raise ConnectionLost(f"{self.where} closed the connection.")
        self._buffer += chunk
        while message := self._cut():
            self._sort(message)

    def _cut(self) -> bytes:
        """The next whole message of the buffer, or nothing."""
        if self._buffer and self._buffer[0] != SEQUENCE:
            raise ProtocolFault(f"{self.where} answers with something that is not LDAP.")
        size = BaseStrategy.compute_ldap_message_size(self._buffer)
        if size > MAX_MESSAGE:
            raise ProtocolFault(f"{self.where} announces an answer of {size} bytes, which cannot be right.")
        if size < 0 or len(self._buffer) < size:
            return b""
        message = bytes(self._buffer[:size])
        del self._buffer[:size]
        return message

    def _sort(self, message: bytes) -> None:
        """Put one message where it belongs."""
        try:
            decoded = decode_message_fast(message)
            message_id, kind, payload = int(decoded["messageID"]), decoded["protocolOp"], decoded["payload"]
            if message_id == 0:
                raise ConnectionLost(f"{self.where} ended the session: {payload[2][3].decode(errors='replace')}")
            answer = self._open.get(message_id)
            if answer is None or kind in (REFERENCE, INTERMEDIATE):
                return
            if kind == ENTRY:
                answer.entries.append(_entry(payload))
                return
            _finish(answer, kind, payload, decoded["controls"])
        except (LookupError, ValueError, TypeError) as error:
            raise ProtocolFault(f"{self.where} answers with LDAP that cannot be read.") from error
        self._finished[message_id] = self._open.pop(message_id)


def _entry(payload: Any) -> RawEntry:
    attributes = {part[3][0][3].decode(): [value[3] for value in part[3][1][3]] for part in payload[1][3]}
    return RawEntry(payload[0][3].decode(), attributes)


def _finish(answer: Answer, kind: int, payload: Any, controls: Any) -> None:
    answer.code = int(payload[0][3])
    answer.text = payload[2][3].decode(errors="replace")
    for _, _, tag, value in payload[3:]:
        if tag == REFERRALS and kind != EXTENDED:
            answer.referrals = tuple(part[3].decode(errors="replace") for part in value)
        if tag == RESPONSE_VALUE and kind == EXTENDED:
            answer.value = value
    for control in controls or ():
        oid, content = BaseStrategy.decode_control_fast(control[3])
        if oid == PAGED:
            answer.cookie = content["value"]["cookie"] or b""
