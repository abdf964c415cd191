"""When a notice goes: quiet hours, and how long to wait after a failure."""

from datetime import datetime, time, timedelta, tzinfo

from console.domain.notifications.events import Severity

SOONEST, LATEST = timedelta(seconds=15), timedelta(hours=1)
"""How long after a failure the next try comes: the first time, and at most."""


def back_off(failures: int) -> timedelta:
    """How long to wait after so many failures in a row, from 1: twice as long each time."""
    return min(SOONEST * 2 ** min(failures - 1, 12), LATEST)


def quiet_until(now: datetime, begin: time | None, end: time | None, zone: tzinfo, severity: Severity) -> datetime:
    """When a notice of that severity may go: `now`, or the end of the quiet hours in which `now` lies.

    Quiet hours may pass midnight; they end when the zone's clocks say so. What is critical waits for nothing.
    """
    if begin is None or end is None or severity is Severity.CRITICAL:
        return now
    local = now.astimezone(zone)
    clock = local.time()
    quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not quiet:
        return now
    day = local.date() + timedelta(days=1 if clock >= end else 0)
    return datetime.combine(day, end, zone).astimezone(now.tzinfo)
