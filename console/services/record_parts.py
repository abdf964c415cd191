"""The parts of an operation's record as plain data, read from its rows; their fingerprints, which the audit keeps."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Min, Q, QuerySet

from console.domain.verify_record import fingerprint
from console.models import Approval, AuditRecord, JournalLine, Operation, PlanRecord
from console.services.audit import timestamp
from console.services.mailbox_slices import MailboxSlices
from console.services.receipts import StoredReceipts

CHUNK = 2000


def facts(operation: Operation) -> dict[str, Any]:
    """What was asked for and when it ran, by the columns that stand still once it has ended."""
    return {
        "id": operation.pk,
        "kind": operation.kind,
        "cluster": (operation.plan.body or {}).get("cluster", ""),
        "cluster_id": operation.cluster_id,
        "source": operation.source,
        "target": operation.target,
        "plan": operation.plan_id,
        "undoes": operation.plan.undoes_id,
        "by": operation.requested_by_name,
        "origin": operation.origin,
        "reason": operation.reason,
        "automatic": operation.automatic,
        "confirmed": _time(operation.confirmed_at),
        "started": _time(operation.started_at),
        "ended": _time(operation.ended_at),
        "outage_started": _time(operation.outage_started_at),
        "outage_ended": _time(operation.outage_ended_at),
        "left": operation.todo,
    }


def journal(operation: Operation) -> Iterator[list[Any]]:
    """Each line: number, time, kind, step, text, data."""
    lines = JournalLine.objects.filter(operation=operation).order_by("seq")
    for line in lines.iterator(chunk_size=CHUNK):
        yield [line.seq, timestamp(line.at), line.kind, line.step, line.text, line.data]


def receipts(operation: Operation) -> Iterator[list[Any]]:
    """Each receipt: number, step, kind, time, what was found, what was acted on, the changes, how each ended."""
    times = dict(operation.receipts.values_list("number", "at"))
    for kept in reversed(list(StoredReceipts(operation.pk).newest_first())):
        found = kept.receipt
        changes = [
            [c.dn, c.guid, [[a.attribute, list(a.before), list(a.after)] for a in c.changes]] for c in found.changes
        ]
        results = None if kept.results is None else [[each.outcome, each.detail] for each in kept.results]
        when = timestamp(times[kept.number])
        yield [kept.number, found.step, found.kind, when, found.found, dict(found.params), changes, results]


def mailboxes(operation: Operation) -> Iterator[list[Any]]:
    """Each mailbox of the plan's list: objectGUID, DN, [attribute, before, after] of what changes."""
    for guid, dn, changes in MailboxSlices(operation.plan).rows():
        yield [guid, dn, [list(change) for change in changes]]


def plans_of(operation: Operation) -> set[int]:
    """The plan that is carried out, and those that an approval of it was asked for or that was renewed by it."""
    found: set[int | None] = {operation.plan_id, operation.plan.renews_id}
    approval = Approval.objects.filter(operation=operation).first()
    if approval is not None:
        found |= {approval.plan_id, approval.renewed_plan_id}
    return {number for number in found if number is not None}


def about(operation: Operation) -> QuerySet[AuditRecord]:
    """The records of the audit about its plans, itself, and what takes it back, in their order."""
    undone = PlanRecord.objects.filter(undoes=operation)
    acts = [operation.pk, *Operation.objects.filter(plan__in=undone).values_list("pk", flat=True)]
    return _records(plans_of(operation) | set(undone.values_list("pk", flat=True)), acts)


def evidence(operation: Operation) -> dict[str, Any]:
    """The fingerprints of what the operation has come to, for a record of the audit about its end.

    Call it with the operation's row locked and before the audit's own lock is taken: it reads the whole journal.
    """
    earlier = _records(plans_of(operation), [operation.pk])
    return {
        "operation": fingerprint([facts(operation)]),
        "mailboxes": fingerprint(mailboxes(operation)),
        "journal": fingerprint(journal(operation)),
        "receipts": fingerprint(receipts(operation)),
        "records": list(earlier.values_list("seq", flat=True)),
    }


def _records(plans: set[int], acts: list[int]) -> QuerySet[AuditRecord]:
    """The records about these plans and operations; none is older than the first of the plans."""
    first = PlanRecord.objects.filter(pk__in=plans).aggregate(at=Min("created_at"))["at"]
    return AuditRecord.objects.filter(_named("plan", plans) | _named("operation", acts), at__gte=first).order_by("seq")


def _named(kind: str, numbers: Iterable[int]) -> Q:
    return Q(subject_type=kind, subject_id__in=[str(number) for number in numbers])


def _time(at: datetime | None) -> str | None:
    return timestamp(at) if at else None
