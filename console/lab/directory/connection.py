"""Bytes in and out of one connection: framing, TLS, and the faults of the line."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable

from console.lab.directory import wire
from console.lab.directory.service import Service
from console.lab.directory.session import Cut, Session

CHUNK = 65536
GARBAGE = b"HTTP/1.0 400 Bad Request\r\n\r\n"
MAX_MESSAGE = 10 * 1024 * 1024  # MaxReceiveBuffer


class Connection:
    """Serves one client until it leaves, the server stops, or a fault ends it."""

    def __init__(
        self,
        service: Service,
        peer: socket.socket,
        context: Callable[[], ssl.SSLContext],
        *,
        tls: bool,
        ended: Callable[[Connection], None],
    ) -> None:
        self.service, self.peer, self.context, self.tls, self.ended = service, peer, context, tls, ended
        self._closed = threading.Event()

    def close(self) -> None:
        """End it from another thread: what waits for the client wakes up."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self.peer.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        """Answer the client until either side ends it; raises nothing that the client brought about."""
        with self.service.lock:
            self.service.counters.connections += 1
        try:
            self.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                self._encrypt()
            self._serve(Session(self.service, encrypted=self.tls))
        except (OSError, Cut, ValueError):
            # The client left, a fault cut the line, or what came was no LDAP: either way the line ends.
            pass
        finally:
            with contextlib.suppress(OSError):
                self.peer.close()
            self.ended(self)

    def _encrypt(self) -> None:
        self.peer = self.context().wrap_socket(self.peer, server_side=True)

    def _serve(self, session: Session) -> None:
        buffer = b""
        while not self._closed.is_set():
            message, used = wire.split(buffer)
            if message is None:
                chunk = self.peer.recv(CHUNK)
                if not chunk or len(buffer) > MAX_MESSAGE:
                    return
                buffer += chunk
                continue
            buffer = buffer[used:]
            self._faults_of_line()
            for answer in session.answer(message):
                self.peer.sendall(answer)
            if session.start_tls:
                session.start_tls = False
                self._encrypt()
                session.encrypted = True

    def _faults_of_line(self) -> None:
        faults = self.service.faults
        slow = faults.get("slow")
        if slow is not None:
            time.sleep(slow["ms"] / 1000)
        while faults.get("hang") is not None and not self._closed.wait(0.05):
            pass
        if faults.get("garbage") is not None:
            self.peer.sendall(GARBAGE)
            raise Cut
