"""The record of a procedure, to be printed and kept: who did what, when, on what evidence, with the audit's numbers."""

from dataclasses import dataclass
from datetime import datetime

from console.domain.progress import RESTED
from console.models import AuditRecord, JournalLine, Operation
from console.services.audit import describe
from console.services.setup.board import BoardRow, board

HISTORY = ("note", "continued", "resumed", RESTED, "reopened", "warning", "failed", "ending")


@dataclass(frozen=True)
class Decision:
    """A decision about the procedure, as the audit has it."""

    seq: int
    at: datetime
    who: str
    text: str
    reason: str


@dataclass(frozen=True)
class RecordRow:
    """A step with what is known of how it was done."""

    step: BoardRow
    began: datetime | None
    """When it was first looked at."""
    ended: datetime | None
    """When it was last proved, or said to be done; None while it is not over."""
    receipts: tuple[str, ...]
    """What was found before the console changed something, one sentence each."""


@dataclass(frozen=True)
class Record:
    """A procedure's record as it stands."""

    operation: Operation
    title: str
    cluster: str
    rows: tuple[RecordRow, ...]
    decisions: tuple[Decision, ...]
    history: tuple[JournalLine, ...]
    """The journal's lines about rests, answers, other workers, and what went wrong, in their order."""
    plan_hash: str


def record(operation: Operation) -> Record:
    """The record of the procedure. Raises as `board`."""
    shown = board(operation)
    began = _first_times(operation)
    found: dict[str, list[str]] = {}
    for step, text in operation.receipts.order_by("number").values_list("step", "found"):
        found.setdefault(step, []).append(text)
    rows = tuple(
        RecordRow(row, began.get(row.key), row.at if row.over else None, tuple(found.get(row.key, ())))
        for row in shown.rows
    )
    history = JournalLine.objects.filter(operation=operation, kind__in=HISTORY).order_by("seq")
    return Record(
        operation=operation,
        title=shown.procedure.title,
        cluster=operation.cluster.name,
        rows=rows,
        decisions=tuple(_decisions(operation)),
        history=tuple(history),
        plan_hash=operation.plan.hash,
    )


def _first_times(operation: Operation) -> dict[str, datetime]:
    times: dict[str, datetime] = {}
    lines = JournalLine.objects.filter(operation=operation).exclude(step="").order_by("seq")
    for step, at in lines.values_list("step", "at"):
        times.setdefault(step, at)
    return times


def _decisions(operation: Operation) -> list[Decision]:
    about = AuditRecord.objects.filter(subject_type="operation", subject_id=str(operation.pk)).order_by("seq")
    return [Decision(row.seq, row.at, row.actor_name, _told(row), row.reason) for row in about]


def _told(row: AuditRecord) -> str:
    """What was decided, and about which step if it was about one."""
    at = (row.after or {}).get("at")
    return f"{describe(row)}: step {at}" if at else describe(row)
