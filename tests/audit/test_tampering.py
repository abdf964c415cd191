"""The tampering matrix: what was falsified, both verifiers name, and the first record that it concerns."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from console.domain import verify_audit
from console.domain.verify_audit import read_anchors
from console.models import AuditRecord
from console.services import audit_guard
from console.services.audit_export import as_jsonl
from console.services.audit_keys import public_key
from console.services.audit_verify import verify
from tests.audit import tampering
from tests.audit.tampering import MATRIX, Case, history, past_the_guard, written

pytestmark = pytest.mark.django_db

VERIFIER = Path(verify_audit.__file__)


def by_file(folder: Path, anchors: list[str], *words: str) -> dict[str, Any]:
    """What the single file says of an export and the anchors; it runs with nothing but Python."""
    export, kept = folder / "export.jsonl", folder / "anchors.jsonl"
    export.write_text("".join(as_jsonl(AuditRecord.objects.all())), encoding="utf-8")
    kept.write_text("".join(f"<110>1 2008-07-18T09:30:00Z siem changeover - - - {line}\n" for line in anchors))
    line = [sys.executable, "-I", "-S", str(VERIFIER), str(export), "--anchors", str(kept), "--json", *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
    said: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if said["holds"] else 1), done.stderr
    return said


@pytest.mark.parametrize("case", MATRIX, ids=lambda case: case.do.__name__)
def test_both_verifiers_name_what_was_falsified(case: Case, tmp_path: Path) -> None:
    anchors = history()
    case.do()

    report = verify(read_anchors(anchors))
    said = by_file(tmp_path, anchors, "--key", public_key().hex())

    assert (report.findings[0].kind, report.findings[0].seq) == (case.kind, case.seq)
    found = [(each["kind"], each["seq"]) for each in said["findings"]]
    assert found[:1] == ([case.by_file] if case.by_file else [])


def test_what_was_not_falsified_holds(tmp_path: Path) -> None:
    anchors = history()
    written(3)

    report = verify(read_anchors(anchors))
    said = by_file(tmp_path, anchors, "--key", public_key().hex())

    assert (report.findings, report.records, report.anchored) == ([], 33, 30)
    assert (said["findings"], said["records"], said["anchored"], said["signatures_checked"]) == ([], 33, 30, True)


def test_without_an_anchor_a_cut_off_end_is_seen_by_the_head_alone(tmp_path: Path) -> None:
    history()
    tampering.delete_the_last_ten()

    assert [(found.kind, found.seq) for found in verify().findings] == [("cut", 21)]
    assert "cannot be told" in verify_audit.Chain().finish().sentences()[-1]


def test_an_anchor_that_somebody_else_signed_is_not_believed(tmp_path: Path) -> None:
    anchors = history()
    told = json.loads(anchors[1])
    forged = [json.dumps({**told, "hash": "ab" * 32}), json.dumps({**told, "signature": told["signature"][:-2] + "zz"})]

    for line, why in zip(forged, ("its signature is wrong", "its signature is damaged"), strict=True):
        (found,) = verify(read_anchors([line])).findings
        assert (found.kind, found.seq) == ("anchor", 20)
        assert why in found.text
    (found,) = by_file(tmp_path, anchors[:1], "--key", "ab" * 32)["findings"]
    assert "a key that was not given" in found["text"]


def test_a_restore_is_named_where_the_anchors_disagree(tmp_path: Path) -> None:
    from console.services import audit
    from console.services.audit_actions import Action

    anchors = history()
    tampering.put_an_older_copy_back()
    with transaction.atomic():
        audit.record(Action.BACKUP_RESTORED, audit.SYSTEM, audit.Subject("database", None, "saved.zip"))

    (found,) = verify(read_anchors(anchors)).findings
    assert (found.kind, found.seq) == ("cut", 14)
    assert "Record 13 says that a backup was restored." in found.text


CHANGES = (
    "UPDATE console_auditrecord SET reason = 'x' WHERE seq = 1",
    "DELETE FROM console_auditrecord WHERE seq = 1",
    "DELETE FROM console_auditrecord",
)
OF_VENDOR = {
    "postgresql": ("TRUNCATE console_auditrecord CASCADE",),
    "sqlite": ("REPLACE INTO console_auditrecord SELECT * FROM console_auditrecord WHERE seq = 1",),
}


def test_the_database_itself_refuses_every_change() -> None:
    written(2)
    connection.check_constraints()
    for statement in (*CHANGES, *OF_VENDOR[connection.vendor]):
        with (
            pytest.raises(DatabaseError, match="cannot be changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    assert AuditRecord.objects.count() == 2
    assert verify().holds


def test_a_guard_that_was_dropped_is_told_and_made_again() -> None:
    written(2)
    with past_the_guard():
        (found,) = verify().findings
        assert (found.kind, "manage.py migrate" in found.text) == ("guard", True)

    assert audit_guard.missing() == set()


def test_the_single_file_needs_python_3_8_and_nothing_else() -> None:
    text = VERIFIER.read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}

    assert named == {"__future__", "argparse", "collections.abc", "dataclasses", "hashlib", "json", "sys", "typing"}


def test_it_says_what_it_cannot_read(tmp_path: Path) -> None:
    for words in ([str(tmp_path / "absent")], [__file__, "--key", "xyz"]):
        done = subprocess.run([sys.executable, str(VERIFIER), *words], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Could not look" in done.stderr
