"""When a notice goes: the hours that are quiet, and the time after a failure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.notifications.events import Severity
from console.domain.notifications.timing import LATEST, SOONEST, back_off, quiet_until

TOKYO = ZoneInfo("Asia/Tokyo")
NIGHT = (time(22), time(7))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in Tokyo, in UTC."""
    return datetime(2008, 7, day, hour, minute, tzinfo=TOKYO).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "hours", "goes"),
    [
        (at(18, 21, 59), NIGHT, at(18, 21, 59)),
        (at(18, 22), NIGHT, at(19, 7)),
        (at(19, 6, 59), NIGHT, at(19, 7)),
        (at(19, 7), NIGHT, at(19, 7)),
        (at(19, 13), (time(12), time(14)), at(19, 14)),
        (at(19, 15), (time(12), time(14)), at(19, 15)),
    ],
)
def test_quiet_hours_hold_back_until_they_end(now: datetime, hours: tuple[time, time], goes: datetime) -> None:
    assert quiet_until(now, *hours, TOKYO, Severity.WARNING) == goes


def test_what_is_critical_and_what_has_no_quiet_hours_goes_at_once() -> None:
    midnight = at(19, 0)
    assert quiet_until(midnight, *NIGHT, TOKYO, Severity.CRITICAL) == midnight
    assert quiet_until(midnight, None, None, TOKYO, Severity.INFO) == midnight


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.times(), st.times())
def test_nothing_is_held_back_for_longer_than_a_day_or_into_quiet_hours(now: datetime, begin: time, end: time) -> None:
    moment = now.replace(tzinfo=UTC)
    goes = quiet_until(moment, begin, end, TOKYO, Severity.INFO)
    assert moment <= goes <= moment + timedelta(days=1)
    assert quiet_until(goes, begin, end, TOKYO, Severity.INFO) == goes or begin == end


def test_each_failure_doubles_the_wait_up_to_an_hour() -> None:
    waits = [back_off(failures) for failures in range(1, 20)]
    assert waits[:3] == [SOONEST, 2 * SOONEST, 4 * SOONEST]
    assert waits == sorted(waits)
    assert waits[-1] == LATEST
