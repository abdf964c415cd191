"""LDAP messages over one socket, many in flight: answers are kept apart by message id (RFC 4511 section 4.1.1.1).

ldap3 encodes the rare requests. Its own connection classes are not used: they lose sight of what was in flight when a
connection breaks, and that is what a switch must know.
"""

import contextlib
import math
import socket
import struct
import time
from collections.abc import Collection
from typing import Any

from ldap3.protocol.rfc4511 import LDAPMessage, MessageID, ProtocolOp
from ldap3.utils.asn1 import encode

from console.adapters.ldap import ber
from console.adapters.ldap.answers import ENTRY, INTERMEDIATE, REFERENCE, Answer, RawEntry, entry, finish, open_message
from console.adapters.ldap.errors import of_link, one_line
from console.domain.errors import ConnectionLost, ProtocolFault, TimedOut

__all__ = ["Answer", "RawEntry", "Wire"]

CHUNK = 65536
MAX_MESSAGE = 64 * 1024 * 1024
MAX_ANSWER = 2 * MAX_MESSAGE
"""Bytes of all messages that answer one request: a page of objects, with all that is read of each."""
MOST_ENTRIES = 10_000
"""Objects that answer one request; pages have no more than Active Directory allows, which is 1,000."""
MOST_STRAYS = 1000
"""Messages that answer nothing that was asked."""
WHOLE = 6
"""How many times as long as for its next bytes an answer, or a message, is waited for to become whole."""


class Wire:
    """One open connection. Not for several threads. After an error it is of no use."""

    def __init__(self, link: socket.socket, where: str) -> None:
        self.link = link
        self.where = where
        self._last_id = 0
        self._unsent: list[bytes] = []
        self._buffer = bytearray()
        self._begun = math.inf
        """When the message began that is not whole yet."""
        self._strays = 0
        self._open: dict[int, Answer] = {}
        self._finished: dict[int, Answer] = {}

    def close(self) -> None:
        """End the connection; never raises."""
        self.link.close()

    def abort(self) -> None:
        """Break the connection at once, with what the system has not sent yet; never raises."""
        with contextlib.suppress(OSError):
            self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.link.close()

    def send(self, kind: str, request: Any) -> int:
        """Send one request and return its id. Raises `ConnectionLost`, `TimedOut`."""
        self._last_id += 1
        message = LDAPMessage()
        message["messageID"] = MessageID(self._last_id)
        message["protocolOp"] = ProtocolOp().setComponentByName(kind, request)
        self._note(encode(message))
        self.flush()
        return self._last_id

    def put(self, operation: bytes) -> int:
        """Note one encoded request, to be sent by `flush`, and return its id."""
        self._last_id += 1
        self._note(ber.message(self._last_id, operation))
        return self._last_id

    def _note(self, message: bytes) -> None:
        self._unsent.append(message)
        self._open[self._last_id] = Answer()

    @property
    def unsent(self) -> bool:
        """Whether something was put that `flush` would send."""
        return bool(self._unsent)

    def flush(self, within: float = math.inf) -> None:
        """Send what was put. Raises `ConnectionLost`, `TimedOut`; it is then not known what arrived.

        It gives up after nine tenths of `within` seconds, or after the connection's own time where that is shorter.
        """
        if not self._unsent:
            return
        together = b"".join(self._unsent)
        self._unsent.clear()
        patience = self.link.gettimeout()
        try:
            self.link.settimeout(min(patience or math.inf, max(0.01, within * 0.9)) if within < math.inf else patience)
            self.link.sendall(together)
            self.link.settimeout(patience)
        except OSError as error:
            raise of_link(error, where=self.where) from error

    def wait(self, message_id: int) -> Answer:
        """The answer to one request. Raises `ConnectionLost`, `TimedOut`, `ProtocolFault`."""
        return self._finished.pop(self.wait_any((message_id,)))

    def wait_any(self, message_ids: Collection[int]) -> int:
        """The first of these requests that has been answered. Raises like `wait`."""
        while True:
            for message_id in self._finished:
                if message_id in message_ids:
                    return message_id
            self.receive()

    def finished(self) -> list[int]:
        """The requests that have been answered and not been waited for, in the order of their answers."""
        return list(self._finished)

    def receive(self) -> None:
        """Wait for the next bytes and sort what they complete. Raises `ConnectionLost`, `TimedOut`, `ProtocolFault`."""
        try:
            chunk = self.link.recv(CHUNK)
        except OSError as error:
            raise of_link(error, where=self.where) from error
        if not chunk:
            raise ConnectionLost(f"{self.where} closed the connection.")
        self._buffer += chunk
        while message := self._cut():
            self._begun = math.inf
            self._sort(message)
        self._begun = min(self._begun, time.monotonic()) if self._buffer else math.inf
        self._not_too_long(self._begun)

    def _not_too_long(self, since: float) -> None:
        """A machine that sends a little again and again is not waited for longer than one that sends nothing."""
        if time.monotonic() - since > WHOLE * (self.link.gettimeout() or math.inf):
            raise TimedOut(f"{self.where} did not answer in time: what it sends does not come to an end.")

    def _bounded(self, answer: Answer | None, size: int) -> None:
        """Count a message. Raises `ProtocolFault`, `TimedOut` for a machine that never stops."""
        if answer is None:
            self._strays += 1
            if self._strays > MOST_STRAYS:
                raise ProtocolFault(f"{self.where} keeps answering what was not asked.")
            return
        answer.size += size
        if answer.size > MAX_ANSWER or len(answer.entries) > MOST_ENTRIES:
            raise ProtocolFault(f"{self.where} answers one request without an end.")
        self._not_too_long(answer.begun)

    def _cut(self) -> bytes:
        """The next whole message of the buffer, or nothing."""
        if self._buffer and self._buffer[0] != ber.SEQUENCE:
            raise ProtocolFault(f"{self.where} answers with something that is not LDAP.")
        try:
            size = ber.read(self._buffer, 0, len(self._buffer))[2]
        except IndexError:
            return b""
        except ValueError as error:
            raise ProtocolFault(f"{self.where} answers with LDAP that cannot be read.") from error
        if size > MAX_MESSAGE:
            raise ProtocolFault(f"{self.where} announces an answer of {size} bytes, which cannot be right.")
        if len(self._buffer) < size:
            return b""
        message = bytes(self._buffer[:size])
        del self._buffer[:size]
        return message

    def _sort(self, data: bytes) -> None:
        """Put one message where it belongs."""
        try:
            message = open_message(data)
            if message.number == 0:
                notice = Answer()
                finish(notice, message)
                raise ConnectionLost(f"{self.where} ended the session: {one_line(notice.text)}")
            answer = self._open.get(message.number)
            self._bounded(answer, len(data))
            if answer is None or message.kind in (REFERENCE, INTERMEDIATE):
                return
            if message.kind == ENTRY:
                answer.entries.append(entry(message))
                return
            finish(answer, message)
        except (LookupError, ValueError) as error:
            raise ProtocolFault(f"{self.where} answers with LDAP that cannot be read.") from error
        self._finished[message.number] = self._open.pop(message.number)
