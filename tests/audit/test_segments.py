"""Retention: sealed, archived, removed, in this order only; what is left and the archives still verify."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from console.domain.verify_audit import Chain, lines_of
from console.domain.verify_audit import digest as digest_of
from console.models import AuditHead, AuditRecord, AuditSegment
from console.services import audit, audit_guard
from console.services.audit_actions import Action
from console.services.audit_export import as_jsonl
from console.services.audit_segments import SegmentError, archive, remove, seal
from console.services.audit_verify import verify
from console.services.clock import database_now
from tests.audit.tampering import edit_beside, edited, rewrite, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _may_be_removed_at_once(settings: Any) -> None:
    settings.AUDIT_KEEP_DAYS = 0


def sealed(folder: Path) -> tuple[AuditSegment, Path]:
    """Records 1 to 10 of 20, sealed and archived."""
    written(20)
    segment = seal(10, audit.SYSTEM, "a year is over")
    return archive(segment.number, folder / "first.jsonl"), folder / "first.jsonl"


def test_what_was_removed_is_vouched_for_by_the_record_of_it_and_by_its_archive(tmp_path: Path) -> None:
    segment, file = sealed(tmp_path)
    remove(segment.number, file, audit.SYSTEM, "the disk is full")
    written(2)

    assert AuditRecord.objects.earliest("seq").seq == 11
    assert (verify().findings, verify().first) == ([], 11)
    rest = list(as_jsonl(AuditRecord.objects.all()))
    for lines in (rest, [*(f"{line}\n" for line in lines_of(str(file))), *rest]):
        chain = Chain()
        for line in lines:
            chain.take(line.rstrip("\n"))
        assert chain.finish().findings == []
    assert AuditSegment.objects.get().removed_at is not None


def test_the_next_segment_begins_where_the_last_one_ended(tmp_path: Path) -> None:
    segment, file = sealed(tmp_path)
    remove(segment.number, file, audit.SYSTEM, "a year is over")
    second = seal(15, audit.SYSTEM)
    archive(second.number, tmp_path / "second.jsonl")
    remove(second.number, tmp_path / "second.jsonl", audit.SYSTEM, "a year is over")

    assert (second.number, second.first_seq) == (2, 11)
    assert (verify().findings, verify().first) == ([], 16)


def test_nothing_is_removed_without_its_archive_out_of_order_twice_or_too_young(tmp_path: Path, settings: Any) -> None:
    _, file = sealed(tmp_path)
    second = seal(15, audit.SYSTEM)
    archive(second.number, tmp_path / "second.jsonl")
    refused = {
        "is not segment 1": (1, tmp_path / "second.jsonl"),
        "cannot be read": (1, tmp_path / "absent"),
        "There is an earlier segment": (2, tmp_path / "second.jsonl"),
        "There is no segment 3": (3, file),
    }
    for told, (number, path) in refused.items():
        with pytest.raises(SegmentError, match=told) as caught:
            remove(number, path, audit.SYSTEM, "why")
        assert caught.value.remedy
    settings.AUDIT_KEEP_DAYS = 30
    with pytest.raises(SegmentError, match="records of the last 30 days"):
        remove(1, file, audit.SYSTEM, "why")
    settings.AUDIT_KEEP_DAYS = 0
    assert AuditRecord.objects.filter(seq__lte=15).count() == 15

    remove(1, file, audit.SYSTEM, "why")
    with pytest.raises(SegmentError, match="removed already"):
        remove(1, file, audit.SYSTEM, "why")
    with pytest.raises(SegmentError, match="was removed"):
        archive(1, tmp_path / "again.jsonl")


def test_what_does_not_hold_is_neither_sealed_nor_archived(tmp_path: Path) -> None:
    written(20)
    with pytest.raises(SegmentError, match="not all there"):
        seal(99, audit.SYSTEM)
    segment = seal(5, audit.SYSTEM)
    with pytest.raises(SegmentError, match="sealed already"):
        seal(5, audit.SYSTEM)
    rewrite(3, edited, hashed=True)
    rewrite(8, edited, hashed=True)
    with pytest.raises(SegmentError, match="is not what was sealed"):
        archive(segment.number, tmp_path / "first.jsonl")
    assert not (tmp_path / "first.jsonl").exists()
    with pytest.raises(SegmentError, match="Record 9 does not follow"):
        seal(12, audit.SYSTEM)


def test_an_archive_is_no_file_that_was_there(tmp_path: Path) -> None:
    written(3)
    segment = seal(3, audit.SYSTEM)
    (tmp_path / "there").write_text("something")

    with pytest.raises(SegmentError, match="cannot be written"):
        archive(segment.number, tmp_path / "there")


def test_removing_opens_the_guard_for_these_records_only(tmp_path: Path) -> None:
    sealed(tmp_path)
    AuditSegment.objects.update(removing=True)
    with pytest.raises(Exception, match="cannot be changed"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM console_auditrecord WHERE seq = 11")


def test_records_from_before_the_chain_become_segment_0(tmp_path: Path) -> None:
    written(20)
    begin_as_before()
    before = list(AuditRecord.objects.order_by("seq").values_list("body", flat=True))
    close_segment_0()
    written(3)

    segment = AuditSegment.objects.get()
    assert (segment.number, segment.first_seq, segment.last_seq) == (0, 1, 20)
    assert [row.body for row in AuditRecord.objects.filter(seq__lte=20).order_by("seq")] == before
    assert AuditRecord.objects.get(seq=21).action == "audit:chain:begun"
    assert (verify().findings, verify().records) == ([], 24)

    archive(0, tmp_path / "segment-0.jsonl")
    remove(0, tmp_path / "segment-0.jsonl", audit.SYSTEM, "a year is over")
    assert (verify().findings, verify().first) == ([], 21)


def close_segment_0() -> None:
    """What a console did that had such records when it came to know the chain: the next one closes them all."""
    rows = list(AuditRecord.objects.order_by("seq"))
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute("UPDATE console_auditrecord SET hash = %s WHERE id = %s", [digest_of(row.body), row.pk])
    digest = digest_of("".join(f"{row.body}\n" for row in rows))
    told = {"number": 0, "first_seq": rows[0].seq, "last_seq": rows[-1].seq, "last_hash": digest, "digest": digest}
    AuditSegment.objects.create(**told, sealed_at=database_now())
    AuditHead.objects.update(last_hash=digest)
    audit.record(Action.AUDIT_BEGUN, audit.SYSTEM, audit.Subject("audit"), after={"segment": 0, "digest": digest})
    connection.check_constraints()
    audit_guard.raise_()


def begin_as_before() -> None:
    """Have the records look as they did before there was a chain, and leave the guard down as a migration does."""
    connection.check_constraints()
    audit_guard.lift()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE console_auditrecord SET previous = '', hash = '', request_id = ''")
        for row in AuditRecord.objects.all():
            body = audit.canonical(audit.contents(row))
            cursor.execute("UPDATE console_auditrecord SET body = %s WHERE id = %s", [body, row.pk])
    AuditHead.objects.update(last_hash="0" * 64)


@pytest.mark.parametrize("falsify", [lambda: rewrite(15, edited, hashed=True), edit_beside])
def test_what_is_falsified_in_segment_0_is_found(falsify: Any) -> None:
    written(20)
    begin_as_before()
    close_segment_0()
    falsify()

    found = verify().findings[0]
    assert (found.kind, found.seq) in {("segment", 1), ("changed", 15)}
