"""The signature of outgoing webhooks, as "Standard Webhooks" has it: receivers check it with a library or ten lines."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from console.domain.secrets import Secret

PREFIX = "whsec_"
LENGTH = 32
"""Bytes of a secret that is made here."""


def new_secret() -> Secret:
    """A secret for one channel, as its receiver is given it."""
    return Secret(PREFIX + base64.b64encode(secrets.token_bytes(LENGTH)).decode("ascii"))


def signature(secret: Secret, number: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256, in base64, over the message's id, its Unix time and its body with dots between.

    Raises `ValueError` for a text that is no secret.
    """
    text = secret.reveal()
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("This is no secret of a webhook.") from None
    if not text.startswith(PREFIX) or not key:
        raise ValueError("This is no secret of a webhook.")
    made = hmac.new(key, f"{number}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode('ascii')}"


def headers(known: Sequence[Secret], number: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that go with the body, signed with each of the secrets: a receiver knows one of them."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Changeover",
        "webhook-id": number,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, number, timestamp, body) for secret in known),
    }
