"""What can be seen of an installation from beside it while it works: its processes and what goes through its Redis."""

import base64
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import redis

EVERY = 0.1
"""Seconds between two looks at the processes."""


class Watch:
    """Keeps the command line and the environment of every process below this one, and every command that Redis gets."""

    def __init__(self, broker: Path) -> None:
        self.seen: dict[tuple[int, bytes], bytes] = {}
        self.path = broker
        self.commands = bytearray()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._processes, self._redis)]

    def __enter__(self) -> "Watch":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(5)

    def _processes(self) -> None:
        while not self._over.wait(EVERY):
            for pid in _below(os.getpid()):
                with suppress(OSError):
                    words = Path(f"/proc/{pid}/cmdline").read_bytes()
                    if (pid, words) not in self.seen:
                        self.seen[pid, words] = Path(f"/proc/{pid}/environ").read_bytes()

    def _redis(self) -> None:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(0.2)
            line.connect(str(self.path))
            line.sendall(b"MONITOR\r\n")
            while not self._over.is_set():
                with suppress(TimeoutError):
                    self.commands += line.recv(65536)

    def processes(self) -> bytes:
        """All command lines and environments."""
        return b"\n".join(words + b"\n" + environment for (_, words), environment in self.seen.items())

    def kept(self) -> bytes:
        """All that Redis got, and what it holds now."""
        broker = redis.Redis(unix_socket_path=str(self.path))
        return b"\n".join([bytes(self.commands), *(broker.dump(key) or b"" for key in broker.scan_iter())])


def _below(pid: int) -> list[int]:
    """Every process that this one started, and those that they did."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, open_ = [], [pid]
    while open_:
        children = parents.get(open_.pop(), [])
        found += children
        open_ += children
    return found


def forms(secret: str) -> set[bytes]:
    """The ways in which a text may be written: as it is, for an address, for Windows, in base64 wherever it begins."""
    found = {secret.encode(), quote(secret, safe="").encode()}
    for octets in (secret.encode(), secret.encode("utf-16-le")):
        found |= {octets, octets.hex().encode()}
        for shift in range(3):
            text = base64.b64encode(b"\0" * shift + octets)
            found.add(text[4 if shift else 0 : -4])
    return found


def holds(data: bytes, secret: str) -> bool:
    """Whether `data` holds the secret, however it is written."""
    return any(form in data for form in forms(secret))
