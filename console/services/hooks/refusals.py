"""Refused requests of webhook and API, counted per source and minute; the audit gets one record for each of these."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from threading import Lock

from django.db import transaction
from django.db.models import F

from console.models import AuditRecord, HookRefusals
from console.services import audit, totals
from console.services.audit_actions import Action
from console.services.clock import database_now

MINUTE = timedelta(minutes=1)
SETTLED_AFTER = timedelta(seconds=5)
"""How long after its end a minute may still be counted in."""

NOBODY = audit.Actor(None, "", AuditRecord.Origin.WEBHOOK)
NO_PROGRAM = audit.Actor(None, "", AuditRecord.Origin.API)
NO_TOKEN = "no-token"
"""The cause of what is refused at the API's door."""


class Tally:
    """What this process has counted in the present minute, so that a flood of refusals is no flood of writes."""

    EXACT = 50
    """Up to here each refusal of a source and cause is written; then only every fiftieth, as fifty."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute: datetime | None = None
        self._seen: Counter[tuple[str, str]] = Counter()

    def weight(self, source: str, cause: str, minute: datetime) -> int:
        """By how much to raise the count in the database for one more refusal."""
        with self._lock:
            if minute != self._minute:
                self._minute, self._seen = minute, Counter()
            self._seen[source, cause] += 1
            seen = self._seen[source, cause]
        if seen <= self.EXACT:
            return 1
        return 0 if seen % self.EXACT else self.EXACT


tally = Tally()


def count(source: str, cause: str) -> None:
    """Count one refusal: it reads no count first, so that none is lost between two at once."""
    source, minute = source[:64], database_now().replace(second=0, microsecond=0)
    if not (weight := tally.weight(source, cause, minute)):
        return
    key = {"source": source, "minute": minute, "cause": cause}
    with transaction.atomic():
        HookRefusals.objects.bulk_create([HookRefusals(**key)], ignore_conflicts=True)
        HookRefusals.objects.filter(**key).update(count=F("count") + weight)


def this_minute(source: str, cause: str) -> int:
    """How many of that source and cause were counted since the minute began."""
    minute = database_now().replace(second=0, microsecond=0)
    found = HookRefusals.objects.filter(source=source[:64], minute=minute, cause=cause)
    return found.values_list("count", flat=True).first() or 0


def settle() -> int:
    """Write the minutes that are over into the audit; how many records that made."""
    over = database_now() - MINUTE - SETTLED_AFTER
    with transaction.atomic():
        rows = list(HookRefusals.objects.select_for_update().filter(minute__lte=over).order_by("minute", "source"))
        if not rows:
            return 0
        HookRefusals.objects.filter(pk__in=[row.pk for row in rows]).delete()
        found: dict[tuple[str, datetime, bool], dict[str, int]] = defaultdict(dict)
        for row in rows:
            found[row.source, row.minute, row.cause == NO_TOKEN][row.cause] = row.count
        by_cause: Counter[str] = Counter()
        for row in rows:
            by_cause[row.cause] += row.count
        for cause, number in sorted(by_cause.items()):
            totals.count(totals.REFUSED, cause, by=number)
        for (source, minute, at_api), causes in found.items():
            _record(source, minute, causes, at_api)
    return len(found)


def _record(source: str, minute: datetime, causes: dict[str, int], at_api: bool) -> None:
    action, actor = (Action.API_REFUSED, NO_PROGRAM) if at_api else (Action.HOOKS_REFUSED, NOBODY)
    subject = audit.Subject("address", source, source)
    after = {"minute": minute, "count": sum(causes.values()), "causes": causes}
    audit.record(action, actor, subject, after=after)
