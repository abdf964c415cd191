"""The commands of the inventory, the accounts and the audit: exit codes, output, and who may use them."""

import io
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from console.models import AuditRecord, Credential, OsAccount, Site
from console.services.access import os_user
from console.services.credentials import secret_of
from tests.inventory.test_file import MISTAKEN
from tests.personas import PASSWORD, aki, olga

pytestmark = pytest.mark.django_db


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.out)


def run(*words: str, stdin: str = "") -> Ran:
    """Run a command as `manage.py` would."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    typed, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin.encode()))
    printed, sys.stdout = sys.stdout, out
    try:
        call_command(*words, stdout=out, stderr=err)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdin, sys.stdout = typed, printed
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture
def file(tmp_path: Path, right: str) -> str:
    """A file without a mistake."""
    path = tmp_path / "inventory.yaml"
    path.write_text(right)
    return str(path)


def test_an_os_user_without_an_account_may_do_nothing(file: str) -> None:
    for words in (("inventory", "apply", file), ("inventory", "export"), ("audit", "export")):
        ran = run(*words)
        assert ran.code == 2
        assert "not mapped" in ran.err
        assert "manage.py account" in ran.err
    assert not Site.objects.exists()


def test_an_operator_may_not_change_the_inventory(file: str) -> None:
    OsAccount.objects.create(os_user=os_user(), user=olga())

    ran = run("inventory", "apply", file, "--json")

    assert ran.code == 2
    assert ran.data["result"] == "refused"
    assert "administrator" in ran.data["message"]
    assert run("inventory", "export").code == 0
    assert run("audit", "export").code == 2


def test_apply_tells_what_it_did(administrator: User, file: str) -> None:
    dry = run("inventory", "apply", file, "--dry-run")
    assert (dry.code, "would be created" in dry.out) == (0, True)
    first, second = run("inventory", "apply", file), run("inventory", "apply", file, "--json")

    assert (first.code, first.err) == (0, "")
    assert "cluster MAIL1: created" in first.out
    assert second.data == {"result": "unchanged", "changes": [], "mistakes": [], "dry_run": False}
    record = AuditRecord.objects.first()
    assert record is not None
    assert (record.actor_name, record.origin) == ("ada", "command-line")


def test_apply_refuses_a_wrong_file_with_every_line(administrator: User) -> None:
    plain, as_json = run("inventory", "apply", str(MISTAKEN)), run("inventory", "apply", str(MISTAKEN), "--json")

    assert (plain.code, as_json.code) == (2, 2)
    assert plain.out == ""
    assert f"{MISTAKEN}: line 20: 'grp' is not a known key." in plain.err
    assert plain.err.splitlines()[-1].endswith("mistakes, nothing applied.")
    assert len(as_json.data["mistakes"]) == len(plain.err.splitlines()) - 1 >= 10
    assert as_json.err == ""


def test_apply_reads_standard_input(administrator: User, right: str) -> None:
    assert run("inventory", "apply", "-", stdin=right).code == 0
    assert Site.objects.exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_refused(administrator: User, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "inventory.yaml"
    if content is not None:
        path.write_bytes(content)

    ran = run("inventory", "apply", str(path))

    assert ran.code == 2
    assert str(path) in ran.err


def test_export_writes_what_apply_takes_back(administrator: User, file: str, tmp_path: Path) -> None:
    run("inventory", "apply", file)
    target = tmp_path / "out.yaml"

    assert run("inventory", "export", "--output", str(target)).out == ""
    assert run("inventory", "export").out == target.read_text()
    assert run("inventory", "apply", str(target), "--json").data["result"] == "unchanged"
    assert run("inventory", "export", "--output", str(tmp_path / "no" / "folder")).code == 2


def test_a_password_is_stored_from_standard_input(administrator: User, tmp_path: Path) -> None:
    path = tmp_path / "stored.yaml"
    path.write_text("credentials:\n  - {name: nodes, username: operator, stored: true}\n")
    run("inventory", "apply", str(path))

    ran = run("inventory", "password", "nodes", stdin="gr3at s3cret\n")

    assert (ran.code, "gr3at" in ran.out + ran.err) == (0, False)
    assert secret_of(Credential.objects.get()).reveal() == "gr3at s3cret"
    last = AuditRecord.objects.first()
    assert last is not None
    assert last.action == "inventory:credential:password-set"
    assert "gr3at" not in last.body
    assert run("inventory", "password", "nobody", stdin="x\n").code == 2
    assert run("inventory", "password", "nodes").code == 2


def test_the_first_account_can_be_made_and_then_only_administrators_make_more(db: None) -> None:
    words = ("account", "add", "ada", "--role", "administrator", "--os-user", os_user(), "--password-stdin")
    first = run(*words, stdin=f"{PASSWORD}\n")
    second = run("account", "add", "olga", "--role", "operator", "--json")
    run("account", "add", "otto", "--role", "administrator")
    run("account", "role", "ada", "operator")
    third = run("account", "add", "eve", "--role", "administrator")

    assert (first.code, second.code, third.code) == (0, 0, 2)
    assert second.data == {"result": "added", "account": "olga", "role": "operator"}
    assert User.objects.get(username="ada").check_password(PASSWORD)
    assert not User.objects.get(username="olga").has_usable_password()
    assert PASSWORD not in "".join(AuditRecord.objects.values_list("body", flat=True))


@pytest.mark.parametrize(
    "words",
    [
        ("account", "add", "ADA", "--role", "viewer"),
        ("account", "add", "bad name!", "--role", "viewer"),
        ("account", "add", "new", "--role", "viewer", "--password-stdin"),
        ("account", "map", "root", "nobody"),
        ("account", "role", "nobody", "viewer"),
    ],
)
def test_a_wrong_account_command_is_refused(administrator: User, words: tuple[str, ...]) -> None:
    ran = run(*words, stdin="short\n")

    assert ran.code == 2
    assert ran.err
    assert User.objects.count() == 1


def test_accounts_are_listed_with_role_and_mapping(administrator: User) -> None:
    run("account", "map", "somebody", "ada")

    (row,) = run("account", "list", "--json").data["accounts"]

    assert row == {
        "account": "ada",
        "active": True,
        "role": "administrator",
        "os_users": sorted([os_user(), "somebody"]),
    }
    assert run("account", "--json", "list").data["result"] == "listed"
    assert "ada\tadministrator" in run("account", "list").out


def test_the_audit_is_exported_and_that_is_audited(file: str, tmp_path: Path) -> None:
    OsAccount.objects.create(os_user=os_user(), user=aki())

    assert run("audit", "export").out == ""
    exported = run("audit", "export")
    target = tmp_path / "audit.csv"
    as_csv = run("audit", "export", "--format", "csv", "--output", str(target), "--json")

    assert [json.loads(line)["action"] for line in exported.out.splitlines()] == ["audit:records:exported"]
    assert as_csv.data == {"result": "exported", "records": 2, "output": str(target)}
    assert run("audit", "export", "--json").code == 2
    assert run("audit", "export", "--from", "yesterday").code == 2
    assert run("audit", "export", "--to", "2001-01-01").out == ""
    assert run("audit", "export", "--actor", "nobody").out == ""
    assert len(run("audit", "export", "--from", "2001-01-01", "--actor", "aki").out.splitlines()) == 5
