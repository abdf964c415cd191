"""The record of one operation: what stands in it, and that it verifies by itself."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pytest_django import Settings

from console.domain.outcome import Ending, Status
from console.domain.verify_audit import NOTHING_BEFORE
from console.domain.verify_record import main, verify_file
from console.models import AuditRecord, Cluster, Operation
from console.services import operations, record, record_parts
from console.services.audit_keys import public_key
from console.services.audit_signing import sign_head
from console.services.execute import execute
from tests.approvals import asking
from tests.record import making as records
from tests.services import making

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class Tags(HTMLParser):
    """Which elements a file has, and what they load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.loads += [name for name, _ in attrs if name in ("src", "href", "action", "style") or name.startswith("on")]


def held(operation: Operation) -> list[str]:
    """What the verifier says of the file."""
    return verify_file(record.as_file(record.document(operation)), [public_key()]).sentences()


def test_a_record_verifies_as_a_file(ended: Operation) -> None:
    assert held(ended) == [f"The record of operation {ended.pk} holds."]


def test_it_is_the_same_however_often_it_is_made(ended: Operation) -> None:
    assert record.as_file(record.document(ended)) == record.as_file(record.document(ended))


def test_the_file_is_ascii_without_scripts_or_anything_outside(ended: Operation) -> None:
    text = record.as_file(record.document(ended))
    assert text.isascii()
    tags = Tags()
    tags.feed(text)
    assert not tags.found & {"script", "link", "img", "iframe", "object", "form", "a", "svg"}
    assert not tags.loads


def test_nothing_of_other_sites_is_in_it(ended: Operation) -> None:
    assert AuditRecord.objects.filter(reason__contains="secret of another site").exists()
    assert "secret of another site" not in record.as_file(record.document(ended))


def test_it_says_who_asked_who_approved_what_changed_and_how_it_ended(ended: Operation) -> None:
    text = record.as_fragment(record.document(ended))
    for told in (
        *("firmware on TOK-EX1", "read it all", "Incomplete: one mailbox.", "Ann: changed meanwhile Look at her."),
        *("net stop X", "CN=Ann,DC=corp", "accepted by who confirmed it"),
        *(
            'The names were on <span class="whole">TOK-EX1</span>.',
            "puts them back",
            "Users write from here on",
            ended.plan.hash,
        ),
    ):
        assert told in text, told


def test_what_is_not_signed_yet_cannot_be_told(tokyo: Cluster) -> None:
    operation = records.recorded(tokyo, signed=False)
    told = "\n".join(held(operation))
    assert "holds." in told
    assert "no head with a tree covers it" in told
    sign_head()
    assert held(operation) == [f"The record of operation {operation.pk} holds."]


def test_an_operation_that_has_not_ended_has_a_record_that_says_so(tokyo: Cluster) -> None:
    operation = records.approved(tokyo)
    sign_head()
    told = "\n".join(held(operation))
    assert "holds." in told
    assert "how it ended: it had not when this record was made" in told


def test_without_a_key_signatures_are_not_checked_and_it_says_so(ended: Operation, settings: Settings) -> None:
    data = record.document(ended)
    settings.AUDIT_KEY = ""
    assert record.verified(data).open == ["whether the heads are signed by the console: no key was given."]


def test_an_acknowledgement_after_the_end_is_vouched_for(ended: Operation) -> None:
    operations.acknowledge(ended, asking.olga(), "Ann was looked after.")
    sign_head()
    assert held(ended) == [f"The record of operation {ended.pk} holds."]
    assert "olga: Ann was looked after." in record.as_fragment(record.document(ended))


def test_what_takes_it_back_is_in_its_record(ended: Operation) -> None:
    operations.acknowledge(ended, asking.olga(), "Looked.")
    undo = making.plans.make(
        making.plans.prepare_undo(ended, "", asking.olga(), send=False).pk, making.planner(target=ended.source)
    )
    made = making.confirm(undo, asking.olga(), "not what we wanted", typed=ended.cluster.name)
    execute(made.pk, "worker-1", lambda *_: Ending(Status.SUCCEEDED, "All is back."))
    sign_head()
    assert held(ended) == [f"The record of operation {ended.pk} holds."]
    assert "operation:undo:confirmed" in record.as_fragment(record.document(ended))


def test_an_emergency_without_an_approval_stands_in_it(tokyo: Cluster) -> None:
    plan = making.ready(tokyo)
    said = {"typed": tokyo.name, "emergency": f"{tokyo.name} cannot wait for an approval"}
    operation = making.confirm(plan, asking.ada(), "the building burns", **said)  # type: ignore[arg-type]
    execute(operation.pk, "worker-1", making.ends())
    sign_head()
    operation.refresh_from_db()
    assert held(operation) == [f"The record of operation {operation.pk} holds."]


def test_the_ending_names_every_record_before_it(ended: Operation) -> None:
    told = AuditRecord.objects.get(action="operation:ending:failed").after["evidence"]["records"]
    assert len(told) == 4
    assert told == list(AuditRecord.objects.filter(seq__in=told).values_list("seq", flat=True).order_by("seq"))
    assert record_parts.evidence(ended)["journal"]["count"] == 7


def test_heads_kept_outside_have_to_be_the_same(ended: Operation, tmp_path: Path) -> None:
    data = record.document(ended)
    file, anchors = tmp_path / "record.html", tmp_path / "anchors"
    file.write_text(record.as_file(data))
    anchors.write_text("\n".join(data["heads"]) + "\n")
    arguments = [str(file), "--key", public_key().hex(), "--anchors", str(anchors)]
    assert main(arguments) == 0
    other = json.loads(data["heads"][0]) | {"hash": NOTHING_BEFORE}
    anchors.write_text(json.dumps(other, sort_keys=True, separators=(",", ":")) + "\n")
    assert main(arguments) == 1


def test_what_cannot_be_read_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nothing.html")]) == 2
    assert "manage.py record" in capsys.readouterr().err
