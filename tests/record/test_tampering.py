"""Whatever is changed in a record or in the database behind it is found and named by its part."""

from __future__ import annotations

import copy
import html
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from console.domain.record_page import BEGIN, END
from console.domain.verify_audit import canonical, digest
from console.domain.verify_record import Report, verify_data, verify_file
from console.models import Approval, AuditRecord, Operation, PlanMailboxes, PlanRecord, ReceiptRecord, SignedHead
from console.services import record
from console.services.audit_keys import public_key
from tests.audit.tampering import past_the_guard

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Data = dict[str, Any]
Change = Callable[[Data], object]


def parts(report: Report) -> set[str]:
    """The parts that do not hold."""
    return {found["part"] for found in report.findings}


def verified(data: Data) -> Report:
    return verify_data(data, [public_key()])


def rewritten(data: Data, at: int, old: str, new: str) -> None:
    """A record of the audit with other words."""
    body = data["records"][at]["body"]
    assert old in body
    data["records"][at]["body"] = body.replace(old, new)


def without(data: Data, part: str, at: int) -> None:
    del data[part][at]


IN_THE_FILE: dict[str, tuple[str, Change]] = {
    "a step's command": ("plan", lambda d: d["plan"]["steps"][0]["commands"][0].update(line="net stop Y")),
    "a change of the plan": ("plan", lambda d: d["plan"]["steps"][1]["changes"][0]["changes"][0].update(after=["c"])),
    "a check": ("plan", lambda d: d["plan"]["checks"][0].update(verdict="pass")),
    "the plan's hash": ("plan", lambda d: d.update(plan_hash="0" * 64)),
    "another plan with its own hash": (
        "plan",
        lambda d: (d["plan"].update(notes=[]), d.update(plan_hash=digest(canonical(d["plan"])))),
    ),
    "no plan": ("plan", lambda d: d.update(plan=None, plan_hash="")),
    "a mailbox": ("mailboxes", lambda d: d["mailboxes"][0][2][0].__setitem__(2, "elsewhere")),
    "a mailbox less": ("mailboxes", lambda d: without(d, "mailboxes", 0)),
    "a line of the journal": ("journal", lambda d: d["journal"][2].__setitem__(4, "It was never stopped.")),
    "the time of a line": ("journal", lambda d: d["journal"][2].__setitem__(1, "2008-01-01T00:00:00.000000Z")),
    "the data of a line": ("journal", lambda d: d["journal"][1][5].update(exit=1)),
    "a line less": ("journal", lambda d: without(d, "journal", 3)),
    "a line more": (
        "journal",
        lambda d: d["journal"].append([8, d["journal"][0][1], "note", "", "All was well.", None]),
    ),
    "a proof": ("journal", lambda d: d["journal"][5].__setitem__(4, "220 TOK-EX1 SMTP")),
    "a receipt": ("receipts", lambda d: d["receipts"][0].__setitem__(4, "They were nowhere.")),
    "how a change ended": ("receipts", lambda d: d["receipts"][0][7].__setitem__(0, ["conflict", ""])),
    "a receipt less": ("receipts", lambda d: without(d, "receipts", 0)),
    "who asked": ("request", lambda d: d["operation"].update(by="rita")),
    "why": ("request", lambda d: d["operation"].update(reason="no reason at all")),
    "when it ran": ("operation", lambda d: d["operation"].update(started=None)),
    "the outage": ("operation", lambda d: d["operation"].update(outage_started=None, outage_ended=None)),
    "what is left to do": ("operation", lambda d: d["operation"].update(left=[])),
    "how it ended": ("ending", lambda d: d["ending"].update(status="succeeded")),
    "that it ended": ("ending", lambda d: d["ending"].update(status="running")),
    "the summary": ("ending", lambda d: d["ending"].update(summary="Complete.")),
    "who approved": ("approval", lambda d: d["approval"]["votes"][0].__setitem__(0, "petra")),
    "what was said to it": ("approval", lambda d: d["approval"]["votes"][0].__setitem__(1, "did not read it")),
    "one more who approved": ("approval", lambda d: d["approval"]["votes"].append(["petra", ""])),
    "who asked for the approval": ("approval", lambda d: d["approval"].update(by="ada")),
    "what became of it": ("approval", lambda d: d["approval"].update(state="overridden")),
    "no approval": ("approval", lambda d: d.update(approval=None)),
    "the plan that was approved": ("approval", lambda d: d["approval"].update(plan_hash="0" * 64)),
    "an acknowledgement": ("acknowledgement", lambda d: d.update(acknowledged=["olga", "All is well."])),
    "a ticket": ("ticket", lambda d: d.update(ticket="CHG000001")),
    "a word of the audit": ("audit", lambda d: rewritten(d, 2, "read it all", "read no one")),
    "who approved, in the audit": ("audit", lambda d: rewritten(d, 2, '"actor":"pat"', '"actor":"ada"')),
    "the fingerprint in the audit": ("audit", lambda d: rewritten(d, 4, '"count":7', '"count":6')),
    "a record less": ("audit", lambda d: without(d, "records", 2)),
    "two records swapped": ("audit", lambda d: d["records"].insert(0, d["records"].pop(1))),
    "the way to the head": ("audit", lambda d: d["records"][2].update(path=["0" * 64])),
    "a head's time": ("head", lambda d: d["heads"].__setitem__(0, d["heads"][0].replace("T", "t", 1))),
    "a head's root": (
        "head",
        lambda d: d["heads"].__setitem__(0, d["heads"][0].replace(json.loads(d["heads"][0])["root"], "0" * 64)),
    ),
    "no head": ("audit", lambda d: d["heads"].clear()),
    "something more": ("file", lambda d: d.update(more=1)),
    "something less": ("file", lambda d: d.pop("receipts")),
    "another kind of thing": ("file", lambda d: d.update(journal=7)),
}


