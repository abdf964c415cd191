"""A set-up procedure on a cluster that is set up: begun, answered, paused, handed over, resumed, and printed."""

import re

from playwright.sync_api import Locator, expect

from tests.journeys.conftest import People
from tests.journeys.looks import troubles
from tests.journeys.person import Person, sign_in
from tests.journeys.stack import PASSWORD, LabCluster, Stack

WORDS = "Looked at it on both nodes, and it is so."


def box(person: Person) -> Locator:
    """What the page says is next."""
    return person.page.get_by_role("region", name="What is next")


def proves(person: Person, cluster: LabCluster) -> None:
    """Open the procedure from the cluster's page and have it proved."""
    person.opens(cluster)
    title = f"Set up Exchange Server {cluster.generation} on both nodes"
    person.page.get_by_role("link", name=title).click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text(title)
    person.page.get_by_role("button", name="Prove now").click()
    expect(person.page.get_by_text("Steps that hold")).to_be_visible(timeout=45_000)
    expect(person.page.locator("#step-2 > .setup-step__state")).to_have_text("holds")
    expect(person.page.locator("#step-3 > .setup-step__state")).to_have_text("by a person's word")


def begins(person: Person) -> int:
    """From the procedure's page: plan it, confirm it, and arrive where it rests; the operation's number."""
    person.page.get_by_role("button", name="Start", exact=True).click()
    person.page.wait_for_url(re.compile(r"/plans/\d+/"))
    person.waits_for_plan()
    person.page.get_by_label("Reason").fill("a new pair")
    person.page.get_by_role("button", name="Begin it now").click()
    person.page.wait_for_url(re.compile(r"/operations/\d+/"))
    rests(person)
    return person.operation


def rests(person: Person) -> None:
    """It waits for a person's word; the page came to that by itself."""
    expect(person.now).to_contain_text("waiting for a person", timeout=60_000)
    expect(box(person).get_by_role("button", name="It is done").first).to_be_visible()


def answers(person: Person) -> None:
    """Give one's word for what is next, and wait until the page shows what comes after."""
    before = box(person).get_by_role("heading", level=3).first.inner_text()
    box(person).locator("textarea").first.fill(WORDS)
    box(person).get_by_role("button", name="It is done").first.click()
    shown = person.page.locator(".setup-next h3, .now--succeeded").first
    expect(shown).not_to_have_text(before, timeout=60_000)
    expect(person.now.locator(".badge").first).to_have_text(
        re.compile("waiting for a person|succeeded"), timeout=60_000
    )


def folded(person: Person, fold: str) -> Locator:
    """The form in that fold, opened if it is not."""
    found = person.page.locator("details", has=person.page.locator("summary", has_text=fold))
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found


def test_a_procedure_is_begun_answered_paused_handed_over_resumed_and_printed(
    stack: Stack, olga: Person, people: People, night: LabCluster
) -> None:
    stack.manage("account", "add", "nora", "--role", "operator", "--password-stdin", typed=PASSWORD)
    proves(olga, night.alone())
    operation = begins(olga)
    answers(olga)
    rests(olga)
    found = troubles(olga.page)
    assert not found, "\n".join(found)

    pause = folded(olga, "Pause it")
    pause.locator("input[name=reason]").fill("until tomorrow")
    pause.get_by_role("button", name="Pause").click()
    expect(olga.now).to_contain_text("Paused by olga.")
    hand = folded(olga, "Hand it over")
    hand.locator("select").select_option("nora")
    hand.locator("input[name=note]").fill("the builder is open")
    hand.get_by_role("button", name="Hand over").click()
    olga.sees("for nora")

    nora = people(known=False)
    sign_in(nora.page, "nora")
    nora.opens(night)
    expect(nora.page.locator("#headline")).to_contain_text("paused by olga")
    nora.page.goto(f"/operations/{operation}/")
    nora.page.get_by_role("button", name="Resume").click()
    rests(nora)
    rests(olga)  # her page followed, unasked
    while "succeeded" not in nora.now.locator(".badge").first.inner_text():
        answers(nora)
    assert night.untouched(), "on a cluster that is set up nothing was changed"

    nora.page.get_by_role("link", name="The record, to print").click()
    nora.page.emulate_media(media="print")
    expect(nora.page.locator("header.bar")).to_be_hidden()
    steps = nora.page.locator("section", has=nora.page.locator("#record-steps")).locator("tbody tr")
    said = steps.filter(has_text="said to be done")
    assert {row.locator("td").nth(4).inner_text() for row in said.all()} == {"olga", "nora"}
    nora.sees("until tomorrow", "the builder is open", WORDS)
    number = nora.page.locator("a", has_text=re.compile(r"^#\d+$")).count()
    assert number >= 5, "confirmed, answered, paused, handed over, resumed: each with its number in the audit"
