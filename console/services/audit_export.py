"""The audit as a stream of CSV or JSON Lines, oldest first, and the filters that pages share with it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from console.models import AuditRecord
from console.services.audit import describe, timestamp

CHUNK = 2000
COLUMNS = (
    "seq",
    "at",
    "actor",
    "origin",
    "action",
    "cluster",
    "subject_type",
    "subject_id",
    "subject",
    "reason",
    "sentence",
    "body",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class AuditFilter:
    """Which records: everything that is given must hold; `text` is looked for in the whole record."""

    actor: str = ""
    action: str = ""
    cluster: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


def filtered(wanted: AuditFilter) -> QuerySet[AuditRecord]:
    """The records, newest first."""
    return AuditRecord.objects.filter(condition(wanted))


def condition(wanted: AuditFilter) -> Q:
    """What a record has to be. `actor` and `cluster` are whole names, `action` a tag or the start of one."""
    found = Q()
    if wanted.actor:
        found &= Q(actor_name__iexact=wanted.actor)
    if wanted.action:
        found &= Q(action__startswith=wanted.action)
    if wanted.cluster:
        found &= Q(cluster_name__iexact=wanted.cluster)
    if wanted.text:
        found &= Q(body__icontains=wanted.text)
    if wanted.since:
        found &= Q(at__gte=wanted.since)
    if wanted.until:
        found &= Q(at__lt=wanted.until)
    return found


def as_jsonl(records: QuerySet[AuditRecord]) -> Iterator[str]:
    """One canonical body per line, byte for byte as it was written."""
    for row in records.order_by("seq").iterator(chunk_size=CHUNK):
        yield row.body + "\n"


def as_csv(records: QuerySet[AuditRecord]) -> Iterator[str]:
    """A header and a line per record (RFC 4180); `body` is the same text that JSON Lines has.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    yield _csv_line(COLUMNS)
    for row in records.order_by("seq").iterator(chunk_size=CHUNK):
        names = (row.actor_name, row.origin, row.action, row.cluster_name)
        subject = (row.subject_type, row.subject_id, row.subject_name)
        texts = (*names, *subject, row.reason, describe(row), row.body)
        yield _csv_line((str(row.seq), timestamp(row.at), *map(_harmless, texts)))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _csv_line(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
