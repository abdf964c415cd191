"""The two texts that are signed, byte by byte as docs/webhook.md says, and their signatures."""

import hashlib
import hmac
import re
from datetime import UTC, datetime

from console.domain.errors import ChangeoverError
from console.domain.secrets import Secret

REQUEST_TAG = b"CHO1-REQ"
REPLY_TAG = b"CHO1-RES"
STAMP = "%Y%m%dT%H%M%SZ"

_STAMP = re.compile("[0-9]{8}T[0-9]{6}Z")
_PRINTABLE = re.compile("[!-~]+")
_SIGNATURE = re.compile("[0-9a-f]{64}")


class NotCanonical(ChangeoverError):
    """A part of a request or reply that cannot stand in a line of its own."""

    remedy = "Give every part as ASCII text without blanks or line breaks, as docs/webhook.md says."


def canonical_request(method: str, path_with_query: str, key_id: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What a request's signature covers; no two different requests have the same.

    `path_with_query` is the target as it stands in the request line. Raises `NotCanonical` for a part that is empty
    or holds anything but visible ASCII, since a line break there would let one part pass for two.
    """
    return _joined(REQUEST_TAG, [method, path_with_query, key_id, timestamp, nonce], body)


def canonical_reply(status: int, request_nonce: str, timestamp: str, body: bytes) -> bytes:
    """What a reply's signature covers: also the nonce of its request, so that it answers no other one."""
    return _joined(REPLY_TAG, [str(status), request_nonce, timestamp], body)


def sign(key: Secret, text: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) of `text` in lower-case hex, keyed by the characters of the key as they stand."""
    return hmac.new(key.reveal().encode("ascii"), text, hashlib.sha256).hexdigest()


def matches(key: Secret, text: bytes, signature: str) -> bool:
    """Whether `signature` is the one of `text`; takes the same time wherever they differ."""
    expected = sign(key, text)
    well_formed = _SIGNATURE.fullmatch(signature) is not None
    return hmac.compare_digest(expected, signature if well_formed else "0" * len(expected)) and well_formed


def to_stamp(at: datetime) -> str:
    """A time in UTC to the second, such as `20260131T235959Z`."""
    return at.astimezone(UTC).strftime(STAMP)


def from_stamp(text: str) -> datetime | None:
    """The time that a stamp names; None when it is not one."""
    if _STAMP.fullmatch(text) is None:
        return None
    try:
        return datetime.strptime(text, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _joined(tag: bytes, parts: list[str], body: bytes) -> bytes:
    for part in parts:
        if _PRINTABLE.fullmatch(part) is None:
            raise NotCanonical(f"{part[:80]!r} cannot be signed.")
    lines = [tag, *(part.encode("ascii") for part in parts), hashlib.sha256(body).hexdigest().encode("ascii")]
    return b"\n".join(lines)
