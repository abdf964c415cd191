"""A run is followed whatever breaks on the way, and of a journal of a hundred thousand lines each is at hand."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from console.demo.ready import LOOPBACK
from tests.chaos.proxy import Proxy, State
from tests.journeys.looks import troubles
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack
from tests.journeys.test_live import journal, sees_every_line_once

MANY = 100_000
LONG = 6_000
"""More lines than a page holds."""
BURST = 700
"""More lines than one answer of the server has."""
IN_VIEW = """() => {
  const view = document.getElementById("journal").getBoundingClientRect();
  return [...document.querySelectorAll("#groups .jl")].filter((one) => {
    const { top, bottom } = one.getBoundingClientRect();
    return bottom > view.top + 30 && top < view.bottom;
  }).map((one) => Number(one.id.slice(1)));
}"""
"""The numbers of the lines that can be seen."""
AT_REST = """() => new Promise((settled) => {
  const view = document.getElementById("journal");
  let [at, since] = [view.scrollTop, performance.now()];
  const look = () => {
    if (view.scrollTop !== at) [at, since] = [view.scrollTop, performance.now()];
    if (performance.now() - since > 250) settled(true); else requestAnimationFrame(look);
  };
  look();
})"""
"""Fulfilled when the journal has stood still for a moment: keys scroll it smoothly."""
WALK = """async () => {
  const found = [];
  const blocks = [...document.querySelectorAll("#groups .jlines")];
  for (const group of document.querySelectorAll("#groups details")) group.open = true;
  for (const block of blocks) {
    block.scrollIntoView();
    while (block.dataset.state !== "full") await new Promise(requestAnimationFrame);
    for (const line of block.children) {
      found.push([line.querySelector(".jl__seq").textContent, line.querySelector(".jl__text").textContent]);
    }
  }
  return found;
}"""
"""Goes through the journal from its beginning to its end: the lines that came by, numbers and texts."""
SCROLLED_AWAY = """() => {
  const { scrollHeight, scrollTop, clientHeight } = document.getElementById("journal");
  return scrollHeight - scrollTop - clientHeight > 200;
}"""


def writes(stack: Stack, operation: int, count: int, words: str = "line") -> int:
    """More lines of the last step, as its worker would write them; the number of the last one."""
    with closing(sqlite3.connect(stack.folder / "changeover.sqlite3", timeout=20)) as database, database:
        database.execute("BEGIN IMMEDIATE")
        query = "SELECT last_seq, current_step FROM console_operation WHERE id = ?"
        ((last, step),) = database.execute(query, [operation])
        rows = ((operation, seq, step, f"{words} {seq}") for seq in range(last + 1, last + count + 1))
        insert = (
            "INSERT INTO console_journalline (operation_id, seq, at, kind, step, text) "
            "VALUES (?, ?, strftime('%Y-%m-%d %H:%M:%f', 'now'), 'output', ?, ?)"
        )
        database.executemany(insert, rows)
        database.execute("UPDATE console_operation SET last_seq = ? WHERE id = ?", [last + count, operation])
    return int(last) + count


def line(person: Person, number: int) -> Locator:
    return person.page.locator(f"#L{number}")


def in_view(person: Person) -> list[int]:
    found: list[int] = person.page.evaluate(IN_VIEW)
    return found


def held(person: Person) -> int:
    """How many lines the page holds."""
    return person.page.locator("#groups .jl").count()


def finds_every_line_once(person: Person, stack: Stack) -> None:
    """Who goes through the journal on the page meets the database's lines, in their order, each once."""
    kept = journal(stack, person.operation)
    expect(line(person, kept[-1][0])).to_be_attached()
    assert [(int(seq), text) for seq, text in person.page.evaluate(WALK)] == kept


@pytest.fixture
def olga(olga: Person) -> Person:
    """An operator whose window is high enough for the journal below the rest."""
    olga.page.set_viewport_size({"width": 1280, "height": 1800})
    return olga


@pytest.fixture
def slow(cluster: LabCluster) -> LabCluster:
    """A cluster whose operations take long enough to be looked at."""
    cluster.fault(cluster.primary, "slow", ms="400")
    return cluster


def ends(person: Person, cluster: LabCluster) -> None:
    """Let it come to its end."""
    cluster.fault(cluster.primary, "slow", on=False)
    person.sees_ending("succeeded")


LOST = re.compile("^(Connection lost, reconnecting|Offline since .*)$")


@pytest.fixture
def network() -> Iterator[Proxy]:
    """What lies between a browser and the pages."""
    with Proxy() as proxy:
        yield proxy


def test_through_a_cut_line_and_new_pages_and_a_new_worker_it_says_so_recovers_alone_and_has_every_line_once(
    stack: Stack, olga: Person, slow: LabCluster, network: Proxy
) -> None:
    number = olga.begins(slow, "failover")
    writes(stack, number, LONG)
    to = urlsplit(stack.address)
    port = network.add("pages", LOOPBACK, str(to.hostname), int(to.port or 0))
    olga.page.goto(f"http://{LOOPBACK}:{port}/operations/{number}/")
    expect(olga.link).to_have_text("Live")

    network.change("pages", State.CUT)
    expect(olga.link).to_have_text(LOST)
    last = writes(stack, number, BURST)
    network.change("pages", State.OPEN)
    expect(olga.link).to_have_text("Live", timeout=30_000)
    expect(line(olga, last)).to_be_attached()

    stack.stop_pages()
    try:
        expect(olga.link).to_have_text(LOST)
        last = writes(stack, number, BURST)
    finally:
        stack.start_pages()
    expect(olga.link).to_have_text("Live", timeout=30_000)
    expect(line(olga, last)).to_be_attached()

    stack.kill_worker()
    try:
        expect(olga.now).to_contain_text("We lost sight of the worker", timeout=60_000)
        expect(olga.link).to_have_text("Live")
        expect(olga.now).not_to_contain_text("Ends between")
    finally:
        stack.start_worker()
    expect(olga.now).to_contain_text("carries on since", timeout=30_000)
    ends(olga, slow)
    expect(olga.page.locator("#told")).to_contain_text("proved")
    finds_every_line_once(olga, stack)
    assert not olga.troubles


