"""A server that answers as the published API of Vault's KV version 2 says, over TLS, for the tests of our client."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hvs.CAESIJ-a-token-of-the-console"


@dataclass
class VaultServer:
    """What it holds, how it is, and what was asked of it."""

    secrets: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    """By `MOUNT/PATH`; None where the newest version was deleted."""
    sealed: bool = False
    raw: bytes | None = None
    """Sent in place of any answer."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and body for a GET."""
        self.asked.append((path, headers))
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if headers.get("x-vault-token") != TOKEN:
            return 403, {"errors": ["permission denied"]}
        mount, _, rest = path.removeprefix("/v1/").partition("/data/")
        if f"{mount}/{rest}" not in self.secrets:
            return 404, {"errors": []}
        found = self.secrets[f"{mount}/{rest}"]
        metadata = {"version": 1, "deletion_time": "" if found else "2026-01-01T00:00:00Z", "destroyed": False}
        return (200 if found else 404), {"data": {"data": found, "metadata": metadata}}


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[VaultServer]:
    """The server, on a port of its own."""
    made = VaultServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = made.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
            data = json.dumps(body).encode() if made.raw is None else made.raw
            self.send_response(status if made.raw is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
