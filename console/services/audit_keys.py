"""The key that signs the end of the audit (Ed25519, RFC 8032), and its public half for auditors."""

import base64
from binascii import Error as NotBase64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from console.domain.errors import ChangeoverError


class NoKey(ChangeoverError):
    """There is no key to sign the audit with, or it is not one."""

    remedy = (
        "Set CHANGEOVER_AUDIT_KEY_FILE to a file with 32 random bytes in base64. Make one with: "
        "python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
    )


def private_key() -> Ed25519PrivateKey:
    """The key of the settings. Raises `NoKey`."""
    if not settings.AUDIT_KEY:
        raise NoKey("There is no key to sign the audit with.")
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(settings.AUDIT_KEY))
    except (ValueError, NotBase64):
        raise NoKey("CHANGEOVER_AUDIT_KEY is not 32 bytes in base64.") from None


def public_key() -> bytes:
    """What an auditor needs to check signatures: 32 bytes, no secret. Raises `NoKey`."""
    return private_key().public_key().public_bytes_raw()
