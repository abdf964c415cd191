"""Refused requests, counted per source and minute; the audit gets one record for each of these."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from console.models import AuditRecord, HookRefusals
from console.services import audit
from console.services.audit_actions import Action
from console.services.clock import database_now

MINUTE = timedelta(minutes=1)
SETTLED_AFTER = timedelta(seconds=5)
"""How long after its end a minute may still be counted in."""

NOBODY = audit.Actor(None, "", AuditRecord.Origin.WEBHOOK)


def count(source: str, cause: str) -> None:
    """Count one refusal: one statement that reads nothing first, so that none is lost between two at once."""
    minute = database_now().replace(second=0, microsecond=0)
    key = {"source": source[:64], "minute": minute, "cause": cause}
    with transaction.atomic():
        HookRefusals.objects.bulk_create([HookRefusals(**key)], ignore_conflicts=True)
        HookRefusals.objects.filter(**key).update(count=F("count") + 1)


def settle() -> int:
    """Write the minutes that are over into the audit; how many records that made."""
    over = database_now() - MINUTE - SETTLED_AFTER
    with transaction.atomic():
        rows = list(HookRefusals.objects.select_for_update().filter(minute__lte=over).order_by("minute", "source"))
        if not rows:
            return 0
        HookRefusals.objects.filter(pk__in=[row.pk for row in rows]).delete()
        found: dict[tuple[str, datetime], dict[str, int]] = defaultdict(dict)
        for row in rows:
            found[row.source, row.minute][row.cause] = row.count
        for (source, minute), causes in found.items():
            _record(source, minute, causes)
    return len(found)


def _record(source: str, minute: datetime, causes: dict[str, int]) -> None:
    subject = audit.Subject("address", source, source)
    after = {"minute": minute, "count": sum(causes.values()), "causes": causes}
    audit.record(Action.HOOKS_REFUSED, NOBODY, subject, after=after)
