"""Whatever comes in whatever order: one go at most that has not expired, one operation at most, no go told twice."""

import pytest
from hypothesis import given, settings

from tests.automatic.nights import EXAMPLES, NIGHTS, Act, live_through


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=EXAMPLES)
@given(acts=NIGHTS)
def test_one_go_at_most_whatever_happens_in_whatever_order(acts: list[Act]) -> None:
    live_through(acts)
