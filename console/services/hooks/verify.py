"""Belief in a request: whose key signed it, whether it is of now, and whether it came before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from console.domain.hooks.canonical import NotCanonical, canonical_request, matches
from console.domain.hooks.headers import Credentials, read_headers
from console.domain.hooks.messages import HookRefusal
from console.domain.secrets import Secret
from console.models import NodeKey
from console.services.credentials import CredentialUnavailable
from console.services.hooks import keys, nonces

WINDOW = timedelta(seconds=300)
"""How far a request's time may be from the console's, either way."""
SEEN_EVERY = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RawRequest:
    """A request as it came."""

    method: str
    target: str
    """Path and query as they stand in the request line."""
    headers: Mapping[str, str]
    """Finds names whatever their case."""
    body: bytes = field(repr=False)
    source: str
    """The address of the other side."""


@dataclass(frozen=True)
class Signed:
    """A request that the key's node signed: what it is answered can be signed for it."""

    key: NodeKey
    secret: Secret
    said: Credentials


class Unsigned(Exception):
    """A request that no key of ours signed; `cause` is for the count alone, the other side is not told."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


def signed_by(request: RawRequest) -> Signed:
    """Whose signature the request carries. Raises `Unsigned`; what it costs does not tell whether the key exists."""
    said = read_headers(request.headers)
    if said is None:
        raise Unsigned("malformed")
    try:
        found, secret = keys.find(said.key_id)
        text = canonical_request(request.method, request.target, said.key_id, said.timestamp, said.nonce, request.body)
    except NotCanonical:
        raise Unsigned("malformed") from None
    except CredentialUnavailable as error:
        log.exception("node key unusable", key_id=said.key_id, remedy=error.remedy)
        raise Unsigned("unusable-key") from None
    genuine = matches(secret, text, said.signature)
    if found is None:
        raise Unsigned("unknown-key")
    if not genuine:
        raise Unsigned("bad-signature")
    key = NodeKey.objects.select_related("node__cluster").filter(pk=found).first()
    if key is None:
        raise Unsigned("unknown-key")  # removed between two statements
    return Signed(key, secret, said)


def check_fresh(signed: Signed, now: datetime) -> None:
    """Raise `HookRefusal` for a request of another time, and for one that came before; takes its nonce."""
    if abs(now - signed.said.at) > WINDOW:
        raise HookRefusal("skew", "The clock of the node and that of the console differ by more than 300 s.")
    if not nonces.take(signed.key, signed.said.nonce, now):
        raise HookRefusal("replay", "This request came before. Ask again with a new nonce.")
    idle = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - SEEN_EVERY)
    NodeKey.objects.filter(idle, pk=signed.key.pk).update(last_used_at=now)
