"""Maintenance windows as spans of time: once, or every week at the same hours of the wall clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)
LONGEST = timedelta(days=31)
LONGEST_WEEKLY = timedelta(days=6)
"""One that comes every week ends before it comes again."""
FURTHEST = timedelta(days=366)
"""So far ahead a window may begin."""


@dataclass(frozen=True)
class Span:
    """From `start` to before `end`."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies in it."""
        return self.start <= at < self.end


@dataclass(frozen=True)
class Times:
    """When a window is open. `until` is the last day, by the wall clock, on which a weekly one opens."""

    starts: datetime
    ends: datetime
    weekly: bool = False
    until: date | None = None

    def span_at(self, at: datetime, zone: ZoneInfo) -> Span | None:
        """The span in which `at` lies, or None."""
        return next((span for span in self._around(at, zone) if span.holds(at)), None)

    def next_after(self, at: datetime, zone: ZoneInfo) -> Span | None:
        """The first span that begins after `at`, or None: there is none any more."""
        return next((span for span in self._around(at, zone) if span.start > at), None)

    def is_over(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether it neither is open at `at` nor opens any more."""
        return self.span_at(at, zone) is None and self.next_after(at, zone) is None

    def _around(self, at: datetime, zone: ZoneInfo) -> Iterator[Span]:
        """The spans that may hold `at` or come next, in their order."""
        first = Span(self.starts, self.ends)
        if not self.weekly:
            yield first
            return
        weeks = max(0, (at - self.starts) // WEEK - 1)
        for number in range(weeks, weeks + 4):
            span = _moved(first, number, zone)
            if self.until is None or span.start.astimezone(zone).date() <= self.until:
                yield span


def _moved(first: Span, weeks: int, zone: ZoneInfo) -> Span:
    """The same hours of the wall clock, so many weeks later; of the same length where a clock change leaves none."""
    start, end = (_wall(at, weeks, zone) for at in (first.start, first.end))
    return Span(start, end if end > start else start + (first.end - first.start))


def _wall(at: datetime, weeks: int, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone).replace(tzinfo=None) + weeks * WEEK
    return local.replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))
