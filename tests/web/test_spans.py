"""Durations and ages in words."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from console.web import spans


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (11220, "3 h 07 min"),
        (86400, "1 d 0 h"),
        (360000, "4 d 4 h"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert spans.in_words(seconds) == words


@pytest.mark.parametrize("value", [None, "", "yesterday", 12, {"at": 1}])
def test_what_is_no_time_is_stale_and_never_an_error(value: object) -> None:
    assert spans.moment(value) is None
    assert spans.is_stale(value)


@given(st.integers(min_value=0, max_value=10**7))
def test_a_fact_is_stale_when_it_is_older_than_allowed(age: int) -> None:
    at = timezone.now() - timedelta(seconds=age)
    if abs(age - spans.stale_after()) > 2:
        assert spans.is_stale(at.isoformat()) == (age > spans.stale_after())


def test_a_clock_that_is_ahead_gives_no_negative_age() -> None:
    assert spans.seconds_since(timezone.now() + timedelta(minutes=5)) == 0
