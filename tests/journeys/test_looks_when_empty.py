"""Every page as somebody sees it who has just installed the console: on a narrow screen, and in the eyes of axe."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.looks import troubles
from tests.journeys.pages import EMPTY, Look
from tests.journeys.person import sign_in
from tests.journeys.stack import Stack


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A console with nothing in it."""
    made = Stack(tmp_path_factory.mktemp("empty"), 0, 0)
    try:
        made.start_empty()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def newcomer(installed: Stack, browser: Browser) -> Iterator[Page]:
    """The window of the one person who can sign in."""
    context = browser.new_context(base_url=installed.address, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = context.new_page()
    sign_in(page)
    yield page
    context.close()


@pytest.mark.parametrize("look", EMPTY, ids=lambda look: look.address)
def test_an_empty_page_fits_a_telephone_and_axe_finds_nothing_to_complain_about(newcomer: Page, look: Look) -> None:
    answer = newcomer.goto(look.address, wait_until="load")
    assert answer is not None
    assert answer.status == look.status
    told = troubles(newcomer, f"{look.address} empty")
    assert not told, "\n".join(told)


def test_a_page_that_breaks_says_what_that_means_for_operations(installed: Stack, newcomer: Page) -> None:
    installed.rows("ALTER TABLE console_savedfilter RENAME TO put_away")
    try:
        answer = newcomer.goto("/audit/filters/", wait_until="load")
    finally:
        installed.rows("ALTER TABLE put_away RENAME TO console_savedfilter")
    assert answer is not None
    assert answer.status == 500
    expect(newcomer.get_by_role("heading", level=1)).to_have_text("The console made a mistake")
    told = troubles(newcomer, "error 500")
    assert not told, "\n".join(told)


def test_a_form_without_its_token_says_that_nothing_was_done(newcomer: Page) -> None:
    newcomer.goto("/account/password/", wait_until="load")
    with newcomer.expect_response(lambda answer: answer.request.method == "POST") as got:
        newcomer.evaluate("""() => {
          const token = document.querySelector("main form[method=post] [name=csrfmiddlewaretoken]");
          const form = token.form;
          token.remove();
          form.submit();
        }""")
    assert got.value.status == 403
    newcomer.wait_for_load_state("load")
    told = troubles(newcomer, "error form without its token")
    assert not told, "\n".join(told)
