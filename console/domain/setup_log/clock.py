"""The times at the beginning of lines: read without knowing the culture they are written in, and without a date."""

import re
from typing import NamedTuple

_PLAIN = re.compile(rb"\d\d:\d\d:\d\d")
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
        self.dated = False
        self.last = b""
        """The last stamp that counts. While `plain`, one that is later and plain too may be put here without `take`."""
        self.plain = False
        """Whether the last stamp is of hours, minutes and seconds with two digits each, and no more."""
        self._date = b"\0"
        """The date of the last dated stamp, with the blank after it."""

    def take(self, stamp: bytes) -> None:
        """The next line's, in which there is a time of day."""
        if stamp.startswith(self._date):
            return
        now, before = moment(stamp), moment(self.last)
        if now is None or (self.dated and not now.date):
            return
        self.last, dated, self.dated = stamp, self.dated, bool(now.date)
        self.plain = not self.dated and _PLAIN.fullmatch(stamp) is not None
        self._date = now.date + b" " if now.date else b"\0"
        if before is None or dated != self.dated:
            return
        passed = before.date != now.date if dated else now.seconds < before.seconds - SET_BACK
        self.midnights += passed
