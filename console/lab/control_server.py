"""The control channel's server: HTTP JSON on a loopback port, for whoever holds the token in the state file."""

import hmac
import json
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from console.lab.describe import describe, fault_table
from console.lab.faults import UnknownFault
from console.lab.switching import DIRECTORY, controller, strike, switch

if TYPE_CHECKING:
    from console.lab.server import Lab

STATE_FILE = "lab.json"


class ControlServer:
    """Answers the commands of `_ACTIONS`."""

    def __init__(self, lab: "Lab") -> None:
        self._lab = lab
        self._token = secrets.token_urlsafe(24)
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Listen on a free loopback port and write the state file (mode 600)."""
        control = self

        class Handler(_Handler):
            lab = control._lab
            token = control._token

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="lab-control", daemon=True).start()
        self._write_state_file(self._server.server_address[1])

    def stop(self) -> None:
        """Stop listening and remove the state file."""
        if self._server is None:
            return
        server, self._server = self._server, None
        (self._lab.state / STATE_FILE).unlink(missing_ok=True)
        server.shutdown()
        server.server_close()

    def _write_state_file(self, port: int) -> None:
        path = self._lab.state / STATE_FILE
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"port": port, "token": self._token, "pid": os.getpid()}, file)


class _Handler(BaseHTTPRequestHandler):
    lab: "Lab"
    token: str

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """The control channel is silent."""

    def do_POST(self) -> None:
        """Carry out one command: the path names it, the body has its arguments."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.token}"):
            self._answer(403, {"error": "Wrong token: read it from the lab's state file."})
            return
        action = _ACTIONS.get(self.path.strip("/"))
        if action is None:
            self._answer(404, {"error": f"No command {self.path}; there are {', '.join(_ACTIONS)}."})
            return
        try:
            self._answer(200, action(self.lab, **json.loads(body or b"{}")))
        except (KeyError, UnknownFault, ValueError, TypeError) as error:
            self._answer(400, {"error": str(error.args[0]) if error.args else str(error)})

    def _answer(self, status: int, data: Any) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _effects(lab: "Lab", since: int = 0) -> list[dict[str, Any]]:
    return [asdict(effect) for effect in lab.world.log.since(since)]


def _faults(lab: "Lab") -> dict[str, dict[str, str]]:
    return fault_table()


def _fault(lab: "Lab", node: str, name: str, on: bool, arguments: dict[str, str] | None = None) -> dict[str, Any]:
    lab.fault(node, name, on, **(arguments or {}))
    return {}


def _directory_fault(
    lab: "Lab", name: str, on: bool, arguments: dict[str, Any] | None = None, where: str = DIRECTORY
) -> dict[str, Any]:
    server = controller(lab, where)
    if server is None:
        raise ValueError(f"No domain controller {where}; there are {', '.join(s.name for s in lab.directories)}.")
    strike(lab, server, name, on, arguments or {})
    return {}


def _switch(lab: "Lab", where: str, name: str, on: bool, words: dict[str, str]) -> list[str]:
    return switch(lab, where, name, on, words)


def _webhook(lab: "Lab", url: str, keys: dict[str, tuple[str, str]]) -> dict[str, Any]:
    lab.webhook(url, {name: (key[0], key[1]) for name, key in keys.items()})
    return {}


def _type(lab: "Lab", node: str, line: str, wait: float = 0) -> dict[str, Any]:
    return lab.type(node, line).told(wait)


def _hand(lab: "Lab", cluster: str, step: str) -> str:
    from console.lab.hands import hand  # the directory's libraries take a second that only a running lab needs

    return hand(lab, cluster, step)


def _file(lab: "Lab", node: str, path: str) -> dict[str, Any]:
    return lab.look(node, path)


def _handle(lab: "Lab", node: str, image: str, path: str = "") -> dict[str, Any]:
    if path:
        lab.open_handle(node, image, path)
    else:
        lab.close_handles(node, image)
    return {}


def _advance(lab: "Lab", seconds: float) -> dict[str, Any]:
    lab.advance(seconds)
    return {}


def _stop(lab: "Lab") -> dict[str, Any]:
    threading.Timer(0.05, lab.stop).start()
    return {}


_ACTIONS: dict[str, Callable[..., Any]] = {
    "status": describe,
    "effects": _effects,
    "faults": _faults,
    "fault": _fault,
    "directory-fault": _directory_fault,
    "switch": _switch,
    "webhook": _webhook,
    "type": _type,
    "file": _file,
    "hand": _hand,
    "handle": _handle,
    "advance": _advance,
    "stop": _stop,
}
