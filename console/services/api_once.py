"""Once and no more: a program that asks again under the same key gets what it got before."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction

from console.domain.checks import Refusal
from console.domain.plan import canonical
from console.models import ApiOnce, ApiToken, Operation, PlanRecord
from console.services.access import NotAllowed
from console.services.clock import database_now

KEPT = timedelta(hours=24)
"""How long a key stands for what was asked under it."""

Made = PlanRecord | Operation


def once(token: ApiToken, key: str, asked: Mapping[str, object], act: Callable[[], Made]) -> Made:
    """What `act` makes, or what it made when the same was asked under this key before.

    A refusal leaves the key free, so that the same may be asked again. Raises what `act` raises, and `Refusal` when
    the key stands for something else.
    """
    digest = hashlib.sha256(canonical(asked)).hexdigest()
    if (found := _kept(token, key, digest)) is not None:
        return found
    try:
        with transaction.atomic():
            outcome = _first(token, key, digest, act)
    except IntegrityError:
        found = _kept(token, key, digest)  # the same, a moment before, in another process
        if found is None:
            raise
        return found
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def purge() -> int:
    """Forget the keys whose time is over; how many that were."""
    return ApiOnce.objects.filter(at__lt=database_now() - KEPT).delete()[0]


def _first(token: ApiToken, key: str, digest: str, act: Callable[[], Made]) -> Made | Refusal | NotAllowed:
    """Take the key and act. A refusal is handed back, not raised: its audit record has to be kept."""
    row = ApiOnce.objects.create(token=token, key=key, digest=digest, at=database_now())
    try:
        made = act()
    except (Refusal, NotAllowed) as refusal:
        row.delete()
        return refusal
    which = {"plan": made} if isinstance(made, PlanRecord) else {"operation": made}
    ApiOnce.objects.filter(pk=row.pk).update(**which)
    return made


def _kept(token: ApiToken, key: str, digest: str) -> Made | None:
    found = ApiOnce.objects.select_related("plan", "operation").filter(token=token, key=key).first()
    if found is None:
        return None
    if found.digest != digest:
        text = f"The idempotency key {key} was used for something else."
        raise Refusal.of(text, "Take a new key for whatever is new.", key="idempotency.key", about=key)
    return found.plan or found.operation
