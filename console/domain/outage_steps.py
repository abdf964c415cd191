"""An outage, step by step: how much of the time without mail passed in which step of an operation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.domain.progress import FINISHED_KINDS

BEGINS, ENDS = "started", FINISHED_KINDS | {"failed"}


@dataclass(frozen=True)
class Mark:
    """A line of the journal that begins or ends a step."""

    kind: str
    step: str
    at: datetime


@dataclass(frozen=True)
class Spell:
    """A time in which a step was under way; one that was tried again has several."""

    step: str
    began: datetime
    ended: datetime


@dataclass(frozen=True)
class Outage:
    """From when to when mail was down."""

    began: datetime
    ended: datetime

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.ended - self.began).total_seconds()


@dataclass(frozen=True)
class StepTime:
    """How long a step took in all, and how much of that passed without mail; in seconds."""

    step: str
    took: float
    without_mail: float = 0.0


@dataclass(frozen=True)
class Times:
    """Where the time of an operation went."""

    steps: tuple[StepTime, ...]
    before: float = 0.0
    """Seconds without mail before its first step: of an outage that began earlier, or that nobody had planned."""
    between: float = 0.0
    """Seconds without mail in which no step was under way."""

    @property
    def by_step(self) -> Mapping[str, StepTime]:
        """The same by the step's key."""
        return {time.step: time for time in self.steps}


def spells(marks: Iterable[Mark], until: datetime) -> tuple[Spell, ...]:
    """The times of every step, from the marks in their order; one that nothing ended lasts to the next one's beginning.

    `until` ends the last one, when the operation ended in it.
    """
    found: list[Spell] = []
    step, began = "", until
    for mark in marks:
        if mark.kind == BEGINS:
            if step:
                found.append(Spell(step, began, mark.at))
            step, began = mark.step, mark.at
        elif mark.kind in ENDS and mark.step == step:
            found.append(Spell(step, began, mark.at))
            step = ""
    return (*found, Spell(step, began, max(until, began))) if step else tuple(found)


def times(of: Sequence[Spell], outage: Outage | None) -> Times:
    """Where the time went. Steps come in the order in which they first began; nothing is counted twice."""
    took: dict[str, float] = {}
    without: dict[str, float] = {}
    for spell in of:
        took[spell.step] = took.get(spell.step, 0.0) + (spell.ended - spell.began).total_seconds()
        without[spell.step] = without.get(spell.step, 0.0) + _shared(spell.began, spell.ended, outage)
    steps = tuple(StepTime(step, seconds, without[step]) for step, seconds in took.items())
    if outage is None:
        return Times(steps)
    first = of[0].began if of else outage.ended
    before = _shared(outage.began, first, outage)
    return Times(steps, before, max(outage.seconds - before - sum(without.values()), 0.0))


def _shared(began: datetime, ended: datetime, outage: Outage | None) -> float:
    if outage is None:
        return 0.0
    return max((min(ended, outage.ended) - max(began, outage.began)).total_seconds(), 0.0)
