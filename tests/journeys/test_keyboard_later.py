"""By keyboard alone: what begins later is made and ended again: a window, a move by the clock, a drill."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import LabCluster

pytestmark = pytest.mark.usefixtures("keys")


def test_a_window_a_move_by_the_clock_and_a_drill_are_made_and_ended(olga: Person, cluster: LabCluster) -> None:
    page, begins = olga.page, datetime.now(UTC) + timedelta(days=1)
    page.goto("/maintenance/")
    page.get_by_role("link", name="Add a window").click()
    page.get_by_label("Of", exact=True).select_option(cluster.name)
    page.get_by_label("Begins").fill(f"{begins:%Y-%m-%dT%H:%M}")
    page.get_by_label("Ends").fill(f"{begins + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    page.get_by_label("What is done").fill("new firmware")
    page.get_by_role("button", name="Add the window").click()
    expect(page.get_by_role("row").filter(has_text="new firmware")).to_contain_text(cluster.name)
    page.goto(f"/clusters/{cluster.name}/schedule/")
    page.get_by_label("Begins").fill(f"{begins + timedelta(minutes=30):%Y-%m-%dT%H:%M}")
    page.get_by_label("Reason").fill("moved for it")
    page.get_by_role("button", name="Schedule it").click()
    page.goto("/maintenance/")
    of_it = page.get_by_role("row").filter(has_text=cluster.name)
    olga.writes("Cancel it", "another night", of_it.filter(has_text="moved for it")).click()
    olga.writes("End it", "another night", of_it.filter(has_text="new firmware")).click()
    expect(of_it.get_by_text("End it")).to_have_count(0)
    page.goto(f"/clusters/{cluster.name}/drill/")
    page.get_by_label("Reason").fill("the drill of this year")
    page.get_by_role("button", name="Make the plan of the way there").click()
    page.wait_for_url(re.compile(r"/plans/\d+/"))
    olga.waits_for_plan()
    page.goto("/drills/")
    page.locator("td a[href^='/drills/']").first.click()
    page.get_by_role("button", name="Plan it again").click()
    page.wait_for_url(re.compile(r"/plans/\d+/"))
    page.goto("/drills/")
    page.locator("td a[href^='/drills/']").first.click()
    olga.writes("End the drill here", "no time").click()
    expect(page.get_by_role("heading", name="How it ended")).to_be_visible()
    assert cluster.untouched()
