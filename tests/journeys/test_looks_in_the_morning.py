"""The pages of what happened by itself, as full as they get: on a narrow screen, and in the eyes of axe."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import People
from tests.journeys.looks import troubles
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack
from tests.journeys.test_takeover import dies_unmoved

PAGES = ("/", "/clusters/{taken}/", "/operations/{second}/", "/plans/{takeover}/")


@pytest.fixture(scope="module")
def places(
    stack: Stack, unused: dict[str, list[LabCluster]], browser: Browser, signed_in: Any
) -> Iterator[dict[str, Any]]:
    """Two takeovers within a cooldown and the alarm of the second, a takeover to confirm, and a global stop."""
    taken, dead = unused["scripted"].pop(0).begin(), unused["2007"].pop(0).begin()
    taken.power(taken.primary, on=False)
    first = taken.taken_over()
    taken.power(taken.primary, on=True)
    taken.power(taken.standby, on=False)
    second = taken.taken_over(but=first)
    dies_unmoved(dead)
    context = browser.new_context(base_url=stack.address, storage_state=signed_in)
    olga = Person(context.new_page())
    olga.asks_to_take_over(dead)
    takeover = olga.plan()
    olga.page.goto("/")
    olga.writes("Stop everything", "the storage is being serviced").click()
    olga.sees("Everything that the console would start is stopped.")
    yield {"taken": taken.name, "second": second, "takeover": takeover}
    olga.page.goto("/")
    olga.writes("Lift this stop", "over").click()
    olga.sees("The global stop is lifted.")
    context.close()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_full_of_news_fits_a_telephone_and_axe_finds_nothing_to_complain_about(
    people: People, places: dict[str, Any], address: str
) -> None:
    olga = people(reduced_motion="reduce")
    olga.page.goto(address.format(**places), wait_until="load")
    olga.sees("Global stop.")
    told = troubles(olga.page, f"{address} in the morning")
    assert not told, "\n".join(told)
