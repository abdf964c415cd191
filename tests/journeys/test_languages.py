"""A reader in Japan: the whole way to a failover in their language and their time, and English when they like."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.looks import troubles
from tests.journeys.stack import LOGIN, PASSWORD, LabCluster, Stack

ENDING = 90_000
HERE = "Asia/Tokyo (JST)"


@pytest.fixture(scope="module")
def page(stack: Stack, browser: Browser) -> Iterator[Page]:
    """A window of a browser that speaks Japanese and stands in Tokyo; nobody is signed in.

    Whoever signs in with the same account afterwards finds nothing chosen.
    """
    context = browser.new_context(base_url=stack.address, locale="ja-JP", timezone_id="Asia/Tokyo")
    context.set_default_timeout(20_000)
    made = context.new_page()
    yield made
    chooses(made, "")
    context.close()


def chooses(page: Page, language: str) -> None:
    """On the account's page choose a language by its code, or leave it to the browser."""
    page.goto("/account/")
    page.locator("#id_language").select_option(language)
    page.locator("form[action='/account/reading/'] button").click()
    expect(page.locator("#id_language")).to_have_value(language)


def looks_japanese(page: Page, name: str) -> None:
    """The page says its language, has a heading in it, fits a telephone and satisfies axe."""
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    told = troubles(page, f"japanese {name}")
    assert not told, "\n".join(told)


def test_the_whole_way_to_a_failover_is_there_in_japanese(page: Page, cluster: LabCluster) -> None:
    page.goto("/")
    looks_japanese(page, "sign-in")
    page.get_by_label("名前").fill(LOGIN)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("クラスタ")
    expect(page.locator(".foot")).to_contain_text(HERE)
    looks_japanese(page, "overview")
    page.goto(f"/clusters/{cluster.name}/")
    expect(page.locator("#headline")).to_contain_text("メールは稼動しています。")
    looks_japanese(page, "cluster")
    page.get_by_role("button", name="フェイルオーバ", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("を今すぐ実行$"))).to_be_visible(timeout=45_000)
    looks_japanese(page, "plan")
    page.get_by_label("理由").fill("ファームウェア更新")
    page.get_by_role("button", name=re.compile("を今すぐ実行$")).click()
    page.wait_for_url(re.compile(r"/operations/\d+/"))
    expect(page.locator("#now .badge")).to_have_text("成功", timeout=ENDING)
    looks_japanese(page, "operation")


@pytest.mark.parametrize(
    "address",
    [
        *("/operations/", "/approvals/", "/account/", "/wall/", "/no-such-page/"),
        *("/inventory/clusters/add/", "/notifications/", "/rights/", "/audit/", "/reports/", "/findings/", "/first/"),
    ],
)
def test_the_pages_beside_it_are_there_too(page: Page, address: str) -> None:
    page.goto(address)
    looks_japanese(page, address)


def test_a_reader_who_wants_english_gets_it_and_keeps_their_time(page: Page) -> None:
    chooses(page, "en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/operations/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Operations")
    expect(page.locator(".foot")).to_contain_text(HERE)
    page.get_by_role("button", name="日本語").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("操作")
