"""The operations of a report as CSV, one line each, oldest first."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from console.models import Drill, Operation
from console.services.audit_export import csv_line, harmless
from console.services.run_times import outage_of

COLUMNS = (
    "operation",
    "cluster",
    "kind",
    "source",
    "target",
    "status",
    "requested_by",
    "ticket",
    "confirmed",
    "started",
    "ended",
    "seconds",
    "outage_began",
    "outage_ended",
    "outage_seconds",
    "drill",
)
CHUNK = 2000


def as_csv(found: QuerySet[Operation]) -> Iterator[str]:
    """A header and a line for each of these moves (RFC 4180); times in UTC, durations in seconds.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    yield csv_line(COLUMNS)
    drills = _drills()
    rows = found.select_related("cluster").defer("plan", "todo", "findings").order_by("pk")
    for row in rows.iterator(chunk_size=CHUNK):
        texts = (row.cluster.name, row.kind, row.source, row.target, row.status, row.requested_by_name, row.ticket)
        outage = outage_of(row)
        times = (_moment(row.confirmed_at), _moment(row.started_at), _moment(row.ended_at), _took(row))
        down = (_moment(row.outage_started_at), _moment(row.outage_ended_at))
        without = "" if outage is None else f"{outage.seconds:.3f}"
        yield csv_line((str(row.pk), *map(harmless, texts), *times, *down, without, drills.get(row.pk, "")))


def _drills() -> dict[int, str]:
    """The drill that each operation belongs to."""
    told = Drill.objects.values_list("pk", "there_id", "back_id")
    return {number: str(pk) for pk, *numbers in told for number in numbers if number is not None}


def _took(row: Operation) -> str:
    if row.started_at is None or row.ended_at is None:
        return ""
    return f"{(row.ended_at - row.started_at).total_seconds():.3f}"


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="milliseconds")
