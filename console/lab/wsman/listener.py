"""A TCP listener that can be shut and opened again on the same port, with a thread per connection."""

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable

Serve = Callable[[socket.socket], None]


class Listener:
    """Accepts connections on an address and hands each to `serve` in a thread of its own."""

    def __init__(self, address: str, port: int, serve: Serve, tls: ssl.SSLContext | None = None) -> None:
        self.address = address
        self.port = port
        self._serve = serve
        self._tls = tls
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._connections: set[socket.socket] = set()

    @property
    def open(self) -> bool:
        """Whether it listens."""
        return self._socket is not None

    def start(self) -> None:
        """Begin to listen; a port of 0 takes a free one and keeps it. Raises `OSError`."""
        with self._lock:
            if self._socket is not None:
                return
            server = self._bind()
            self.port = server.getsockname()[1]
            self._socket = server
        threading.Thread(target=self._accept, args=(server,), name=f"lab-{self.port}", daemon=True).start()

    def stop(self) -> None:
        """Refuse from now on and cut every connection."""
        with self._lock:
            server, self._socket = self._socket, None
            connections, self._connections = self._connections, set()
        if server is not None:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _bind(self) -> socket.socket:
        try:
            return socket.create_server((self.address, self.port), backlog=128)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise OSError(
                f"Cannot listen on {self.address}:{self.port} ({reason}). "
                "End the program that uses it, or choose another address or port."
            ) from error

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with self._lock:
                if self._socket is not server:
                    connection.close()
                    return
                self._connections.add(connection)
            threading.Thread(target=self._carry, args=(connection,), daemon=True).start()

    def _carry(self, connection: socket.socket) -> None:
        stream = connection
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                stream = self._tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._connections.discard(connection)
                    self._connections.add(stream)
            self._serve(stream)
        except OSError:
            return
        finally:
            with self._lock:
                self._connections.discard(connection)
                self._connections.discard(stream)
            with contextlib.suppress(OSError):
                stream.close()
