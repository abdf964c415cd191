"""The times at the beginning of lines: read without knowing the culture they are written in, and without a date."""

import re
from typing import NamedTuple

_WITH_COLONS = re.compile(rb"(\d{1,2}):(\d\d):(\d\d)")
_WITH_DOTS = re.compile(rb"(?<![\d.])(\d{1,2})\.(\d\d)\.(\d\d)(?!\d)")
SET_BACK = 2 * 3600
"""Seconds by which a clock may have been set back; what goes back further has passed midnight."""


class Moment(NamedTuple):
    """What a stamp says: a date as it is written, or none, and the seconds of the day."""

    date: bytes
    seconds: int


def moment(stamp: bytes) -> Moment | None:
    """What a stamp says; None when there is no time of day in it, so that it is none."""
    match = _WITH_COLONS.search(stamp)
    if match is None:
        found = list(_WITH_DOTS.finditer(stamp))
        if not found:
            return None
        match = found[-1]  # a time with dots stands behind a date with dots
    hours, minutes, seconds = match.groups()
    return Moment(stamp[: match.start()].strip(), int(hours) * 3600 + int(minutes) * 60 + int(seconds))


class Clock:
    """Counts the midnights between the lines of a run.

    Where a date stands with the time another date is another day; where none does, a time that goes back is. Times
    without a date among dated ones count for nothing.
    """

    def __init__(self) -> None:
        self.midnights = 0
        self._last: Moment | None = None

    def take(self, now: Moment) -> None:
        """The next line's."""
        last = self._last
        if last is not None and last.date and not now.date:
            return
        self._last = now
        if last is None or (now.date and not last.date):
            return
        passed = last.date != now.date if now.date else now.seconds < last.seconds - SET_BACK
        self.midnights += passed
