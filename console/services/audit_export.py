"""The audit as a stream of CSV, JSON Lines or syslog lines, oldest first."""

import csv
import io
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from console.domain.printable import one_line
from console.models import AuditRecord
from console.services.audit import describe, timestamp
from console.services.audit_actions import OUTCOMES

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
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LOG_AUDIT = 13
"""The facility "log audit" (RFC 5424, section 6.2.1)."""
NOTICE, WARNING = 5, 4
SD_ID = "changeover@32473"
"""The element of a syslog line that holds the fields; 32473 is the number that RFC 5612 leaves to whoever has none."""
_TO_ESCAPE = re.compile(r'["\\\]]')
_TROUBLE = frozenset().union(*(OUTCOMES[outcome] for outcome in ("refused", "failed", "uncertain")))


def as_jsonl(records: QuerySet[AuditRecord]) -> Iterator[str]:
    """One canonical body per line, byte for byte as it was written."""
    for row in records.order_by("seq").iterator(chunk_size=CHUNK):
        yield row.body + "\n"


def as_csv(records: QuerySet[AuditRecord]) -> Iterator[str]:
    """A header and a line per record (RFC 4180); `body` is the same text that JSON Lines has.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    yield csv_line(COLUMNS)
    for row in records.order_by("seq").iterator(chunk_size=CHUNK):
        names = (row.actor_name, row.origin, row.action, row.cluster_name)
        subject = (row.subject_type, row.subject_id, row.subject_name)
        texts = (*names, *subject, row.reason, describe(row), row.body)
        yield csv_line((str(row.seq), timestamp(row.at), *map(harmless, texts)))


def as_syslog(records: QuerySet[AuditRecord]) -> Iterator[str]:
    """One line per record (RFC 5424): who, what and why as structured data, and the sentence; without before and after.

    No text makes a second line: what is not printable is written as its number.
    """
    host = socket.gethostname() or "-"
    for row in records.order_by("seq").iterator(chunk_size=CHUNK):
        priority = LOG_AUDIT * 8 + (WARNING if row.action in _TROUBLE else NOTICE)
        fields = " ".join(_parameter(name, value) for name, value in _told(row))
        head = f"<{priority}>1 {timestamp(row.at)} {host} changeover - audit [{SD_ID} {fields}]"
        yield f"{head} \ufeff{one_line(describe(row))}\n"


@dataclass(frozen=True)
class Format:
    """How an export is written, what it is called, and how its file's name ends."""

    write: Callable[[QuerySet[AuditRecord]], Iterator[str]]
    name: str
    content_type: str
    suffix: str


FORMATS = {
    "jsonl": Format(as_jsonl, "JSON Lines", "application/jsonl", "jsonl"),
    "csv": Format(as_csv, "CSV", "text/csv", "csv"),
    "syslog": Format(as_syslog, "syslog", "text/plain", "log"),
}


def _told(row: AuditRecord) -> Iterator[tuple[str, str]]:
    """What is known of the record, by names of structured data."""
    about = {"subjectType": row.subject_type, "subjectId": row.subject_id, "subject": row.subject_name}
    known = {"actor": row.actor_name, "origin": row.origin, "action": row.action, "cluster": row.cluster_name, **about}
    known |= {"reason": row.reason, "requestId": row.request_id, "previous": row.previous, "hash": row.hash}
    yield "seq", str(row.seq)
    yield from ((name, value) for name, value in known.items() if value)


def _parameter(name: str, value: str) -> str:
    """As in RFC 5424, section 6.3.3."""
    escaped = _TO_ESCAPE.sub(r"\\\g<0>", one_line(value))
    return f'{name}="{escaped}"'


def harmless(text: str) -> str:
    """`text`, with an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def csv_line(cells: tuple[str, ...]) -> str:
    """One line of CSV (RFC 4180) with its end."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
