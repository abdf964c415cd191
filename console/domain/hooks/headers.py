"""The four headers of a signed request: their names, and what each may hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from console.domain.hooks.canonical import from_stamp

KEY = "X-Changeover-Key"
TIME = "X-Changeover-Time"
NONCE = "X-Changeover-Nonce"
SIGNATURE = "X-Changeover-Signature"

KEY_ID = re.compile("[A-Za-z0-9-]{4,32}")
RUN_ID = re.compile("[A-Za-z0-9-]{16,64}")
_NONCE = re.compile("[0-9a-f]{32,64}")
_SIGNATURE = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Credentials:
    """What a request says of itself, each part of the right form; nothing is known to be true yet."""

    key_id: str
    timestamp: str
    at: datetime
    nonce: str
    signature: str


def read_headers(headers: Mapping[str, str]) -> Credentials | None:
    """The four headers, or None when one is missing or malformed. `headers` finds names whatever their case."""
    key_id, timestamp, nonce, signature = (headers.get(name, "") for name in (KEY, TIME, NONCE, SIGNATURE))
    at = from_stamp(timestamp)
    well_formed = KEY_ID.fullmatch(key_id) and _NONCE.fullmatch(nonce) and _SIGNATURE.fullmatch(signature)
    if at is None or not well_formed:
        return None
    return Credentials(key_id, timestamp, at, nonce, signature)
