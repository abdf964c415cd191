"""Every page on a narrow screen, and in the eyes of axe, in light and dark."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.colleagues import Colleague, sets_up_app
from tests.journeys.looks import troubles
from tests.journeys.pages import LOOKS, NOBODY, WITH_AN_APP, Look
from tests.journeys.stack import LOGIN, TOLD, LabCluster, Stack
from tests.journeys.test_setup import begins, proves

Places = dict[str, Any]


class Windows:
    """One window for each who looks, signed in when the pages begin to be looked at, and used again for each page."""

    def __init__(self, stack: Stack, browser: Browser) -> None:
        self.stack, self.browser = stack, browser
        self.contexts: list[BrowserContext] = []
        self.pages: dict[str, Page] = {}

    def of(self, name: str) -> Colleague:
        """The window of the person of that name, or of nobody."""
        if name not in self.pages:
            context = self.browser.new_context(base_url=self.stack.address, locale="en-GB", reduced_motion="reduce")
            context.set_default_timeout(20_000)
            self.contexts.append(context)
            self.pages[name] = context.new_page()
            if name != NOBODY:
                Colleague(self.pages[name]).signs_in(name)
        return Colleague(self.pages[name])

    def close(self) -> None:
        """Close every window."""
        for context in self.contexts:
            context.close()


@pytest.fixture(scope="module")
def windows(company: Stack, browser: Browser) -> Iterator[Windows]:
    """The windows of everybody who looks."""
    made = Windows(company, browser)
    yield made
    made.close()


@pytest.fixture(scope="module")
def places(stack: Stack, unused: dict[str, list[LabCluster]], windows: Windows) -> Places:
    """A plan of each kind, operations that ended well and badly, and something in every list, made by clicking."""
    olga = windows.of(LOGIN)
    seen, stuck, unseen, guarded = (unused["2003"].pop(0).begin() for _ in range(4))
    found: Places = {"seen": seen.name, "unseen": unseen.name, "guarded": guarded.name}
    found |= moved(olga, seen, stuck) | asked(olga, windows, guarded) | kept(stack, olga, guarded) | told(olga)
    planned(olga, unseen)
    sets_up_app(windows.of(WITH_AN_APP).page)
    stack.forget(unseen.name)
    return found


def moved(olga: Colleague, seen: LabCluster, stuck: LabCluster) -> Places:
    """Operations that ended, and plans that are ready, refused, and not sure of everything."""
    found: Places = {"drill": drilled(olga, seen), "succeeded": olga.begins(seen, "failover")}
    olga.sees_ending("succeeded")
    stuck.fault(stuck.primary, "service-does-not-stop", service="MSExchangeIS")
    found["uncertain"] = olga.begins(stuck, "failover")
    olga.sees_ending("uncertain")
    for name, kind in (("ready", "failback"), ("refused", "failover")):
        olga.asks(seen, kind)
        found[name] = olga.plan()
    seen.fault(seen.standby, "handle-missing")
    olga.asks(seen, "failback")
    found["unknown"] = olga.plan()
    proves(olga, seen)
    return found | {"procedure": begins(olga)}


def drilled(olga: Colleague, cluster: LabCluster) -> str:
    """A drill, which follows the failover that comes next."""
    olga.page.goto(f"/clusters/{cluster.name}/drill/")
    olga.page.get_by_label("Reason").fill("the drill of this year")
    olga.page.get_by_role("button", name="Make the plan of the way there").click()
    olga.page.goto("/drills/")
    return str(olga.page.locator("td a[href^='/drills/']").first.get_attribute("href")).split("/")[2]


def asked(olga: Colleague, windows: Windows, guarded: LabCluster) -> Places:
    """A request that was denied, and one that waits."""
    olga.lets_failovers_wait(guarded)
    otto, pat = windows.of("otto"), windows.of("pat")
    denied = otto.prepares(guarded, "new firmware")
    pat.page.goto(f"/plans/{denied}/")
    pat.writes("Deny it", "Not before the backup.").click()
    pat.sees("It is denied.")
    return {"denied": denied, "asked": otto.prepares(guarded, "the backup is done")}


def kept(stack: Stack, olga: Colleague, guarded: LabCluster) -> Places:
    """A group, a domain whose people may sign in, what its groups mean, and a credential that was tried."""
    olga.page.goto("/people/")
    olga.page.get_by_label("Name of a new group").fill("night shift")
    olga.page.get_by_role("button", name="Add the group").click()
    olga.sees("night shift")
    olga.page.goto("/sign-ins/")
    olga.page.get_by_label("The domain's DNS name").fill("corp.example")
    olga.page.get_by_role("button", name="Let its people in").click()
    olga.page.get_by_label("Group outside").fill("CN=Mail operators,OU=Groups,DC=corp,DC=example")
    olga.page.get_by_role("button", name="Add", exact=True).click()
    olga.sees("CN=Mail operators")
    ((credential,),) = stack.rows("SELECT min(id) FROM console_credential")
    olga.page.goto(f"/inventory/credentials/{credential}/try/")
    olga.page.get_by_role("button", name="Sign in to").first.click()
    expect(olga.page.locator("#places .tone-good").first).to_be_visible()
    ((person, group, cluster, request),) = stack.rows(
        "SELECT (SELECT id FROM auth_user WHERE username = 'vera'), (SELECT id FROM auth_group), "
        "(SELECT id FROM console_cluster WHERE name = ?), "
        "(SELECT request_id FROM console_auditrecord WHERE request_id <> '' LIMIT 1)",
        guarded.name,
    )
    return {"credential": credential, "person": person, "group": group, "cluster": cluster, "request": request}


def planned(olga: Colleague, cluster: LabCluster) -> None:
    """A maintenance window, a move that begins in it by itself, and a filter of the audit that is kept."""
    page, begins = olga.page, datetime.now(UTC) + timedelta(days=1)
    page.goto("/maintenance/windows/add/")
    page.get_by_label("Of", exact=True).select_option(cluster.name)
    page.get_by_label("Begins").fill(f"{begins:%Y-%m-%dT%H:%M}")
    page.get_by_label("Ends").fill(f"{begins + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    page.get_by_label("What is done").fill("new firmware of the switching partition's controller")
    page.get_by_role("button", name="Add the window").click()
    olga.sees("new firmware")
    page.goto(f"/clusters/{cluster.name}/schedule/")
    page.get_by_label("Begins").fill(f"{begins + timedelta(minutes=30):%Y-%m-%dT%H:%M}")
    page.get_by_label("Reason").fill("moved for the new firmware")
    page.get_by_role("button", name="Schedule it").click()
    olga.sees("moved for the new firmware")
    page.goto("/audit/?outcome=failed&days=7")
    page.locator("summary", has_text="Save this filter").click()
    page.get_by_label("Name", exact=True).fill("What failed this week")
    page.get_by_role("button", name="Save", exact=True).click()
    olga.sees("What failed this week")


def told(olga: Colleague) -> Places:
    """A channel behind which nobody answers, and a rule that leads there."""
    olga.page.goto("/notifications/channels/add/webhook/")
    olga.page.get_by_label("Name").fill("on-call")
    olga.page.get_by_label("Address").fill(f"https://{TOLD}/changeover")
    olga.page.get_by_role("button", name="Save").click()
    olga.sees("whsec_")
    olga.page.goto("/notifications/rules/add/")
    olga.page.get_by_role("button", name="Save").click()
    rule = olga.page.locator("a[href^='/notifications/rules/']:not([href*='add'])").first
    numbers = {"rule": str(rule.get_attribute("href")).split("/")[3]}
    olga.page.get_by_role("link", name="on-call").first.click()
    olga.page.get_by_role("button", name="Send a test").click()
    olga.sees("did not go through")
    return numbers | {"channel": urlsplit(olga.page.url).path.split("/")[3]}


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.who or 'nobody'} {look.address}")
def test_a_page_fits_a_telephone_and_axe_finds_nothing_to_complain_about(
    windows: Windows, places: Places, look: Look
) -> None:
    page, address = windows.of(look.who).page, look.at(places)
    answer = page.goto(address, wait_until="load")
    assert answer is not None
    assert (answer.status, urlsplit(page.url).path) == (look.status, urlsplit(address).path), "it is the page asked for"
    told = troubles(page, f"{look.address} {look.seen_by}")
    assert not told, "\n".join(told)


def test_the_page_that_shows_a_token_once_looks_good_too(windows: Windows, places: Places) -> None:
    olga = windows.of(LOGIN)
    olga.page.goto("/tokens/")
    olga.page.get_by_label("Name").fill("nightly-report")
    olga.page.get_by_label("Why?").fill("the report of the night")
    olga.page.get_by_role("button", name="Make it").click()
    olga.sees("It is shown this once.")
    assert not troubles(olga.page)
    olga.page.get_by_role("link", name="I have copied it").click()
    olga.sees("nightly-report")
    assert not troubles(olga.page)


def test_a_page_that_lost_its_console_says_so_and_fits_a_telephone(windows: Windows) -> None:
    page = windows.of(LOGIN).page
    page.route("**/overview/events*", lambda route: route.abort())  # Chromium lets what flows already flow on
    page.goto("/")
    expect(page.locator("#link")).to_contain_text("Asking every 5 s")
    page.context.set_offline(True)
    try:
        expect(page.locator("#link")).to_contain_text("Offline since")
        told = troubles(page, "offline")
    finally:
        page.context.set_offline(False)
        page.unroute("**/overview/events*")
    assert not told, "\n".join(told)
