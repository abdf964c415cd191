"""The audit with many records, beside it the same table without hashes and triggers; and what is measured on both."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.paginator import Paginator
from django.db import connection, models, transaction

from console.domain.verify_audit import NOTHING_BEFORE, digest
from console.models import AuditHead, AuditRecord
from console.services import audit
from console.services.audit_actions import Action
from console.services.audit_export import CHUNK, as_jsonl
from console.services.audit_search import AuditFilter, condition
from console.services.audit_verify import verify
from console.services.clock import database_now
from tests.benchmarks.audit_chain import BEGUN

ACTIONS = list(Action)
PLAIN_HEAD = 2
"""The row whose lock numbers the other table, as row 1 numbers the audit."""
CHAIN = {"previous", "hash"}


def fill(count: int, batch: int) -> type[models.Model]:
    """Write so many records, and the other table with the same; the other table's model."""
    previous = NOTHING_BEFORE
    fields = [field for field in AuditRecord._meta.local_fields if field.name != "id"]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    insert = f"INSERT INTO console_auditrecord ({names}) VALUES ({', '.join(['%s'] * len(fields))})"
    for first in range(1, count + 1, batch):
        rows = []
        for seq in range(first, min(first + batch, count + 1)):
            row = _row(seq, previous)
            rows.append([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])
            previous = row.hash
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(insert, rows)
    AuditHead.objects.update_or_create(pk=1, defaults={"last_seq": count, "last_hash": previous})
    AuditHead.objects.update_or_create(pk=PLAIN_HEAD, defaults={"last_seq": count})
    plain = _plain_model()
    with connection.schema_editor() as editor:
        editor.create_model(plain)
    names = ", ".join(connection.ops.quote_name(field.column) for field in plain._meta.local_fields)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO bench_plain ({names}) SELECT {names} FROM console_auditrecord")
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence('bench_plain', 'id'), max(id)) FROM bench_plain")
    return plain


def _row(seq: int, previous: str) -> AuditRecord:
    row = AuditRecord(
        seq=seq,
        previous=previous,
        at=BEGUN + timedelta(seconds=seq),
        actor_name=f"person{seq % 40}",
        origin="page",
        action=ACTIONS[seq % len(ACTIONS)],
        cluster_id=seq % 60,
        cluster_name=f"MAIL{seq % 60}",
        subject_type="operation",
        subject_id=str(seq // 7),
        subject_name="failover",
        reason=f"reason {seq}",
        request_id=f"{seq // 3:032x}",
        before={"status": "queued", "steps": seq % 30},
        after={"status": "running", "steps": seq % 30, "node": f"NODE-{seq % 120}"},
    )
    row.body = audit.canonical(audit.contents(row))
    row.hash = digest(row.body)
    return row


def _plain_model() -> type[models.Model]:
    fields: dict[str, Any] = {f.name: f.clone() for f in AuditRecord._meta.local_fields if f.name not in CHAIN}
    meta = type("Meta", (), {"app_label": "console", "db_table": "bench_plain", "ordering": ["-seq"]})
    return type("PlainRecord", (models.Model,), {**fields, "__module__": __name__, "Meta": meta})


def append() -> None:
    """One decision, as the console records it."""
    with transaction.atomic():
        audit.record(
            Action.SITE_CHANGED, audit.SYSTEM, audit.Subject("site", 7, "Tokyo"), reason="bench", after={"a": 1}
        )


def append_plain(plain: type[models.Model]) -> None:
    """The same in the other table: numbered under a lock, with its body, without hash, link and trigger."""
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().get(pk=PLAIN_HEAD)
        row = AuditRecord(
            seq=head.last_seq + 1,
            at=database_now(),
            actor_name=audit.SYSTEM.name,
            origin=audit.SYSTEM.origin,
            action=Action.SITE_CHANGED,
            subject_type="site",
            subject_id="7",
            subject_name="Tokyo",
            reason="bench",
            after={"a": 1},
        )
        head.last_seq = row.seq
        head.save(update_fields=["last_seq"])
        values = {f.attname: getattr(row, f.attname) for f in plain._meta.local_fields if f.name not in ("id", "body")}
        plain(**values, body=audit.canonical(audit.contents(row))).save(force_insert=True)


def searches(plain: type[models.Model], **wanted: Any) -> tuple[Callable[[], object], Callable[[], object]]:
    """The first page of what fits, with how many there are, as the audit's page asks; on both tables."""
    asked = condition(AuditFilter(**wanted))

    def page_of(model: type[models.Model]) -> int:
        page = Paginator(model._default_manager.filter(asked), 50).get_page(1)
        return len(list(page.object_list)) + page.paginator.count

    return lambda: page_of(AuditRecord), lambda: page_of(plain)


def verify_all() -> None:
    """Everything that `audit verify` looks at."""
    report = verify()
    assert report.holds, report.findings[:3]


def read_all(plain: type[models.Model]) -> None:
    """Reading every row, and what it says."""
    for row in plain._default_manager.order_by("seq").iterator(chunk_size=CHUNK):
        json.loads(row.body)  # type: ignore[attr-defined]


def export(file: Path) -> None:
    """The export that an auditor gets."""
    with file.open("w", encoding="utf-8") as opened:
        opened.writelines(as_jsonl(AuditRecord.objects.all()))
