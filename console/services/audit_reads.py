"""Recording that somebody read a sensitive page: once per person, page and quarter of an hour, however they click."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from console.models import AuditRecord
from console.services import audit
from console.services.audit_actions import Action
from console.services.clock import database_now

EVERY = timedelta(minutes=15)


class SensitivePage(Enum):
    """A page whose readers are recorded, by the name that the sentence has: docs/audit.md has the same table."""

    AUDIT = "audit", "the audit"
    RIGHTS = "rights", "who may do what"
    PEOPLE = "people", "the accounts and groups"
    SIGN_INS = "sign-ins", "who is signed in, and from where"
    TOKENS = "tokens", "the API tokens"
    CREDENTIALS = "credentials", "the credentials"


def note(page: SensitivePage, actor: audit.Actor, first: dict[str, Any]) -> AuditRecord | None:
    """Record that the actor reads `page`, unless this quarter of an hour has that on record.

    `first` says what of it was read; what else is read within the quarter is not recorded. Whether it is on record
    is asked again under the audit's lock, so that two requests at once make one record.
    """
    key, name = page.value
    if _known(actor, key):
        return None
    with transaction.atomic():
        audit.lock()
        if _known(actor, key):
            return None
        return audit.record(Action.PAGE_READ, actor, audit.Subject("page", key, name), after=first)


def _known(actor: audit.Actor, key: str) -> bool:
    person = Exact(Upper("actor_name"), Upper(Value(actor.name)))
    read = Q(person, Exact(F("action"), str(Action.PAGE_READ)), at__gte=_quarter(database_now()))
    return AuditRecord.objects.filter(read, actor=actor.user, subject_type="page", subject_id=key).exists()


def _quarter(now: datetime) -> datetime:
    """The beginning of the quarter of an hour that `now` is in."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (now - midnight) // EVERY * EVERY
