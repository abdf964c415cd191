"""Where an operation stands, step by step, and what that means for mail and for the person who looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from console.domain.plan import Plan, Step
from console.domain.progress import ACCEPTED, CONTINUED, RESUMED, SAID
from console.models import JournalLine, Operation
from console.web.journal import COUNTS, counted

STATES = {
    "started": "running",
    "done": "done",
    "already": "already",
    "skipped": "skipped",
    "failed": "failed",
    SAID: "done",
    ACCEPTED: "uncertain",
}
"""The state of a step, by the last line that begins or ends it."""
MARKS = tuple(STATES)


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

    @property
    def took(self) -> float | None:
        """Seconds from its beginning to its end; None while it has none."""
        return (self.ended_at - self.started_at).total_seconds() if self.started_at and self.ended_at else None


@dataclass(frozen=True)
class Resumed:
    """That another worker has it now, and since when."""

    silent: str
    """The worker that had it; empty when nobody wrote down which."""
    heard: datetime | None
    """When that one prolonged its lease for the last time."""
    worker: str
    since: datetime


@dataclass(frozen=True)
class Standing:
    """The operation in the terms of its page."""

    operation: Operation
    rows: tuple[StepRow, ...]
    seen_alive: bool
    """Whether a worker that runs it was heard of; false means that we lost sight of it."""
    resumed: Resumed | None = None
    """The worker that has it now, when it took it over from another."""

    @property
    def current(self) -> StepRow | None:
        """The step that runs; of several, as after another worker took over, the one that was begun last."""
        running = [row for row in self.rows if row.state == "running"]
        return max(
            running, key=lambda row: (row.started_at.timestamp() if row.started_at else 0.0, row.number), default=None
        )

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
    resumed = _resumed(operation) if running and operation.takeovers and not lost else None
    return Standing(operation, tuple(rows), seen_alive=not lost, resumed=resumed)


def _resumed(operation: Operation) -> Resumed | None:
    """What the last worker that took it over wrote; none when a person has had it carried on since."""
    last = JournalLine.objects.filter(operation=operation, kind__in=(RESUMED, CONTINUED)).order_by("-seq").first()
    if last is None or last.kind != RESUMED:
        return None
    data: Mapping[str, Any] = last.data or {}
    until = parse_datetime(str(data.get("lease_until", "")))
    heard = until - timedelta(seconds=settings.LEASE_SECONDS) if until else None
    return Resumed(str(data.get("from", "")), heard, str(data.get("to") or operation.lease_owner), last.at)


def _marks(operation: Operation) -> Mapping[str, Sequence[JournalLine]]:
    """The lines that begin or end a step, by step, in their order.

    A database that is asked for it in order reads the whole journal; a few lines are sooner put in order here.
    """
    lines = JournalLine.objects.filter(operation=operation, kind__in=MARKS).exclude(step="").order_by()
    found: dict[str, list[JournalLine]] = {}
    for line in sorted(lines, key=lambda line: line.seq):
        found.setdefault(line.step, []).append(line)
    return found


def _row(number: int, step: Step, lines: Sequence[JournalLine], operation: Operation) -> StepRow:
    if not lines:
        return StepRow(number, step, "waiting" if operation.open else "not-reached")
    began = next((line.at for line in reversed(lines) if line.kind == "started"), None)
    last = lines[-1]
    state = _state(STATES[last.kind], operation)
    if state == "waiting":
        return StepRow(number, step, state)
    ended = None if state == "running" else last.at
    said = last.text if last.kind != "started" else ""
    done, total = _count(operation, step) if state in ("running", "uncertain", "failed") else (None, None)
    return StepRow(number, step, state, began, ended, said, done, total)


def _state(said: str, operation: Operation) -> str:
    """How a step stands of which the journal says last that it runs or failed, or that it is over."""
    if said not in ("running", "failed"):
        return said
    if operation.open:  # what failed is about to be tried again, and what ran is when a worker has it
        return "waiting" if said == "failed" or operation.status == Operation.Status.QUEUED else said
    return "uncertain" if said == "running" or operation.status == Operation.Status.UNCERTAIN else said


def _count(operation: Operation, step: Step) -> tuple[int | None, int | None]:
    """The last count that the step journaled."""
    last = JournalLine.objects.filter(operation=operation, kind=COUNTS, step=step.key).order_by("-seq").first()
    return counted(last) if last else (None, None)
