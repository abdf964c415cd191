"""The steps of an operation in time: beside what is usual, when the end may come, and when it has been silent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.safestring import SafeString

from console.domain.pace import Forecast, Here, Run, Usual, forecast, quiet_after, slower, usual
from console.models import JournalLine, Operation
from console.services.pace import last_runs
from console.web import gantt, spans
from console.web.gantt import Bar, Scale
from console.web.progress import Standing, StepRow

TONES = {"done": "good", "already": "good", "running": "running", "skipped": "warn", "failed": "bad"}
"""The colour of a bar by the state of its step; unknown for every other."""
PHASES = {"done": "over", "running": "running", "waiting": "ahead"}
"""How a step's state counts for the forecast; what was found done, or left out, tells nothing."""


@dataclass(frozen=True)
class Track:
    """A step with what it usually takes and its picture."""

    row: StepRow
    usual: Usual | None
    slower: bool
    """Whether it took, or has taken, clearly longer than ever before."""
    picture: SafeString


@dataclass(frozen=True)
class Quiet:
    """When the silence of the step that runs means something."""

    heard: datetime
    """When the last line came."""
    after: float
    """Seconds after which nothing more is called no progress."""
    deadline: datetime | None
    """When the step gives up by itself."""
    now: bool
    """Whether that is so now."""


@dataclass(frozen=True)
class Timeline:
    """An operation's steps in time."""

    tracks: tuple[Track, ...]
    axis: SafeString | None
    """The scale above the pictures; None while there is nothing to draw."""
    runs: int
    """How many earlier runs tell what is usual."""
    forecast: Forecast | None
    """None unless it runs and a worker of it is seen."""
    soonest: datetime | None
    latest: datetime | None
    quiet: Quiet | None


def timeline(standing: Standing) -> Timeline:
    """The operation's steps in time, as of now."""
    now, runs = timezone.now(), last_runs(standing.operation)
    here = [_here(row, now) for row in standing.rows]
    usuals = [usual(step, runs) for step in here]
    told = _forecast(standing, here, runs)
    scale = _scale(standing.operation, here, usuals, told, now)
    soonest, latest = (now + timedelta(seconds=s) for s in (told.soonest, told.latest)) if told else (None, None)
    drawn = _drawn(standing, here, usuals, scale, now)
    axis = None
    if scale.seconds > 0:
        marks = scale.marks()
        axis = gantt.axis(marks, [spans.in_words(mark.seconds).replace(" 00 s", "") for mark in marks])
    return Timeline(tuple(drawn), axis, len(runs), told, soonest, latest, _quiet(standing, usuals, now))


def _here(row: StepRow, now: datetime) -> Here:
    """The step as the forecast wants it."""
    ended = row.ended_at or now
    seconds = (ended - row.started_at).total_seconds() if row.started_at else 0.0
    planned = row.step.params.get("changing", 0)
    return Here(
        key=row.step.key,
        kind=row.step.kind,
        within=row.step.within,
        state=PHASES.get(row.state, ""),
        seconds=max(0.0, seconds),
        planned=planned if isinstance(planned, int) else 0,
        done=row.done or 0,
        total=row.total or 0,
    )


def _forecast(standing: Standing, here: Sequence[Here], runs: Sequence[Run]) -> Forecast | None:
    """When it ends: told only of what runs and is seen to, and was not asked to stop on its way."""
    stops = standing.operation.stop_requested_at and standing.next_safe
    tells = standing.operation.open and standing.seen_alive and not stops
    return forecast(here, runs) if tells and here else None


def _scale(
    operation: Operation, here: Sequence[Here], usuals: Sequence[Usual | None], told: Forecast | None, now: datetime
) -> Scale:
    """Wide enough for what was, and for what is usual of what is still to come."""
    began, ended = operation.started_at, operation.ended_at
    past = ((ended or now) - began).total_seconds() if began else 0.0
    ahead = sum(_ahead(step, known) for step, known in zip(here, usuals, strict=True)) if not ended else 0.0
    if told is not None and not told.unknown:
        ahead = max(ahead, told.soonest)
    return Scale(max(0.0, past + ahead))


def _ahead(step: Here, known: Usual | None) -> float:
    if known is None or step.state not in ("running", "ahead"):
        return 0.0
    return max(0.0, known.median - step.seconds)


def _drawn(
    standing: Standing, here: Sequence[Here], usuals: Sequence[Usual | None], scale: Scale, now: datetime
) -> Iterator[Track]:
    """Each step's track; what is still to come stands where it usually would, one after the other."""
    began, marks = standing.operation.started_at or now, scale.marks() if scale.seconds else ()
    at = (now - began).total_seconds()
    place = scale.bar(at, 0.0).x if standing.operation.open and scale.seconds else None
    for row, step, known in zip(standing.rows, here, usuals, strict=True):
        begun = (row.started_at - began).total_seconds() if row.started_at else at
        past = _bar(scale, begun, known.median) if known and row.state != "not-reached" else None
        run = _bar(scale, begun, step.seconds) if row.started_at else None
        at += _ahead(step, known)
        picture = gantt.track(TONES.get(row.state, "unknown"), past, run, place, marks)
        yield Track(row, known, slower(step, known), picture)


def _bar(scale: Scale, start: float, length: float) -> Bar | None:
    return scale.bar(start, length) if scale.seconds else None


def _quiet(standing: Standing, usuals: Sequence[Usual | None], now: datetime) -> Quiet | None:
    """What silence means for the step that runs; None where nothing runs, or its worker is not seen anyway."""
    current, operation = standing.current, standing.operation
    if current is None or operation.status != Operation.Status.RUNNING or not standing.seen_alive:
        return None
    last = JournalLine.objects.filter(operation=operation, seq=operation.last_seq).values_list("at", flat=True)
    heard = last.first() or current.started_at or now
    after = quiet_after(usuals[current.number - 1])
    deadline = current.started_at + timedelta(seconds=current.step.within) if current.started_at else None
    return Quiet(heard, after, deadline, (now - heard).total_seconds() > after)
