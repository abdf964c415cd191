"""Where an operation stands, step by step, and what that means for mail and for the person who looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from console.domain.plan import Plan, Step
from console.models import JournalLine, Operation

MARKS = ("started", "done", "already", "skipped", "failed")
STATES = {"started": "running", "done": "done", "already": "already", "skipped": "skipped", "failed": "failed"}


@dataclass(frozen=True)
class StepRow:
    """A step and how it stands: waiting, running, done, already, skipped, failed, uncertain or not-reached."""

    number: int
    step: Step
    state: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    said: str = ""
    done: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class Standing:
    """The operation in the terms of its page."""

    operation: Operation
    rows: tuple[StepRow, ...]
    seen_alive: bool
    """Whether a worker that runs it was heard of; false means that we lost sight of it."""

    @property
    def current(self) -> StepRow | None:
        """The step that runs."""
        return next((row for row in reversed(self.rows) if row.state == "running"), None)

    @property
    def next_safe(self) -> StepRow | None:
        """The next step before which a stop acts; None when there is none left."""
        ahead = [row for row in self.rows if row.state == "waiting" and row.step.safe_point]
        return ahead[0] if ahead else None

    @property
    def mail(self) -> str:
        """`untouched`, `down` or `up`: what this operation has done to mail so far."""
        if self.operation.outage_started_at is None:
            return "untouched"
        return "up" if self.operation.outage_ended_at else "down"


def standing(operation: Operation, plan: Plan) -> Standing:
    """How the operation stands, from its row and the marks in its journal."""
    marks = _marks(operation)
    rows = [_row(index + 1, step, marks.get(step.key, ()), operation) for index, step in enumerate(plan.steps)]
    running = operation.status == Operation.Status.RUNNING
    lost = running and operation.lease_until is not None and operation.lease_until < timezone.now()
    return Standing(operation, tuple(rows), seen_alive=not lost)


def _marks(operation: Operation) -> Mapping[str, Sequence[JournalLine]]:
    """The lines that begin or end a step, by step, and the last count of the one that runs."""
    lines = JournalLine.objects.filter(operation=operation, kind__in=MARKS).exclude(step="").order_by("seq")
    found: dict[str, list[JournalLine]] = {}
    for line in lines:
        found.setdefault(line.step, []).append(line)
    return found


def _row(number: int, step: Step, lines: Sequence[JournalLine], operation: Operation) -> StepRow:
    if not lines:
        return StepRow(number, step, "waiting" if operation.open else "not-reached")
    began = next((line.at for line in lines if line.kind == "started"), None)
    last = lines[-1]
    state = STATES[last.kind]
    if state == "running" and not operation.open:
        state = "uncertain"
    if state == "failed" and operation.status == Operation.Status.UNCERTAIN:
        state = "uncertain"
    ended = None if state == "running" else last.at
    said = last.text if last.kind != "started" else ""
    done, total = _count(operation, step) if state in ("running", "uncertain", "failed") else (None, None)
    return StepRow(number, step, state, began, ended, said, done, total)


def _count(operation: Operation, step: Step) -> tuple[int | None, int | None]:
    """The last count that the step journaled."""
    last = JournalLine.objects.filter(operation=operation, kind="progress", step=step.key).order_by("-seq").first()
    data: Mapping[str, Any] = (last.data or {}) if last else {}
    done, total = data.get("done"), data.get("total")
    return (done, total) if isinstance(done, int) and isinstance(total, int) else (None, None)
