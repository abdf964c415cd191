"""How a record is had: its page, its file, its command, and the verifier that runs alone."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from django.test import Client
from django.urls import reverse

from console.domain.verify_record import verify_file
from console.models import Cluster, Operation, OsAccount
from console.services import record, record_verifier, tokens
from console.services.access import os_user
from console.services.audit_keys import public_key
from tests import personas
from tests.approvals.conftest import browser
from tests.commands.conftest import Told, command

pytestmark = pytest.mark.django_db


@pytest.fixture
def manage(tokyo: Cluster) -> Callable[..., Told]:
    """Commands of somebody who only sees."""
    OsAccount.objects.create(os_user=os_user(), user=personas.rita())
    return command()


def test_the_command_writes_the_file_and_the_verifier_which_runs_alone(
    ended: Operation, manage: Callable[..., Told], tmp_path: Path
) -> None:
    file, verifier = tmp_path / "record.html", tmp_path / "verify_record.pyz"
    code, text, _ = manage("record", str(ended.pk), "--output", str(file), "--verifier", str(verifier), "--json")
    assert (code, json.loads(text)["holds"]) == (0, True)
    run = [sys.executable, "-I", "-S", str(verifier), str(file), "--key", public_key().hex()]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, f"The record of operation {ended.pk} holds.\n")
    file.write_bytes(file.read_bytes().replace(b"Incomplete: one mailbox", b"Complete: every mailbox"))
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "The record of operation" in done.stdout
    assert "audit: Record" in done.stdout


def test_the_command_prints_the_file_and_ends_with_one_when_it_does_not_hold(
    ended: Operation, manage: Callable[..., Told]
) -> None:
    code, text, _ = manage("record", str(ended.pk))
    assert (code, verify_file(text, [public_key()]).holds) == (0, True)
    ended.journal.filter(seq=3).update(text="MSExchangeIS was never stopped.")
    assert manage("record", str(ended.pk))[0] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["999"], "There is no operation 999"), ([], "Name an operation"), (["1", "--json"], "--output")],
)
def test_the_command_refuses_what_there_is_not(manage: Callable[..., Told], arguments: list[str], words: str) -> None:
    code, text, error = manage("record", *arguments)
    assert (code, words in text + error) == (2, True)


def test_a_file_that_cannot_be_written_is_named(ended: Operation, manage: Callable[..., Told], tmp_path: Path) -> None:
    code, _, error = manage("record", str(ended.pk), "--output", str(tmp_path / "no" / "record.html"))
    assert code == 2
    assert "Check the folder." in error


def test_the_page_says_that_it_holds_and_gives_the_file(ended: Operation) -> None:
    rita = browser(personas.rita())
    text = rita.get(reverse("operation-record", args=[ended.pk])).content.decode()
    assert "The audit vouches for what stands here." in text
    assert "<script>alert" not in text
    answer = rita.get(reverse("operation-record-file", args=[ended.pk]))
    assert answer["Content-Disposition"] == f'attachment; filename="operation-{ended.pk}-record.html"'
    assert verify_file(answer.content.decode("ascii"), [public_key()]).holds


def test_the_page_names_what_does_not_hold(ended: Operation) -> None:
    ended.journal.filter(seq=3).update(text="MSExchangeIS was never stopped.")
    text = browser(personas.rita()).get(reverse("operation-record", args=[ended.pk])).content.decode()
    assert "The journal is not what record" in text
    assert "manage.py audit verify" in text


@pytest.mark.parametrize("name", ["operation-record", "operation-record-file"])
def test_who_does_not_see_the_cluster_finds_no_record(ended: Operation, name: str) -> None:
    address = reverse(name, args=[ended.pk])
    assert browser(personas.sam()).get(address).status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("module", record_verifier.MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_the_verifier_needs_python_3_8_and_nothing_else(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"), feature_version=(3, 8))
    named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    named |= {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    ours = {one.__name__ for one in record_verifier.MODULES}
    assert {name.partition(".")[0] for name in named - ours} <= sys.stdlib_module_names
    assert "__future__" in named


def test_the_api_gives_the_data_of_the_file(ended: Operation) -> None:
    address = f"/api/v1/operations/{ended.pk}/record"
    _, secret = tokens.make(personas.rita(), personas.at_page(personas.rita()), "nightly")
    answer = Client().get(address, headers={"Authorization": f"Bearer {secret.reveal()}"})
    assert (answer.status_code, answer.json()) == (200, record.document(ended))
