"""The records from before the chain become segment 0, closed by the first record of the chain."""

import hashlib
import json
from typing import Any

from django.db import migrations

from console.services.clock import database_now

CHUNK = 2000


def close_segment_0(apps: Any, schema_editor: Any) -> None:
    """Hash every record that there is, and write the one that holds the digest of them all."""
    record, head = apps.get_model("console", "AuditRecord"), apps.get_model("console", "AuditHead")
    alias = schema_editor.connection.alias
    rows = record.objects.using(alias).order_by("seq")
    first, last = rows.first(), rows.last()
    if first is None:
        return
    digest, hashed = hashlib.sha256(), []
    with schema_editor.connection.cursor() as cursor:
        for pk, body in rows.values_list("pk", "body").iterator(chunk_size=CHUNK):
            digest.update(body.encode() + b"\n")
            hashed.append((hashlib.sha256(body.encode()).hexdigest(), pk))
        cursor.executemany("UPDATE console_auditrecord SET hash = %s WHERE id = %s", hashed)
    segment = {"number": 0, "first_seq": first.seq, "last_seq": last.seq}
    segment |= {"last_hash": digest.hexdigest(), "digest": digest.hexdigest(), "sealed_at": database_now(alias)}
    apps.get_model("console", "AuditSegment").objects.using(alias).create(**segment)
    begun = _begun(record, segment)
    begun.save(using=alias, force_insert=True)
    head.objects.using(alias).filter(pk=1).update(last_seq=begun.seq, last_hash=begun.hash)


def _begun(record: Any, segment: dict[str, Any]) -> Any:
    after = {"segment": 0, "first": segment["first_seq"], "last": segment["last_seq"], "digest": segment["digest"]}
    row = record(
        seq=segment["last_seq"] + 1,
        at=segment["sealed_at"],
        actor_name="changeover",
        origin="system",
        action="audit:chain:begun",
        subject_type="audit",
        after=after,
        previous=segment["digest"],
    )
    body = {"format": 2, "seq": row.seq, "at": row.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "previous": row.previous}
    body |= {"actor_id": None, "actor": row.actor_name, "origin": row.origin, "action": row.action, "request_id": ""}
    body |= {"cluster_id": None, "cluster": "", "subject_type": row.subject_type, "subject_id": "", "subject": ""}
    body |= {"reason": "", "before": None, "after": after}
    row.body = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    row.hash = hashlib.sha256(row.body.encode()).hexdigest()
    return row


class Migration(migrations.Migration):
    dependencies = [
        ("console", "0022_audit_chain"),
    ]

    operations = [
        migrations.RunPython(close_segment_0, migrations.RunPython.noop),
    ]
