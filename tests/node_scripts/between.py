"""What lies between a node and the console: it may hold an answer back, change it, or give an earlier one again."""

import http.client
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

SIGNED = ("X-Changeover-Time", "X-Changeover-Signature")


@dataclass(frozen=True)
class Answered:
    """An answer of the console's on its way."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Between:
    """Listens at `url` and passes everything on to the console; usable as a context manager."""

    def __init__(self, console: str) -> None:
        self.console = urlsplit(console).netloc
        self.delay = 0.0
        """Seconds that an answer is kept."""
        self.drips = False
        """Whether an answer comes one octet each half second."""
        self.change: Callable[[Answered], Answered] = lambda answered: answered
        self.on_request: Callable[[], None] = lambda: None
        """Called when a request has come, before the console gets it."""
        self.kept: list[Answered] = []
        """What the console answered."""
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def hold(self) -> None:
        """From now on no answer comes at all."""
        self.delay = float("inf")

    def __enter__(self) -> "Between":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float) -> None:
        """Do nothing for so long, unless it is over."""
        self._over.wait(min(seconds, 60.0))

    def pass_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answered:
        """The console's answer, when it is time to give it."""
        self.on_request()
        link = http.client.HTTPConnection(self.console, timeout=30)
        link.request(method, path, body or None, headers)
        found = link.getresponse()
        signed = tuple((name, found.headers[name]) for name in SIGNED if name in found.headers)
        self.kept.append(Answered(found.status, signed, found.read()))
        link.close()
        self.wait(self.delay)
        return self.change(self.kept[-1])


def _handler(between: Between) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.startswith("X-")}
            answered = between.pass_on(self.command, self.path, headers, body)
            with suppress(OSError):  # a node that gave up is no longer there
                self.send_response(answered.status)
                for name, value in answered.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answered.body)))
                self.end_headers()
                if not between.drips:
                    self.wfile.write(answered.body)
                for octet in answered.body if between.drips else b"":
                    between.wait(0.5)
                    self.wfile.write(bytes([octet]))

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    return Handler
