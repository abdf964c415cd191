"""The console's signature (Ed25519, RFC 8032) under the end of its audit."""

import base64
import json
from binascii import Error as NotBase64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import transaction

from console.domain.errors import ChangeoverError
from console.domain.verify_audit import Anchor, canonical, key_id
from console.models import AuditHead, SignedHead
from console.services.audit import timestamp
from console.services.clock import database_now


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


def sign_head() -> SignedHead | None:
    """Sign the end of the audit and keep that; None when there is nothing new. Raises `NoKey`."""
    key = private_key()
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first()
        if head is None or not head.last_seq or SignedHead.objects.filter(seq=head.last_seq).exists():
            return None
        at = database_now()
        anchor = Anchor(head.last_seq, head.last_hash, timestamp(at), key_id(public_key()), "")
        signature = key.sign(anchor.message()).hex()
        line = canonical({**json.loads(anchor.message()), "signature": signature})
        return SignedHead.objects.create(seq=head.last_seq, at=at, line=line)


def good(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is right, by OpenSSL: `verify_audit.ed25519` is the same without it, and slower."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
