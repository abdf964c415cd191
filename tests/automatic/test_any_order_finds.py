"""The nights in any order find a console out that lacks one of its safeguards: they could have failed."""

from collections.abc import Callable

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings

from console.domain.events.opinion import Holding, Opinion
from console.models.automatic import ONE_GO
from console.services import goes
from tests.automatic.nights import EXAMPLES, NIGHTS, Act, live_through

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(400)]

TIMES = 8


def no_withdrawal(patch: pytest.MonkeyPatch) -> None:
    """What was let go is not taken back."""
    patch.setattr(goes, "withdraw", lambda run, reason: False)


def no_look_at_the_standing_go(patch: pytest.MonkeyPatch) -> None:
    """A go is given whatever other go stands, and the database does not mind."""
    patch.setattr(goes, "current", lambda cluster_id: None)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP INDEX "{ONE_GO}"')


def no_second_opinion(patch: pytest.MonkeyPatch) -> None:
    """Nobody ever holds the group."""
    patch.setattr(Opinion, "verdict", lambda self: Holding.FREE)


def found() -> str:
    """What the first night that goes wrong breaks, of some times as many as are tried elsewhere.

    The same ones every time for the same console; which they are changes with its code, from which hypothesis takes
    values, so that a single run's worth may miss.
    """

    @settings(
        max_examples=TIMES * EXAMPLES,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(acts=NIGHTS)
    def nights(acts: list[Act]) -> None:
        live_through(acts)

    try:
        nights()
    except AssertionError as broken:
        return str(broken)
    return ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("remove", "breaks"),
    [
        (no_withdrawal, "a go to fetch whose operation has ended"),
        (no_look_at_the_standing_go, "one go at most"),
        (no_second_opinion, "is active, and"),
    ],
)
def test_a_console_without_a_safeguard_is_found_out(
    remove: Callable[[pytest.MonkeyPatch], None], breaks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove(monkeypatch)
    assert breaks in found()
