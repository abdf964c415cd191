"""`manage.py audit` from end to end: verify, key, anchor, anchors, seal, archive and remove; and who may."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from console.models import AuditRecord, OsAccount
from console.services.access import os_user
from tests.audit import tampering
from tests.audit.tampering import written
from tests.personas import ada, aki

pytestmark = pytest.mark.django_db

Manage = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def manage() -> Manage:
    """Run `manage.py audit … --json` as Ada; exit code and object."""
    OsAccount.objects.create(os_user=os_user(), user=ada())

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        out, code = io.StringIO(), 0
        try:
            call_command("audit", *words, "--json", stdout=out, stderr=io.StringIO())
        except SystemExit as end:
            code = int(end.code or 0)
        told: dict[str, Any] = json.loads(out.getvalue())
        return code, told

    return run


def test_what_holds_ends_with_0_and_what_does_not_with_1_and_both_are_recorded(manage: Manage, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.jsonl"
    anchors.write_text("".join(f"{line}\n" for line in tampering.history()))

    code, told = manage("verify", "--anchors", str(anchors))
    assert (code, told["result"], told["anchored"], told["signatures_checked"]) == (0, "holds", 30, True)
    tampering.edit_and_hash()
    code, told = manage("verify", "--anchors", str(anchors))
    assert (code, told["result"], told["findings"][0]["seq"]) == (1, "broken", 15)
    records = AuditRecord.objects.filter(action="audit:records:verified").order_by("seq")
    assert [record.after["holds"] for record in records] == [True, False]


def test_a_key_from_before_is_still_believed_when_it_is_given(manage: Manage, tmp_path: Path, settings: Any) -> None:
    anchors = tmp_path / "anchors.jsonl"
    anchors.write_text("".join(f"{line}\n" for line in tampering.history()))
    old = manage("key")[1]["key"]
    settings.AUDIT_KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="

    assert manage("verify", "--anchors", str(anchors))[1]["findings"][0]["kind"] == "anchor"
    assert manage("verify", "--anchors", str(anchors), "--key", old)[0] == 0
    assert manage("verify", "--key", "xyz")[0] == 2


def test_files_without_an_anchor_and_files_that_are_not_there_are_refused(manage: Manage, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for name, why in (("empty", "There is no anchor"), ("absent", "cannot be read")):
        code, told = manage("verify", "--anchors", str(tmp_path / name))
        assert (code, why in told["message"]) == (2, True)


def test_the_end_is_anchored_at_once_and_a_place_that_fails_ends_with_1(
    manage: Manage, tmp_path: Path, settings: Any
) -> None:
    settings.AUDIT_ANCHORS = {**settings.AUDIT_ANCHORS, "file": str(tmp_path / "away" / "anchors")}
    written(3)
    code, told = manage("anchor")
    assert (code, told["places"][0]["waiting"], len(told["troubles"])) == (1, 1, 1)
    (tmp_path / "away").mkdir()
    code, told = manage("anchor")
    assert (code, told["places"][0]["waiting"], told["troubles"]) == (0, 0, [])

    code, _ = manage("anchors", "--output", str(tmp_path / "heads"))
    assert code == 0
    assert (
        manage("verify", "--anchors", str(tmp_path / "heads"), "--anchors", str(tmp_path / "away" / "anchors"))[0] == 0
    )
    assert manage("anchors", "--output", str(tmp_path / "no" / "heads"))[0] == 2


def test_a_segment_goes_from_seal_to_removal(manage: Manage, tmp_path: Path, settings: Any) -> None:
    written(10)
    file = str(tmp_path / "first.jsonl")
    code, told = manage("seal", "--to", "5", "--reason", "a year is over")
    assert (code, told["segment"]) == (0, 1)
    assert manage("archive", "1", file)[1]["digest"] == told["digest"]
    assert manage("remove", "1", file)[0] == 2  # no reason
    code, told = manage("remove", "1", file, "--reason", "a year is over")
    assert (code, "CHANGEOVER_AUDIT_KEEP_DAYS" in told["remedy"]) == (1, True)
    settings.AUDIT_KEEP_DAYS = 0
    assert manage("remove", "1", file, "--reason", "a year is over")[1]["result"] == "removed"
    assert manage("verify")[0] == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [(("verify",), 0), (("key",), 0), (("anchors",), 0), (("anchor",), 2), (("seal", "--to", "1"), 2)],
)
def test_who_reads_the_audit_verifies_it_and_changes_nothing(
    manage: Manage, words: tuple[str, ...], code: int, settings: Any
) -> None:
    OsAccount.objects.update(user=aki())
    assert manage(*words)[0] == code


def test_what_one_command_records_has_one_id_and_the_next_command_another(manage: Manage) -> None:
    manage("verify")
    manage("verify")
    ids = list(AuditRecord.objects.filter(action="audit:records:verified").values_list("request_id", flat=True))

    assert [len(told) for told in ids] == [32, 32]
    assert len(set(ids)) == 2


def test_an_export_takes_the_filters_of_the_page(manage: Manage, tmp_path: Path) -> None:
    written(3)
    file = tmp_path / "part.log"
    words = ("export", "--format", "syslog", "--output", str(file))
    code, told = manage(
        *words, "--action", "inventory:", "--origin", "system", "--about", "site:7", "--text", "planned 1"
    )
    assert (code, told["records"]) == (0, 1)
    assert 'subjectId="7"' in file.read_text()
    assert manage(*words, "--about", "site")[0] == 2
