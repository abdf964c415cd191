"""The audit with many records, beside it the same table without hashes and triggers; and what is measured on both."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, models, transaction

from console.domain.verify_audit import NOTHING_BEFORE, digest
from console.models import AuditHead, AuditRecord, Grant
from console.services import audit, audit_guard, audit_search
from console.services.audit_actions import Action
from console.services.audit_export import CHUNK, as_jsonl
from console.services.audit_search import AuditFilter, look
from console.services.audit_verify import verify
from console.services.clock import database_now
from tests.benchmarks.audit_chain import BEGUN

BATCH = 20_000
ACTIONS = list(Action)
PLAIN_HEAD = 2
"""The row whose lock numbers the other table, as row 1 numbers the audit."""
CHAIN = {"previous", "hash"}
FIELDS = [field for field in AuditRecord._meta.local_fields if field.name != "id"]
COLUMNS = ", ".join(f'"{field.column}"' for field in FIELDS)


def fill(count: int, source: str) -> type[models.Model]:
    """Write so many records, and the other table with the same; the other table's model.

    With a `source`, an SQLite file that was filled before, the records are taken from there.
    """
    audit_guard.lift()
    hurry()
    with connection.schema_editor() as editor:
        for index in AuditRecord._meta.indexes:
            editor.remove_index(AuditRecord, index)
    if source:
        _copy(source, count)
    else:
        write(count)
    last = go_on()
    AuditHead.objects.update_or_create(pk=PLAIN_HEAD, defaults={"last_seq": last.seq})
    plain = plain_model()
    names = ", ".join(f'"{field.column}"' for field in plain._meta.local_fields)
    with connection.schema_editor() as editor:
        editor.create_model(plain)
        editor.execute(f"INSERT INTO bench_plain ({names}) SELECT {names} FROM console_auditrecord")
        for index in AuditRecord._meta.indexes:
            editor.add_index(AuditRecord, index)
            other = index.clone()
            other.name = f"plain_{index.name}"[:30]
            editor.add_index(plain, other)
    audit_guard.raise_()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence('bench_plain', 'id'), max(id)) FROM bench_plain")
            cursor.execute("VACUUM ANALYZE")
    connection.close()  # the next one is as in use: durable, and with its log
    return plain


def go_on() -> AuditRecord:
    """Have the chain go on after the last record, which is given."""
    last = AuditRecord.objects.latest("seq")
    AuditHead.objects.update_or_create(pk=1, defaults={"last_seq": last.seq, "last_hash": last.hash})
    return last


def hurry() -> None:
    """Until this connection ends: what is lost when the machine goes down is made again by the next run."""
    settings = {
        "sqlite": ("journal_mode = OFF", "synchronous = OFF", "temp_store = MEMORY", "cache_size = -400000"),
        "postgresql": ("maintenance_work_mem = '400MB'",),
    }
    word = {"sqlite": "PRAGMA", "postgresql": "SET"}[connection.vendor]
    with connection.cursor() as cursor:
        for setting in settings[connection.vendor]:
            cursor.execute(f"{word} {setting}")


def write(count: int) -> None:
    """Write so many records, each chained to the one before, without moving the head."""
    insert = f"INSERT INTO console_auditrecord ({COLUMNS}) VALUES ({', '.join(['%s'] * len(FIELDS))})"
    previous = NOTHING_BEFORE
    for first in range(1, count + 1, BATCH):
        rows = []
        for seq in range(first, min(first + BATCH, count + 1)):
            row = _row(seq, previous)
            rows.append([getattr(row, field.attname) for field in FIELDS])
            previous = row.hash
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(insert, rows)


def _copy(source: str, count: int) -> None:
    read = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    rows = read.execute(f"SELECT {COLUMNS} FROM console_auditrecord WHERE seq <= ? ORDER BY seq", [count])
    with connection.cursor() as cursor, cursor.copy(f"COPY console_auditrecord ({COLUMNS}) FROM STDIN") as into:
        for row in rows:
            into.write_row(row)
    read.close()


def _row(seq: int, previous: str) -> SimpleNamespace:
    """A record as SQLite keeps it."""
    before, after = {"status": "queued", "steps": seq % 30}, {"status": "running", "node": f"NODE-{seq % 120}"}
    row = SimpleNamespace(
        seq=seq,
        previous=previous,
        at=BEGUN + timedelta(seconds=seq),
        actor_id=None,
        actor_name=f"person{seq % 40}",
        origin="page",
        action=str(ACTIONS[seq % len(ACTIONS)]),
        cluster_id=seq % 60,
        cluster_name=f"MAIL{seq % 60}",
        subject_type="operation",
        subject_id=str(seq // 7),
        subject_name="failover",
        reason=f"reason {seq}",
        request_id=f"{seq // 3:032x}",
        before=before,
        after=after,
    )
    row.body = audit.canonical(audit.contents(row))  # type: ignore[arg-type]
    row.hash = digest(row.body)
    row.at, row.before, row.after = row.at.strftime("%Y-%m-%d %H:%M:%S"), json.dumps(before), json.dumps(after)
    return row


def plain_model() -> type[models.Model]:
    """The table without the chain."""
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


def searches(
    plain: type[models.Model], reader: User, wanted: AuditFilter, before: int | None = None
) -> tuple[Callable[[], object], Callable[[], object]]:
    """A page of the audit, as its list shows it; from both tables."""

    def page() -> None:
        look(wanted, reader, before=before)

    def page_of_plain() -> None:
        with _instead(plain):
            look(wanted, reader, before=before)

    return page, page_of_plain


@contextmanager
def _instead(plain: type[models.Model]) -> Iterator[None]:
    """While inside, the search looks into the other table."""
    audit_search.AuditRecord = plain  # type: ignore[misc,assignment]
    try:
        yield
    finally:
        audit_search.AuditRecord = AuditRecord  # type: ignore[misc]


def reader() -> User:
    """Somebody who may read everything, and holds on to that as a request would."""
    made = User.objects.create(username="bench")
    Grant.objects.create(user=made, role="auditor")
    return made


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
