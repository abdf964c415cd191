"""The webhook as a node's script speaks it, written from docs/webhook.md alone: one exchange a call.

It shares no line with the console, so that a mistake in either shows: both are held to docs/webhook-vectors.json.
"""

import hashlib
import hmac
import http.client
import io
import re
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

LARGEST_ANSWER = 8192
"""Bytes, headers and all."""
STAMP = "%Y%m%dT%H%M%SZ"
ANSWERS = ("go", "no", "wait", "noted", "refused")

Kind = Literal["go", "no", "wait", "noted", "refused", "silent"]


@dataclass(frozen=True)
class Response:
    """What came back: status, headers by their names in lower case, and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Transport = Callable[[str, str, Mapping[str, str], bytes], Response]
"""Sends (method, path, headers, body) and returns what came back; raises `OSError` or `HTTPException`."""


@dataclass(frozen=True)
class Outcome:
    """What the script is to do. `silent`: nobody answered, or nobody who could be believed; `detail` says which.

    `refused` is the console's own word that it cannot take the question: like `no`, it never leads to the kit.
    """

    kind: Kind
    run: str = ""
    operation: int | None = None
    reason: str = ""
    refusal: str = ""
    expires: datetime | None = None
    poll: int | None = None
    detail: str = ""
    status: int | None = None


@dataclass
class HookClient:
    """One node's client. `offset` (seconds) is what it has learned of the console's clock; it stays for later calls."""

    url: str
    """Where the console listens, without a path: `http://console.example.com:8000`."""
    key_id: str
    key: str = field(repr=False)
    clock: Callable[[], float] = time.time
    """The node's own clock: seconds since 1970."""
    timeout: float = 10.0
    """Seconds that one exchange may take."""
    attempts: int = 2
    """How often a call asks before it takes silence for an answer: each time with a new nonce."""
    transport: Transport | None = None
    offset: float = 0.0

    def event(self, event: str, fields: Mapping[str, str]) -> Outcome:
        """Tell an event; `fields` are the other keys of its body, with `run` among them. The same again is a retry."""
        body = "".join(f"{key}={value}\r\n" for key, value in {"event": event, **fields}.items()).encode("ascii")
        return self._ask("POST", "/hooks/events", body, fields["run"])

    def run(self, run_id: str) -> Outcome:
        """Ask what that run is to do now."""
        return self._ask("GET", f"/hooks/runs/{run_id}", b"", run_id)

    def _ask(self, method: str, path: str, body: bytes, run: str) -> Outcome:
        corrected, left = False, self.attempts
        while True:
            outcome, offset = self._exchange(method, path, body, run)
            if outcome.refusal == "skew" and offset is not None and not corrected:
                self.offset, corrected = offset, True
                continue
            left -= 1
            if left <= 0 or not (outcome.kind == "silent" or outcome.refusal == "replay"):
                return outcome

    def _exchange(self, method: str, path: str, body: bytes, run: str) -> tuple[Outcome, float | None]:
        """One request and its answer, and how far the console's clock is ahead, if it said so."""
        asked_at = self.clock()
        stamp = datetime.fromtimestamp(asked_at + self.offset, UTC).strftime(STAMP)
        nonce = secrets.token_hex(16)
        headers = {
            "X-Changeover-Key": self.key_id,
            "X-Changeover-Time": stamp,
            "X-Changeover-Nonce": nonce,
            "X-Changeover-Signature": signature(self.key, request_text(method, path, self.key_id, stamp, nonce, body)),
        }
        try:
            response = (self.transport or self._send)(method, path, headers, body)
        except (OSError, http.client.HTTPException) as error:
            return Outcome("silent", run, detail=f"no answer: {type(error).__name__}"), None
        outcome = self._believed(response, nonce, run)
        return outcome, _ahead(response, asked_at) if outcome.kind != "silent" else None

    def _believed(self, response: Response, nonce: str, run: str) -> Outcome:
        stamp = response.headers.get("x-changeover-time", "")
        expected = signature(self.key, reply_text(response.status, nonce, stamp, response.body))
        given = response.headers.get("x-changeover-signature", "")
        if not hmac.compare_digest(expected.encode(), given.encode("latin-1", "replace")):
            return Outcome("silent", run, detail="the answer is not signed for this request", status=response.status)
        values = _lines(response.body)
        kind = values.get("answer", "")
        if kind not in ANSWERS or values.get("run", run) != run:
            return Outcome("silent", run, detail="the answer cannot be read", status=response.status)
        return _outcome(kind, run, values, response.status)  # type: ignore[arg-type]

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Over a connection of its own, the whole of it within the deadline."""
        parts, deadline = urlsplit(self.url), time.monotonic() + self.timeout
        head = {"Host": parts.netloc, "Connection": "close", "Content-Length": str(len(body)), **headers}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        with socket.create_connection((parts.hostname or "", parts.port or 80), self.timeout) as connection:
            connection.sendall("\r\n".join(lines).encode("ascii") + body)
            answer = http.client.HTTPResponse(_Heard(_hear(connection, deadline)), method=method)  # type: ignore[arg-type]
            answer.begin()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Response(answer.status, found, answer.read())


def request_text(method: str, path: str, key_id: str, stamp: str, nonce: str, body: bytes) -> str:
    """What a request's signature covers."""
    return "\n".join(["CHO1-REQ", method, path, key_id, stamp, nonce, hashlib.sha256(body).hexdigest()])


def reply_text(status: int, nonce: str, stamp: str, body: bytes) -> str:
    """What a reply's signature covers."""
    return "\n".join(["CHO1-RES", str(status), nonce, stamp, hashlib.sha256(body).hexdigest()])


def signature(key: str, text: str) -> str:
    """HMAC-SHA256 in lower-case hex; the key's characters are its bytes."""
    return hmac.new(key.encode("ascii"), text.encode("latin-1"), hashlib.sha256).hexdigest()


class _Heard:
    """What was heard of a connection, in the one way in which the standard library's reader asks for it."""

    def __init__(self, heard: bytes) -> None:
        self._heard = heard

    def makefile(self, *_: object) -> io.BytesIO:
        """The bytes as a file."""
        return io.BytesIO(self._heard)


def _hear(connection: socket.socket, deadline: float) -> bytes:
    """Everything until the other side closes."""
    heard = b""
    while len(heard) <= LARGEST_ANSWER:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        connection.settimeout(left)
        piece = connection.recv(LARGEST_ANSWER)
        if not piece:
            return heard
        heard += piece
    raise http.client.HTTPException("the answer is too long")


def _ahead(response: Response, now: float) -> float | None:
    try:
        said = datetime.strptime(response.headers.get("x-changeover-time", ""), STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return said.timestamp() - now


def _lines(body: bytes) -> dict[str, str]:
    found = {}
    for line in body.decode("ascii", "replace").splitlines():
        key, _, value = line.partition("=")
        found[key] = value
    return found


def _outcome(kind: Kind, run: str, values: Mapping[str, str], status: int) -> Outcome:
    expires = values.get("expires", "")
    return Outcome(
        kind,
        run,
        operation=_number(values.get("operation")),
        reason=values.get("reason", ""),
        refusal=values.get("refusal", ""),
        expires=datetime.strptime(expires, STAMP).replace(tzinfo=UTC) if _is_stamp(expires) else None,
        poll=_number(values.get("poll")),
        status=status,
    )


def _is_stamp(text: str) -> bool:
    return re.fullmatch("[0-9]{8}T[0-9]{6}Z", text) is not None


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[0-9]{1,18}", text) else None
