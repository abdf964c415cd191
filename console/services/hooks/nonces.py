"""Nonces: each is taken once, by the database, and forgotten when its request would be too old anyway."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from console.models import HookNonce, NodeKey
from console.services.clock import database_now

KEPT = timedelta(seconds=900)
"""Longer than a request can be of the right age: 300 s before its time to 300 s after it."""


def take(key: NodeKey, nonce: str, now: datetime) -> bool:
    """Whether the nonce was new; it is not from now on, whatever becomes of the request."""
    try:
        with transaction.atomic():
            HookNonce.objects.create(key=key, nonce=nonce, used_at=now)
    except IntegrityError:
        return False
    return True


def purge() -> int:
    """Forget the nonces of requests that are refused by their age; how many that were."""
    gone, _ = HookNonce.objects.filter(used_at__lt=database_now() - KEPT).delete()
    return gone
