"""When windows are open: once or weekly, across changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from console.domain.windows import Times

PARIS, NOWHERE = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")
ZONES = st.sampled_from([NOWHERE, PARIS, ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")])
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
LENGTHS = st.timedeltas(timedelta(minutes=1), timedelta(days=6))


def paris(text: str) -> datetime:
    """A time by the clocks of Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@given(MOMENTS, LENGTHS, MOMENTS, ZONES, st.booleans())
def test_a_span_holds_the_time_that_it_was_found_for_and_the_next_comes_after_it(
    start: datetime, length: timedelta, at: datetime, zone: ZoneInfo, weekly: bool
) -> None:
    times = Times(start, start + length, weekly)
    here, coming = times.span_at(at, zone), times.next_after(at, zone)
    if here is not None:
        assert here.start <= at < here.end
    if coming is not None:
        assert coming.start > at
        assert coming.end > coming.start
        assert times.span_at(coming.start, zone) == coming
        assert coming.start - at <= timedelta(days=7, hours=2) or at < start
    assert (coming is not None) or not weekly


@given(MOMENTS, LENGTHS, st.integers(0, 120), ZONES)
def test_a_weekly_one_opens_at_the_same_hours_of_the_wall_clock(
    start: datetime, length: timedelta, weeks: int, zone: ZoneInfo
) -> None:
    times = Times(start, start + length, weekly=True)
    wall = start.astimezone(zone).replace(tzinfo=None) + timedelta(weeks=weeks)
    if wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        return  # a time that the change of the clocks leaves out
    span = times.span_at(wall.replace(tzinfo=zone).astimezone(UTC), zone)
    assert span is not None
    assert span.start.astimezone(zone).replace(tzinfo=None, fold=0) == wall


def test_summer_time_moves_nothing_on_the_wall() -> None:
    times = Times(paris("2026-03-20T22:00"), paris("2026-03-21T04:00"), weekly=True)
    coming = times.next_after(paris("2026-03-28T12:00"), PARIS)
    assert coming is not None
    assert coming.start.astimezone(PARIS).isoformat() == "2026-04-03T22:00:00+02:00"


def test_hours_that_a_change_of_the_clocks_leaves_out_last_as_long_as_ever() -> None:
    times = Times(paris("2026-03-22T02:30"), paris("2026-03-22T03:10"), weekly=True)
    coming = times.next_after(paris("2026-03-28T12:00"), PARIS)
    assert coming is not None
    assert coming.end - coming.start == timedelta(minutes=40)


def test_a_last_day_ends_it() -> None:
    start = datetime(2026, 1, 5, 22, tzinfo=UTC)
    times = Times(start, start + timedelta(hours=8), weekly=True, until=date(2026, 1, 19))
    assert times.span_at(datetime(2026, 1, 20, 3, tzinfo=UTC), NOWHERE) is not None, "it opened on that day"
    assert times.span_at(datetime(2026, 1, 26, 23, tzinfo=UTC), NOWHERE) is None
    assert times.is_over(datetime(2026, 1, 20, 6, tzinfo=UTC), NOWHERE)


def test_one_that_comes_once_is_over_when_it_is_over() -> None:
    start = datetime(2026, 1, 5, 22, tzinfo=UTC)
    times = Times(start, start + timedelta(hours=1))
    assert not times.is_over(start - timedelta(days=400), NOWHERE)
    assert not times.is_over(start, NOWHERE)
    assert times.is_over(times.ends, NOWHERE)
