"""The way between a node's client and the console, on which a test may read, change, keep or send again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from django.test import Client

from console.domain.secrets import Secret
from console.lab.hook_client import HookClient, Response, request_text, signature

EVENT = {
    "node": "TOK-EX1",
    "cluster": "TOKYO",
    "group": "EXCHANGE",
    "run": "run-0123456789abcdef",
    "clp_event": "FAILOVER",
    "clp_server": "OTHER",
    "clp_disk": "SUCCESS",
    "clp_priority": "2",
}


@dataclass(frozen=True)
class Request:
    """A request on its way."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def having(self, **headers: str) -> "Request":
        """The same with other headers, named by the last word: `time`, `nonce`, `key`, `signature`."""
        changed = {f"X-Changeover-{name.capitalize()}": value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **changed})

    def signed_with(self, key: Secret) -> "Request":
        """The same, with the signature that `key` makes of what it says now."""
        key_id, stamp, nonce = (self.headers[f"X-Changeover-{name}"] for name in ("Key", "Time", "Nonce"))
        text = request_text(self.method, self.path, key_id, stamp, nonce, self.body)
        return self.having(signature=signature(key.reveal(), text))


def deliver(request: Request) -> Response:
    """Hand a request to the console, which comes from 127.0.0.1."""
    found = Client(raise_request_exception=False).generic(
        request.method, request.path, request.body, "text/plain", headers=dict(request.headers)
    )
    return Response(found.status_code, {name.lower(): value for name, value in found.items()}, found.content)


@dataclass
class Wire:
    """A transport for the client that keeps what passes; `going` and `coming` may change it."""

    going: Callable[[Request], Request] = lambda request: request
    coming: Callable[[Response], Response] = lambda response: response
    requests: list[Request] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        self.requests.append(Request(method, path, headers, body))
        self.responses.append(deliver(self.going(self.requests[-1])))
        return self.coming(self.responses[-1])


def client(key: tuple[str, Secret], wire: Wire, **options: object) -> HookClient:
    """The client of a node that holds `key`, over `wire`."""
    key_id, secret = key
    return HookClient("http://console", key_id, secret.reveal(), transport=wire, **options)  # type: ignore[arg-type]
