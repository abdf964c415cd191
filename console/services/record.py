"""The record of one operation: everything about it, and what of the audit vouches for that, as a file that verifies."""

from functools import cache
from typing import Any

from django.contrib.staticfiles import finders

from console.domain.hash_tree import path
from console.domain.record_page import body, page
from console.domain.verify_audit import read_anchors
from console.domain.verify_record import FORMAT, KIND, Report, verify_data
from console.models import Approval, AuditRecord, Operation, SignedHead
from console.services import record_parts as parts
from console.services.audit_keys import NoKey, public_key

STYLE_SHEET = "console/css/record.css"
TRIES = 3


def document(operation: Operation) -> dict[str, Any]:
    """Everything that the record says, as plain JSON values; it is the same however often it is made.

    One that goes on meanwhile is read again, so that its parts are of one moment.
    """
    for _ in range(TRIES):
        before = _standing(operation)
        data = _document(operation)
        if _standing(operation) == before:
            break
    return data


def _standing(operation: Operation) -> tuple[Any, ...]:
    operation.refresh_from_db()
    return operation.status, operation.last_seq, operation.acknowledged_at, operation.attempt


def _document(operation: Operation) -> dict[str, Any]:
    records, heads = _records(operation)
    return {
        "kind": KIND,
        "format": FORMAT,
        "operation": parts.facts(operation),
        "ending": {
            "status": str(operation.status),
            "summary": operation.ending_summary,
            "step": operation.ending_step,
            "remedy": operation.ending_remedy,
        },
        "acknowledged": [operation.acknowledged_by, operation.acknowledge_note] if operation.acknowledged_at else None,
        "ticket": operation.ticket,
        "plan": operation.plan.body,
        "plan_hash": operation.plan.hash,
        "mailboxes": list(parts.mailboxes(operation)),
        "journal": list(parts.journal(operation)),
        "receipts": list(parts.receipts(operation)),
        "approval": _approval(operation),
        "records": records,
        "heads": heads,
    }


def verified(data: dict[str, Any]) -> Report:
    """What does not hold of it, by the console's own key where it has one."""
    try:
        keys = [public_key()]
    except NoKey:
        keys = []
    return verify_data(data, keys)


def as_file(data: dict[str, Any]) -> str:
    """The record as one HTML file, for people and for the verifier; ASCII."""
    return page(data, _style())


def as_fragment(data: dict[str, Any]) -> str:
    """What people read of it, to be put into a page; every text in it is escaped."""
    return body(data)


def file_name(operation: Operation) -> str:
    """What the file is called."""
    return f"operation-{operation.pk}-record.html"


@cache
def _style() -> str:
    with open(str(finders.find(STYLE_SHEET)), encoding="ascii", newline="") as file:
        return file.read()


def _records(operation: Operation) -> tuple[list[dict[str, Any]], list[str]]:
    """The records about the operation, each with its way to a signed head; and these heads."""
    found: list[dict[str, Any]] = []
    heads: dict[int, SignedHead] = {}
    hashes: dict[int, list[str]] = {}
    for row in parts.about(operation):
        head = SignedHead.objects.filter(seq__gte=row.seq).order_by("seq").first()
        if head is None or not (first := _first_below(head, row.seq)):
            found.append({"body": row.body, "head": None, "path": []})
            continue
        if head.seq not in hashes:
            below = AuditRecord.objects.filter(seq__range=(first, head.seq)).order_by("seq")
            hashes[head.seq] = list(below.values_list("hash", flat=True))
        heads[head.seq] = head
        found.append({"body": row.body, "head": head.seq, "path": _path(hashes[head.seq], row.seq - first)})
    return found, [head.line for head in heads.values()]


def _first_below(head: SignedHead, seq: int) -> int:
    """The first record of the tree that is signed with the head; 0 when none is, or when `seq` is not in it.

    Of a head that cannot be read any more it is `seq`: it goes into the record, so that the verifier finds it.
    """
    anchor = next(iter(read_anchors([head.line])), None)
    if anchor is None:
        return seq
    return anchor.first if anchor.root and anchor.first <= seq else 0


def _path(hashes: list[str], index: int) -> list[str]:
    """The way to the root; what is no hash, or is missing, leads nowhere, and the verifier says so."""
    try:
        return path(hashes, index)
    except (ValueError, IndexError):
        return []


def _approval(operation: Operation) -> dict[str, Any] | None:
    row = Approval.objects.filter(operation=operation).first()
    if row is None:
        return None
    return {
        "state": row.state,
        "by": row.requested_by_name,
        "reason": row.reason,
        "plan_hash": row.plan_hash,
        "votes": [[vote.by_name, vote.note] for vote in row.votes.all()],
        "decision": row.decision if row.state == Approval.State.OVERRIDDEN else "",
    }
