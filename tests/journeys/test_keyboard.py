"""The journeys by keyboard alone: no click, nothing focused but by keys, and the focus seen at each stop."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import test_diagnosing, test_first, test_refusals, test_setup, test_stopping, test_takeover
from tests.journeys.colleagues import sets_up_app
from tests.journeys.conftest import People, Who
from tests.journeys.keyboard import stops, tab_to
from tests.journeys.looks import troubles
from tests.journeys.person import Person
from tests.journeys.stack import LOGIN, PASSWORD, LabCluster, Stack
from tests.sign_in.browsers import code

pytestmark = pytest.mark.usefixtures("keys")
"""What these journeys share with the others by name, they do by keys."""


def chooses(person: Person, words: str, entry: str) -> None:
    """Open the palette, type, and take that entry, going down to it."""
    page = person.page
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Jump to")
    expect(field).to_be_focused()
    page.keyboard.type(words)
    wanted = page.get_by_role("dialog").get_by_role("option", name=entry).first
    expect(wanted).to_be_visible()
    for _ in range(20):
        if wanted.get_attribute("aria-selected") == "true":
            break
        page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", str(wanted.get_attribute("id")))
    page.keyboard.press("Enter")


def test_from_signing_in_with_a_code_to_the_plan_of_the_way_back(who: Who, cluster: LabCluster) -> None:
    kei = who("kei")
    secret = sets_up_app(kei.page)
    kei.signs_out()
    page = kei.page
    expect(page.get_by_label("Name")).to_be_focused()
    kei.types("kei", "Tab", PASSWORD, "Enter")
    expect(page.get_by_label("Code of your app")).to_be_focused()
    kei.types(code(secret), "Enter")
    page.get_by_role("link", name=cluster.name, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(cluster.name)
    page.get_by_role("button", name="Fail over").click()
    expect(kei.confirm_button).to_be_visible(timeout=45_000)
    page.get_by_label("Reason").fill("by keyboard")
    kei.confirm_button.click()
    kei.sees_ending("succeeded")
    kei.sees("by keyboard", f"Mail is up on {cluster.standby}, proved.")
    page.get_by_role("button", name="Fail back").click()
    expect(kei.confirm_button).to_be_visible(timeout=45_000)
    assert cluster.owner() == cluster.standby
    assert not kei.troubles


def test_after_a_refused_form_the_focus_is_on_what_says_why(who: Who, cluster: LabCluster) -> None:
    otto = who("otto")
    page = otto.page
    page.goto(f"/clusters/{cluster.name}/drill/")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Drill of {cluster.name}")
    assert page.evaluate("document.activeElement === document.body"), "no form was sent"
    page.get_by_label("Reason").fill(" ")
    page.get_by_role("button", name="Make the plan of the way there").click()
    expect(page.get_by_label("Reason")).to_be_focused()
    expect(page.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    otto.signs_out()
    expect(page.get_by_label("Name")).to_be_focused()
    otto.types("otto", "Tab", "not the password", "Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    otto.types("Tab")
    expect(page.get_by_label("Name")).to_be_focused()


def test_one_asks_and_another_approves(who: Who, cluster: LabCluster) -> None:
    who(LOGIN).lets_failovers_wait(cluster)
    otto = who("otto")
    plan = otto.prepares(cluster, "new firmware")
    pat = who("pat")
    pat.finds_waiting(plan, cluster)
    pat.page.get_by_label("A word to it, if you like").fill("After the backup.")
    pat.page.get_by_role("button", name="Approve it").click()
    pat.sees("You have approved it.")
    otto.confirms("new firmware")
    otto.sees_ending("succeeded")


def test_searching_the_history_and_the_audit(olga: Person, cluster: LabCluster) -> None:
    page = olga.page
    page.goto("/")
    page.get_by_role("link", name="Operations", exact=True).click()
    page.get_by_label("Ending").select_option(label="succeeded")
    page.get_by_label("Cluster").fill(cluster.name)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"cluster={cluster.name}"))
    page.get_by_role("link", name="Audit", exact=True).click()
    page.get_by_label("Text").first.fill("inventory")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("text=inventory"))
    expect(page.get_by_role("row").nth(1).get_by_role("link").first).to_be_visible()


def test_asking_to_stop(olga: Person, cluster: LabCluster) -> None:
    test_stopping.test_a_stop_before_the_first_change_leaves_everything_as_it_was(olga, cluster)


def test_taking_over_with_what_has_to_be_typed(olga: Person, night: LabCluster) -> None:
    journey = (
        "test_a_takeover_is_refused_while_the_product_calls_the_other_server_online_and_asks_to_type_when_it_is_down"
    )
    getattr(test_takeover, journey)(olga, night)


def test_giving_a_role_and_asking_why(who: Who, cluster: LabCluster) -> None:
    who(LOGIN).gives_role("ned", "viewer", cluster)
    ned = who("ned")
    ned.page.goto("/rights/why/")
    ned.page.get_by_label("Cluster").select_option(cluster.name)
    ned.page.get_by_role("button", name="Ask").click()
    expect(ned.page.get_by_role("region", name=re.compile("^(No|Yes)"))).to_be_visible()


def test_finding_a_cluster_out_from_one_node(olga: Person, mail2003: LabCluster) -> None:
    test_first.test_a_cluster_is_found_from_one_node_checked_and_saved(olga, mail2003)


def test_every_stop_of_a_page_is_reached_both_ways_and_the_first_leads_past_the_bar(
    olga: Person, cluster: LabCluster
) -> None:
    olga.asks(cluster, "failover")
    page = olga.page
    for address in (page.url, "/operations/", "/inventory/"):
        page.goto(address)
        there = stops(page)
        assert len(there) > 15
        page.goto(address)
        assert stops(page, most=len(there)) == there
        assert stops(page, "Shift+Tab", most=len(there) - 1) == there[-2::-1], "the same way back"
        page.goto(address)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the page")).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_the_palette_leads_and_never_acts(people: People, cluster: LabCluster) -> None:
    olga = people()
    page = olga.page
    page.goto("/operations/")
    tab_to(page.get_by_role("button", name="Jump to"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Jump to")).to_be_focused()
    chooses(olga, f"fail over {cluster.name}", f"Fail over {cluster.name} to {cluster.standby}")
    expect(page).to_have_url(re.compile(rf"/clusters/{cluster.name}/#move-failover$"))
    expect(page.get_by_role("button", name="Fail over")).to_be_focused()
    assert cluster.untouched()
    chooses(olga, "users", "People")
    expect(page).to_have_url(re.compile("/people/$"))
    assert not olga.troubles


def test_the_palette_is_read_out_and_looks_good(olga: Person, cluster: LabCluster) -> None:
    page = olga.page
    page.goto("/reports/")
    page.keyboard.press("Control+k")
    page.keyboard.type(cluster.name)
    dialog = page.get_by_role("dialog", name="Jump to a page")
    expect(dialog.get_by_role("group", name="Clusters").get_by_role("option")).to_have_count(1)
    expect(dialog.get_by_role("status")).to_have_text(re.compile(r"^\d+ entries$"))
    assert not troubles(page)
    page.keyboard.type(" nowhere")
    expect(dialog.get_by_role("status")).to_contain_text("Nothing that you may open fits")
    expect(page.get_by_role("combobox", name="Jump to")).to_have_attribute("aria-expanded", "false")
    assert not troubles(page)


def test_no_key_acts_in_a_field_and_single_keys_can_be_switched_off(people: People) -> None:
    olga = people()
    page = olga.page
    page.goto("/operations/")
    page.keyboard.press("?")
    helping = page.get_by_role("dialog", name="Keys")
    expect(helping).to_be_visible()
    assert not troubles(page)
    page.keyboard.press("Escape")
    page.goto("/palette/")
    page.get_by_label("What?").fill("?")
    page.keyboard.press("Control+k")
    expect(page.get_by_label("What?")).to_have_value("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Keys without Ctrl").uncheck()
    page.goto("/operations/")
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_have_count(1)
    expect(page.get_by_role("dialog", name="Jump to a page")).to_be_visible()
    assert not olga.troubles


def test_diagnosing_and_repairing(olga: Person, kyoto: LabCluster) -> None:
    test_diagnosing.test_what_a_set_up_left_undone_is_found_explained_and_mended(olga, kyoto)


def test_beginning_a_procedure_answering_it_and_giving_it_up(
    company: Stack, olga: Person, mail2003: LabCluster
) -> None:
    test_setup.proves(olga, mail2003)
    test_setup.begins(olga)
    test_setup.answers(olga)
    test_setup.rests(olga)
    olga.page.get_by_role("button", name="Check again").first.click()
    test_setup.rests(olga)
    olga.writes("Pause it", "until tomorrow").click()
    expect(olga.now).to_contain_text("Paused by olga.")
    hand = test_setup.folded(olga, "Hand it over")
    hand.locator("select").select_option("otto")
    hand.locator("input[name=note]").fill("the builder is open")
    hand.get_by_role("button", name="Hand over").click()
    olga.sees("for otto")
    olga.page.get_by_role("button", name="Resume").click()
    test_setup.rests(olga)
    olga.writes("Give it up", "it is set up already").click()
    olga.sees_ending("stopped")


def test_what_is_refused_is_checked_again(olga: Person, cluster: LabCluster) -> None:
    test_refusals.test_a_partition_in_use_is_refused_and_who_uses_it_is_named(olga, cluster)
