"""By keyboard alone: nodes made ready for Exchange, given their scripts, and what a set-up says of itself read."""

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import LabCluster
from tests.setup_log.samples import OLD_SHARE

pytestmark = pytest.mark.usefixtures("keys")


def test_nodes_are_prepared_and_given_their_scripts_and_a_log_of_the_set_up_is_handed_in(
    olga: Person, cluster: LabCluster
) -> None:
    page, at = olga.page, f"/clusters/{cluster.name}"
    page.goto(f"{at}/prepare/")
    page.get_by_role("button", name="Look now").click()
    expect(page.locator("#proof")).to_contain_text("ago", timeout=45_000)
    page.goto(f"{at}/set-up-errors/")
    page.locator("textarea").fill("Setup failed while installing sub-component")
    page.get_by_role("button", name="What does it mean?").click()
    expect(page.get_by_role("heading", name="What it means")).to_be_visible()
    page.goto(f"{at}/scripts/")
    page.get_by_label("Where the nodes reach the console").fill("http://console.corp.example:8000")
    page.get_by_role("button", name="Save and compare").click()
    page.locator("#reason-deploy").fill("the first ones")
    page.get_by_role("button", name="Deploy to both nodes").click()
    expect(page.locator("#told")).to_contain_text("has no script resource", timeout=45_000)
    page.goto("/set-up-logs/")
    file = {"name": "Exchange Server Setup Progress.log", "mimeType": "text/plain", "buffer": OLD_SHARE}
    page.get_by_label("Set-up log").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Exchange Server Setup Progress.log")
