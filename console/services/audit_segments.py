"""Retention: a run of records is sealed by a record after it, archived to a file, and only then removed."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from console.domain.errors import ChangeoverError
from console.domain.verify_audit import NOTHING_BEFORE
from console.models import AuditRecord, AuditSegment
from console.services import audit, audit_guard
from console.services.audit_actions import Action
from console.services.audit_export import as_jsonl
from console.services.backup.archive import private
from console.services.clock import database_now


class SegmentError(ChangeoverError):
    """A segment cannot be sealed, archived or removed."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy=remedy)


def seal(last_seq: int, actor: audit.Actor, reason: str = "") -> AuditSegment:
    """Seal everything up to record `last_seq` that no segment holds yet; its digest goes into a record.

    Raises `SegmentError`, also when the records to be sealed are not whole.
    """
    before = AuditSegment.objects.last()
    number, first = (before.number + 1, before.last_seq + 1) if before else (1, 1)
    rows = AuditRecord.objects.filter(seq__range=(first, last_seq))
    if rows.count() != last_seq - first + 1 or last_seq < first:
        told = f"Records {first} to {last_seq} are not all there, or sealed already."
        raise SegmentError(told, "Name a later record; manage.py audit verify says whether one is missing.")
    digest = _digest(rows)
    with transaction.atomic():
        segment = AuditSegment.objects.create(
            number=number,
            first_seq=first,
            last_seq=last_seq,
            last_hash=rows.get(seq=last_seq).hash,
            digest=digest,
            sealed_at=database_now(),
        )
        audit.record(Action.AUDIT_SEALED, actor, subject(segment), reason=reason, after=_told(segment))
    return segment


def archive(number: int, target: Path) -> AuditSegment:
    """Write the segment to the new file `target`, readable by its owner alone, as `audit export` writes records.

    Raises `SegmentError`, also when the records are not the ones that were sealed: then there is no file.
    """
    segment = get(number)
    if segment.removed_at:
        raise SegmentError(f"{segment} was removed.", "Look for the archive that was made before.")
    found = hashlib.sha256()
    try:
        with private(target) as file:
            for line in as_jsonl(_rows(segment)):
                found.update(line.encode())
                file.write(line.encode())
    except OSError as error:
        raise SegmentError(f"{target} cannot be written: {error.strerror}.", "Name a new file elsewhere.") from error
    if found.hexdigest() != segment.digest:
        target.unlink()
        raise SegmentError(f"{segment} is not what was sealed.", "Run: manage.py audit verify")
    return segment


def remove(number: int, file: Path, actor: audit.Actor, reason: str) -> AuditSegment:
    """Delete the records of a segment whose archive lies in `file`, and record that. The earliest goes first.

    Raises `SegmentError` when the file is not the segment, or something in it is younger than `AUDIT_KEEP_DAYS`.
    """
    if _file_digest(file) != (segment := get(number)).digest:
        raise SegmentError(f"{file} is not {segment}.", f"Make its archive: manage.py audit archive {number} FILE")
    with transaction.atomic():
        segment = AuditSegment.objects.select_for_update().get(pk=segment.pk)
        _may_go(segment)
        with _let_go(segment), connection.cursor() as cursor:
            between = f"DELETE FROM {audit_guard.TABLE} WHERE seq BETWEEN %s AND %s"  # noqa: S608 - our own name
            cursor.execute(between, [segment.first_seq, segment.last_seq])
            if cursor.rowcount != segment.last_seq - segment.first_seq + 1:
                raise SegmentError(f"{segment} is not whole.", "Run: manage.py audit verify")
        audit.record(Action.AUDIT_REMOVED, actor, subject(segment), reason=reason, after=_told(segment))
    return segment


def get(number: int) -> AuditSegment:
    """The segment. Raises `SegmentError` when there is none of this number."""
    segment = AuditSegment.objects.filter(number=number).first()
    if segment is None:
        raise SegmentError(f"There is no segment {number}.", "Seal one first: manage.py audit seal --to RECORD")
    return segment


def subject(segment: AuditSegment) -> audit.Subject:
    """A segment as what a record is about."""
    return audit.Subject("audit-segment", segment.number, str(segment))


@contextmanager
def _let_go(segment: AuditSegment) -> Iterator[None]:
    """While inside, the database lets these records be deleted; what fails takes that back with all the rest."""
    AuditSegment.objects.filter(pk=segment.pk).update(removing=True)
    yield
    AuditSegment.objects.filter(pk=segment.pk).update(removing=False, removed_at=database_now())


def _may_go(segment: AuditSegment) -> None:
    if segment.removed_at:
        raise SegmentError(f"{segment} was removed already.", "There is nothing to do.")
    if AuditSegment.objects.filter(number__lt=segment.number, removed_at=None).exists():
        raise SegmentError(f"There is an earlier segment than {segment}.", "Remove the earliest one first.")
    youngest = _rows(segment).latest("seq").at
    if youngest > database_now() - timedelta(days=settings.AUDIT_KEEP_DAYS):
        told = f"{segment} has records of the last {settings.AUDIT_KEEP_DAYS} days, the latest of {youngest:%Y-%m-%d}."
        raise SegmentError(told, "Wait, or see CHANGEOVER_AUDIT_KEEP_DAYS.")


def _rows(segment: AuditSegment) -> QuerySet[AuditRecord]:
    return AuditRecord.objects.filter(seq__range=(segment.first_seq, segment.last_seq))


def _digest(rows: QuerySet[AuditRecord]) -> str:
    """Of the rows as JSON Lines; each has to follow the one before it. Raises `SegmentError`."""
    digest, previous = hashlib.sha256(), ""
    for row in rows.order_by("seq").iterator(chunk_size=2000):
        if row.previous != (previous or row.previous) or (row.seq == 1 and row.previous != NOTHING_BEFORE):
            raise SegmentError(f"Record {row.seq} does not follow the one before it.", "Run: manage.py audit verify")
        digest.update(row.body.encode() + b"\n")
        previous = hashlib.sha256(row.body.encode()).hexdigest()
    return digest.hexdigest()


def _file_digest(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise SegmentError(f"{file} cannot be read: {error.strerror}.", "Name the segment's archive.") from error


def _told(segment: AuditSegment) -> dict[str, Any]:
    names = ("first_seq", "last_seq", "last_hash", "digest")
    told = {name.removesuffix("_seq"): getattr(segment, name) for name in names}
    return {"segment": segment.number, **told}