def test_a_line_on_which_nothing_comes_any_more_is_noticed_and_left(
    stack: Stack, olga: Person, slow: LabCluster, network: Proxy
) -> None:
    number = olga.begins(slow, "failover")
    to = urlsplit(stack.address)
    port = network.add("pages", LOOPBACK, str(to.hostname), int(to.port or 0))
    olga.page.clock.install()
    olga.page.goto(f"http://{LOOPBACK}:{port}/operations/{number}/")
    expect(olga.link).to_have_text("Live")
    network.change("pages", State.HELD)
    last = writes(stack, number, 10)
    olga.page.clock.fast_forward(30_000)
    expect(olga.link).to_have_text(LOST)
    network.change("pages", State.OPEN)
    expect(olga.link).to_have_text("Live", timeout=30_000)
    expect(line(olga, last)).to_be_attached()
    ends(olga, slow)
    sees_every_line_once(olga, stack)
    assert not olga.troubles


def test_the_page_follows_the_end_until_one_scrolls_and_then_counts_what_is_new(
    stack: Stack, olga: Person, slow: LabCluster
) -> None:
    number = olga.begins(slow, "failover")
    expect(olga.link).to_have_text("Live")
    expect(line(olga, writes(stack, number, 300))).to_be_in_viewport()
    journal, new = olga.page.locator("#journal"), olga.page.locator("#new-lines")
    expect(new).to_be_hidden()
    journal.focus()
    olga.page.keyboard.press("PageUp")
    olga.page.keyboard.press("PageUp")
    olga.page.wait_for_function(SCROLLED_AWAY)
    olga.page.evaluate(AT_REST)
    before = in_view(olga)
    last = writes(stack, number, 40)
    expect(new).to_have_text(re.compile(r"^\d{2,} new lines$"))
    assert in_view(olga) == before, "what one reads stays where it is"
    new.focus()
    olga.page.keyboard.press("Enter")
    expect(new).to_be_hidden()
    expect(journal).to_be_focused()
    expect(line(olga, last)).to_be_attached()
    ends(olga, slow)
    sees_every_line_once(olga, stack)


def test_a_hundred_thousand_lines_are_at_hand_and_few_of_them_in_the_page(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    number = olga.begins(cluster, "failover")
    olga.sees_ending("succeeded")
    last = writes(stack, number, MANY)
    olga.page.goto(f"/operations/{number}/")
    olga.page.locator("#journal").focus()
    expect(line(olga, last)).to_be_in_viewport()
    assert held(olga) <= 1000
    olga.page.keyboard.press("Home")
    expect(olga.page.locator("#groups .jgroup").first).to_be_in_viewport()
    expect(line(olga, last - MANY + 1)).to_be_attached()
    olga.page.goto(f"/operations/{number}/?line=50000#L50000")
    expect(line(olga, 50_000)).to_be_in_viewport()
    expect(line(olga, 50_000)).to_have_class(re.compile("jl--pointed"))
    olga.page.locator("#journal").focus()
    for _ in range(12):  # each when the one before has come to its end, or they would be fewer
        olga.page.keyboard.press("PageUp")
        olga.page.evaluate(AT_REST)
    expect(line(olga, 49_800)).to_be_attached()
    seen = in_view(olga)
    assert seen == list(range(seen[0], seen[0] + len(seen))), "no line is missing and none is there twice"
    assert len(seen) > 10
    assert held(olga) <= 6000
    olga.page.keyboard.press("End")
    expect(line(olga, last)).to_be_in_viewport()


def test_a_line_is_searched_for_on_the_server_and_leads_to_its_place(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    number = olga.begins(cluster, "failover")
    olga.sees_ending("succeeded")
    last = writes(stack, number, 2000)
    olga.page.goto(f"/operations/{number}/")
    olga.page.get_by_label("Holds the text").fill(f"line {last - 1234}")
    olga.page.keyboard.press("Enter")
    olga.sees("1 of the lines fit.")
    assert not troubles(olga.page)
    olga.page.get_by_role("link", name=str(last - 1234), exact=True).click()
    expect(line(olga, last - 1234)).to_be_in_viewport()
    expect(line(olga, last - 1233)).to_be_attached()
    link = line(olga, last - 1234).get_by_role("link")
    link.focus()
    olga.page.keyboard.press("ArrowDown")
    olga.page.keyboard.press("Enter")
    expect(olga.page).to_have_url(re.compile(rf"\?line={last - 1233}#L{last - 1233}$"))
    expect(line(olga, last - 1233)).to_have_class(re.compile("jl--pointed"))
    assert not olga.troubles