@pytest.fixture
def data(ended: Operation) -> Data:
    found = record.document(ended)
    assert verified(found).holds
    return found


def test_each_change_of_the_file_is_named_by_its_part(data: Data) -> None:
    wrong = {}
    for name, (part, change) in IN_THE_FILE.items():
        other = copy.deepcopy(data)
        change(other)
        assert other != data, name
        if part not in (found := parts(verified(other))):
            wrong[name] = found
    assert wrong == {}


def test_no_byte_of_the_file_can_be_another_one(data: Data) -> None:
    text, dice = record.as_file(data), random.Random(17)
    for at in [*range(0, 400, 40), *(dice.randrange(len(text)) for _ in range(60)), len(text) - 1]:
        other = "0" if text[at] != "0" else "1"
        assert not verify_file(text[:at] + other + text[at + 1 :], [public_key()]).holds, text[at - 20 : at + 20]


def test_what_people_read_cannot_be_other_than_the_data(data: Data) -> None:
    text = record.as_file(data)
    for old, new in ((">pat</td>", ">ada</td>"), ("</article>", "</article>\n<p>All was well.</p>")):
        assert parts(verify_file(text.replace(old, new, 1), [public_key()])) == {"page"}
    hidden = text.replace(".record-sheet table {", ".record-sheet table { display: none;", 1)
    assert parts(verify_file(hidden, [public_key()])) == {"page"}


def test_data_that_are_written_in_another_way_are_found_too(data: Data) -> None:
    text = record.as_file(data)
    head, _, rest = text.partition(BEGIN)
    inside, _, tail = rest.partition(END)
    loose = html.escape(json.dumps(json.loads(html.unescape(inside)), indent=1), quote=False)
    assert parts(verify_file(head + BEGIN + loose + END + tail, [public_key()])) == {"page"}


def test_another_key_is_not_believed(data: Data) -> None:
    assert "head" in parts(verify_data(data, [bytes(32)]))


def change_the_plan(operation: Operation) -> None:
    body = operation.plan.body | {"controller": "dc2.corp.example"}
    PlanRecord.objects.filter(pk=operation.plan_id).update(body=body)


def change_the_audit(operation: Operation) -> None:
    row = AuditRecord.objects.get(action="approval:plan:approved")
    body = row.body.replace('"actor":"pat"', '"actor":"ada"')
    with past_the_guard() as cursor:
        values = [body, digest(body), row.pk]
        cursor.execute("UPDATE console_auditrecord SET body = %s, hash = %s WHERE id = %s", values)


def forget_a_record(operation: Operation) -> None:
    with past_the_guard() as cursor:
        cursor.execute("DELETE FROM console_auditrecord WHERE action = %s", ["approval:plan:approved"])


IN_THE_DATABASE: dict[str, tuple[str, Callable[[Operation], object]]] = {
    "the plan": ("plan", change_the_plan),
    "a mailbox less": ("mailboxes", lambda o: PlanMailboxes.objects.filter(plan=o.plan).delete()),
    "a line": ("journal", lambda o: o.journal.filter(seq=3).update(text="Never stopped.")),
    "a line's data": ("journal", lambda o: o.journal.filter(seq=2).update(data=None)),
    "a line less": ("journal", lambda o: o.journal.filter(seq=5).delete()),
    "a line more": ("journal", lambda o: o.journal.create(seq=8, kind="note", text="All was well.")),
    "a receipt": ("receipts", lambda o: ReceiptRecord.objects.filter(operation=o).update(found="Nothing.")),
    "who asked": ("request", lambda o: Operation.objects.filter(pk=o.pk).update(requested_by_name="rita")),
    "the outage": ("operation", lambda o: Operation.objects.filter(pk=o.pk).update(outage_ended_at=None)),
    "the ending": ("ending", lambda o: Operation.objects.filter(pk=o.pk).update(status="succeeded")),
    "the words of the ending": ("ending", lambda o: Operation.objects.filter(pk=o.pk).update(ending_summary="Done.")),
    "who approved": ("approval", lambda o: o.approval.votes.update(by_name="petra")),
    "what was said to it": ("approval", lambda o: o.approval.votes.update(note="")),
    "a vote less": ("approval", lambda o: o.approval.votes.all().delete()),
    "the approval": ("approval", lambda o: Approval.objects.all().delete()),
    "why it was asked for": ("approval", lambda o: Approval.objects.update(reason="none")),
    "a record of the audit": ("audit", change_the_audit),
    "a record of the audit less": ("audit", forget_a_record),
    "a signed head": ("head", lambda o: SignedHead.objects.update(line="{}")),
}


def test_each_change_of_the_database_is_named_by_its_part(ended: Operation) -> None:
    wrong = {}
    for name, (part, change) in IN_THE_DATABASE.items():
        with transaction.atomic():
            change(ended)
            found = record.verified(record.document(Operation.objects.get(pk=ended.pk)))
            transaction.set_rollback(True)
        if part not in parts(found):
            wrong[name] = found.sentences()
    assert wrong == {}
