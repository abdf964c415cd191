"""Every page as somebody sees it who has just installed the console: on a narrow screen, and in the eyes of axe."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.looks import troubles
from tests.journeys.pages import EMPTY, Look
from tests.journeys.person import sign_in
from tests.journeys.stack import Stack


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Page]:
    """The window of the one person who can sign in."""
    made = Stack(tmp_path_factory.mktemp("empty"), 0, 0)
    try:
        made.start_empty()
        context = browser.new_context(base_url=made.address, locale="en-GB", reduced_motion="reduce")
        context.set_default_timeout(20_000)
        page = context.new_page()
        sign_in(page)
        yield page
        context.close()
    finally:
        made.stop()


@pytest.mark.parametrize("look", EMPTY, ids=lambda look: look.address)
def test_an_empty_page_fits_a_telephone_and_axe_finds_nothing_to_complain_about(newcomer: Page, look: Look) -> None:
    answer = newcomer.goto(look.address, wait_until="load")
    assert answer is not None
    assert answer.status == look.status
    told = troubles(newcomer, f"{look.address} empty")
    assert not told, "\n".join(told)
