"""A line to a directory told to break at what is sent next: before that arrives, or before its answer does."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: closing sends a reset."""
CHUNK = 65536


class Cutter:
    """Carries connections from a free port of 127.0.0.1 to a server; `cut` breaks the one that sends next, once."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._armed: bool | None = None
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True, name="cutter").start()

    def __enter__(self) -> "Cutter":
        return self

    def __exit__(self, *details: object) -> None:
        self._listener.close()

    def cut(self, *, arrived: bool) -> None:
        """Break the connection at the next thing sent: before it goes on, or (`arrived`) at the answer to it."""
        self._armed = arrived

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._server)
                link = _Link(near, far)
                threading.Thread(target=link.carry, args=(near, far, self._there), daemon=True).start()
                threading.Thread(target=link.carry, args=(far, near, self._back), daemon=True).start()

    def _there(self, link: "_Link") -> bool:
        """Whether what goes to the server may pass."""
        armed, self._armed = self._armed, None
        if armed is None:
            return True
        self.cuts += 1
        link.ends_at_answer = armed
        return armed

    def _back(self, link: "_Link") -> bool:
        """Whether what comes from the server may pass."""
        return not link.ends_at_answer


class _Link:
    """One connection and what is to become of it."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self._ends = (near, far)
        self.ends_at_answer = False

    def carry(self, source: socket.socket, sink: socket.socket, passes: "Callable[[_Link], bool]") -> None:
        """Pass on what comes for as long as it may; then break both ends."""
        with contextlib.suppress(OSError):
            while (chunk := source.recv(CHUNK)) and passes(self):
                sink.sendall(chunk)
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                end.shutdown(socket.SHUT_RDWR)
                end.close()
