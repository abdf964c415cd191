"""Once and no more: a program that asks again under the same key gets what it got before."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.db.models import Model

from console.domain.checks import Refusal
from console.domain.plan import canonical
from console.models import (
    Alarm,
    ApiOnce,
    ApiToken,
    Approval,
    Channel,
    Cluster,
    CredentialTrial,
    Delivery,
    Discovery,
    Drill,
    GlobalStop,
    IncidentCare,
    MaintenanceWindow,
    NodeRun,
    NodeScripts,
    NoticeRule,
    Operation,
    PlanRecord,
    ProcedureProof,
    ScheduledMove,
    SetupLogRecord,
)
from console.services.access import NotAllowed
from console.services.clock import database_now

KEPT = timedelta(hours=24)
"""How long a key stands for what was asked under it."""
OTHERS: dict[str, type[Model]] = {
    one.__name__: one
    for one in (
        *(Alarm, ApiToken, Approval, Cluster, GlobalStop, IncidentCare, MaintenanceWindow),
        *(NodeRun, ProcedureProof, ScheduledMove, Drill, Discovery, NodeScripts, SetupLogRecord, CredentialTrial),
        *(Channel, Delivery, NoticeRule, User, Group),
    )
}
"""What an act may come to beside a plan and an operation."""

M = TypeVar("M", bound=Model)


def once(token: ApiToken, key: str, asked: Mapping[str, object], act: Callable[[], M]) -> M:
    """What `act` makes or changes, as it stands, or what it came to when the same was asked under this key before.

    A refusal leaves the key free, so that the same may be asked again. Raises what `act` raises, and `Refusal` when
    the key stands for something else, or for what is no longer there.
    """
    digest = hashlib.sha256(canonical(asked)).hexdigest()
    if (found := _kept(token, key, digest)) is not None:
        return found  # type: ignore[return-value]
    try:
        with transaction.atomic():
            outcome = _first(token, key, digest, act)
    except IntegrityError:
        found = _kept(token, key, digest)  # the same, a moment before, in another process
        if found is None:
            raise
        return found  # type: ignore[return-value]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def purge() -> int:
    """Forget the keys whose time is over; how many that were."""
    return ApiOnce.objects.filter(at__lt=database_now() - KEPT).delete()[0]


def _first(token: ApiToken, key: str, digest: str, act: Callable[[], M]) -> M | Refusal | NotAllowed:
    """Take the key and act. A refusal is handed back, not raised: its audit record has to be kept."""
    row = ApiOnce.objects.create(token=token, key=key, digest=digest, at=database_now())
    try:
        made = act()
    except (Refusal, NotAllowed) as refusal:
        row.delete()
        return refusal
    ApiOnce.objects.filter(pk=row.pk).update(**_columns(made))
    return made


def _columns(made: Model) -> dict[str, Any]:
    if isinstance(made, PlanRecord):
        return {"plan": made}
    if isinstance(made, Operation):
        return {"operation": made}
    return {"what": type(made).__name__, "what_id": made.pk}


def _kept(token: ApiToken, key: str, digest: str) -> Model | None:
    found = ApiOnce.objects.select_related("plan", "operation").filter(token=token, key=key).first()
    if found is None:
        return None
    if found.digest != digest:
        text = f"The idempotency key {key} was used for something else."
        raise Refusal.of(text, "Take a new key for whatever is new.", key="idempotency.key", about=key)
    made = found.plan or found.operation or _other(found)
    if made is None:
        text = f"What was asked for under the idempotency key {key} is no longer there."
        raise Refusal.of(text, "Look at what there is, then ask under a new key.", key="idempotency.gone", about=key)
    return made


def _other(found: ApiOnce) -> Model | None:
    model = OTHERS.get(found.what)
    return None if model is None else model._default_manager.filter(pk=found.what_id).first()
