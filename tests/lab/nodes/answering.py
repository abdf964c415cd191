"""A console that says what a test wants it to say, signed, over HTTP: the other end of the nodes' webhook."""

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from console.lab.hook_client import STAMP, reply_text, request_text, signature

KEYS = {"TYO-EX1": ("k-tyo-1", "0123456789abcdef-one"), "TYO-EX2": ("k-tyo-2", "0123456789abcdef-two")}


class Answering:
    """Answers each node's question with the next of `says`, the last one again and again; keeps what it `heard`."""

    def __init__(self, *says: dict[str, str]) -> None:
        self.says = list(says) or [{"answer": "noted"}]
        self.heard: list[dict[str, str]] = []
        self.forged = False
        self._lock = threading.Lock()

    def __enter__(self) -> "Answering":
        answering = self

        class Handler(_Handler):
            console = answering

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *details: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def events(self) -> list[tuple[str, str]]:
        """(node, event) of everything heard, questions left out."""
        return [(heard["node"], heard["event"]) for heard in self.heard if "event" in heard]

    def answer(self, heard: dict[str, str]) -> dict[str, str]:
        """What to say now. Reports are noted; `starting` and questions take what the test wants."""
        with self._lock:
            self.heard.append(heard)
            if heard.get("event", "starting") != "starting":
                return {"answer": "noted"}
            return self.says.pop(0) if len(self.says) > 1 else self.says[0]


class _Handler(BaseHTTPRequestHandler):
    console: Answering

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Silent."""

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])))

    def _serve(self, body: bytes) -> None:
        key_id, stamp, nonce = (self.headers[f"X-Changeover-{name}"] for name in ("Key", "Time", "Nonce"))
        key = dict(KEYS.values())[key_id]
        text = request_text(self.command, self.path, key_id, stamp, nonce, body)
        heard = dict(line.split("=", 1) for line in body.decode().splitlines())
        heard["time"] = stamp
        heard["genuine"] = str(signature(key, text) == self.headers["X-Changeover-Signature"])
        heard.setdefault("run", self.path.rpartition("/")[2])
        said = {**self.console.answer(heard), "run": heard["run"]}
        answer = "".join(f"{name}={value}\n" for name, value in said.items()).encode()
        now = datetime.now(UTC).strftime(STAMP)
        self.send_response(200)
        self.send_header("X-Changeover-Time", now)
        signed = signature("forged" if self.console.forged else key, reply_text(200, nonce, now, answer))
        self.send_header("X-Changeover-Signature", signed)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
