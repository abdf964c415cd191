"""Questions that tell whether a server is ready: each answers with a reason why not, or None."""

import socket
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

from console.demo.process import Process
from console.demo.supervisor import Ready

LOOPBACK = "127.0.0.1"


def redis_answers(path: Path) -> Ready:
    """A Redis on the Unix socket `path` answers PING."""

    def ready() -> str | None:
        try:
            with closing(socket.socket(socket.AF_UNIX)) as link:
                link.settimeout(1)
                link.connect(str(path))
                link.sendall(b"PING\r\n")
                answer = link.recv(64)
        except OSError as error:
            return f"no answer on {path} ({error})"
        return None if answer.startswith(b"+PONG") else f"unexpected answer {answer!r}"

    return ready


def page_answers(url: str) -> Ready:
    """An HTTP server answers `url` with anything but a server error."""
    browser = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never by way of a proxy: it is here

    def ready() -> str | None:
        try:
            with browser.open(url, timeout=5):
                return None
        except urllib.error.HTTPError as error:
            return f"{url} answers {error.code}" if error.code >= 500 else None
        except OSError as error:
            return f"no answer from {url} ({error})"

    return ready


def log_says(process: Process, words: str) -> Ready:
    """The process has written `words` to its log in this run."""

    def ready() -> str | None:
        return None if any(words in line for line in process.last_lines(500)) else f"it has not said {words!r}"

    return ready


def file_is_there(path: Path) -> Ready:
    """The file `path` exists and is not empty."""

    def ready() -> str | None:
        return None if path.is_file() and path.stat().st_size else f"{path} is not there yet"

    return ready


def free_port(first: int, *, tries: int = 100) -> int:
    """The first port from `first` on loopback that can be had (0: any). Raises OSError after `tries` in vain."""
    for port in range(first, first + tries):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise OSError(f"no port from {first} to {first + tries - 1} on {LOOPBACK} can be had")
