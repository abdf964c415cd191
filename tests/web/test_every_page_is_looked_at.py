"""No page is left out when the pages are looked at in a browser: their list is held against the site's addresses."""

from pathlib import Path

import pytest
from django.urls import resolve

from tests.access.routes import routes
from tests.journeys.pages import ELSEWHERE, LOOKS, NO_PAGE

ROOT = Path(__file__).parents[2]
OF_PAGES = {route.path for route in routes() if not route.signed and route.door and "GET" in route.door.methods}
MISSING = {look for look in LOOKS if look.status in (404, 405)}


def test_every_route_that_shows_a_page_is_looked_at_once_at_least() -> None:
    looked = {resolve(look.anywhere).route for look in LOOKS if look not in MISSING}
    left_out = OF_PAGES - looked - ELSEWHERE.keys() - NO_PAGE.keys()
    assert not left_out, "add a Look to tests/journeys/pages.py for each"


def test_what_is_said_to_be_elsewhere_or_no_page_is_a_route() -> None:
    assert not (ELSEWHERE.keys() | NO_PAGE.keys()) - OF_PAGES
    assert not ELSEWHERE.keys() & NO_PAGE.keys()


@pytest.mark.parametrize("file", sorted(set(ELSEWHERE.values())))
def test_the_files_said_to_look_do_look(file: str) -> None:
    assert "troubles(" in (ROOT / file).read_text(encoding="utf-8")
