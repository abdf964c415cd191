"""Every page on a narrow screen, and in the eyes of axe, in light and dark."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import People
from tests.journeys.looks import complaints, sticks_out
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack
from tests.journeys.test_setup import begins, proves

PAGES = (
    "/sign-in/",
    "/",
    "/clusters/{seen}/",
    "/clusters/{unseen}/",
    "/plans/{ready}/",
    "/plans/{ready}/mailboxes/",
    "/plans/{unknown}/",
    "/plans/{refused}/",
    "/operations/{succeeded}/",
    "/operations/{uncertain}/",
    "/clusters/{seen}/procedures/exchange-2003-setup/",
    "/clusters/{seen}/scripts/",
    "/clusters/{seen}/prepare/",
    "/clusters/{seen}/set-up-errors/",
    "/operations/{procedure}/",
    "/operations/{procedure}/record/",
    "/operations/",
    "/audit/",
    "/audit/1/",
    "/inventory/",
    "/inventory/apply/",
    "/inventory/cluster/add/",
    "/inventory/credentials/1/try/",
    "/tokens/",
    "/notifications/",
    "/notifications/channels/add/service/",
    "/nowhere/",
)
Places = dict[str, Any]


@pytest.fixture(scope="module")
def places(stack: Stack, unused: dict[str, list[LabCluster]], browser: Browser, signed_in: Any) -> Places:
    """A plan of each kind, and operations that ended well and badly, made by clicking."""
    context = browser.new_context(base_url=stack.address, storage_state=signed_in)
    olga = Person(context.new_page())
    seen, stuck, unseen = (unused["2003"].pop(0).begin() for _ in range(3))
    found: Places = {"seen": seen.name, "unseen": unseen.name}
    found["succeeded"] = olga.begins(seen, "failover")
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
    found["procedure"] = begins(olga)
    context.close()
    stack.forget(unseen.name)
    return found


@pytest.fixture
def opened(people: People, places: Places, address: str) -> Any:
    """Opens the page in a window with these options."""

    def open_page(**options: Any) -> Person:
        person = people(known=address != "/sign-in/", **options)
        person.page.goto(address.format(**places), wait_until="load")
        return person

    return open_page


@pytest.mark.parametrize("address", PAGES)
def test_no_page_scrolls_sideways_on_a_telephone(opened: Any, address: str) -> None:
    wide = sticks_out(opened(viewport={"width": 390, "height": 844}).page)
    assert wide == [], "\n".join(wide)


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_to_complain_about_in_light_and_in_dark(opened: Any, address: str) -> None:
    told = complaints(opened(reduced_motion="reduce").page)
    assert not told, "\n".join(told)
