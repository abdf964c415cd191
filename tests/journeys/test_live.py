"""The live page tells what its connection is, mends it by itself, and neither loses a line nor repeats one."""

import re

from playwright.sync_api import expect

from tests.journeys.person import Person, fill_in, sign_in
from tests.journeys.stack import LabCluster, Stack

HEARD = """document.addEventListener("DOMContentLoaded", () => {
  const spoken = "[role=status], [role=alert], [role=log], [aria-live]";
  window.heard = [];
  new MutationObserver((changes) => {
    const parents = changes.map(({ target }) => (target.nodeType === 1 ? target : target.parentElement));
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((one) => one.nodeType === 1);
    const alerts = added.filter((one) => one.matches("[role=alert], :has([role=alert])"));
    const regions = new Set([...parents.map((one) => one?.closest(spoken)).filter(Boolean), ...alerts]);
    for (const one of regions) window.heard.push([one.id, one.textContent.trim()]);
  }).observe(document, { subtree: true, childList: true, characterData: true });
})"""
"""Keeps what a screen reader says by itself: what is put into regions that are read out when they change."""


def journal(stack: Stack, operation: int) -> list[tuple[int, str]]:
    """The operation's journal as the database has it: numbers and texts."""
    query = "SELECT seq, text FROM console_journalline WHERE operation_id = ? ORDER BY seq"
    return [(seq, text) for seq, text in stack.rows(query, operation)]


def sees_every_line_once(person: Person, stack: Stack) -> None:
    """The page holds the journal, whole, in order, each line once."""
    kept = journal(stack, person.operation)
    last = person.page.locator(f"#L{kept[-1][0]}")
    expect(last).to_be_attached()
    assert person.lines() == kept


def test_lines_come_by_themselves_while_the_stream_is_live(stack: Stack, olga: Person, cluster: LabCluster) -> None:
    olga.begins(cluster, "failover")
    expect(olga.link).to_have_text("Live")
    olga.sees_ending("succeeded")
    sees_every_line_once(olga, stack)
    assert not olga.troubles


def test_without_a_stream_the_page_asks_and_when_nothing_answers_it_says_since_when(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    olga.page.route(re.compile(r"/operations/\d+/events"), lambda route: route.abort())
    cluster.fault(cluster.primary, "slow", ms="100")
    olga.begins(cluster, "failover")
    expect(olga.link).to_have_text("Asking every 2 s (no live stream)")
    olga.page.context.set_offline(True)
    expect(olga.link).to_contain_text("Offline since")
    olga.page.context.set_offline(False)
    expect(olga.link).to_have_text("Asking every 2 s (no live stream)")
    cluster.fault(cluster.primary, "slow", on=False)
    olga.sees_ending("succeeded")
    sees_every_line_once(olga, stack)


def test_who_signs_out_in_another_window_is_told_so_where_something_runs_and_comes_back_to_it(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    olga.page.context.clear_cookies()  # a session of her own: the one that ends here is not the one that others use
    sign_in(olga.page)
    expect(olga.page.get_by_role("heading", level=1)).to_have_text("Clusters")
    cluster.fault(cluster.primary, "slow", ms="2000")
    olga.begins(cluster, "failover")
    expect(olga.link).to_have_text("Live")
    other = olga.page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    expect(olga.link).to_have_text("Signed out: reload to sign in again", timeout=30_000)
    olga.stop_button.click()
    expect(olga.notice("Nothing was done with what you sent.")).to_be_visible()
    fill_in(olga.page)
    expect(olga.link).to_have_text("Live")
    cluster.fault(cluster.primary, "slow", on=False)
    olga.sees_ending("succeeded")
    sees_every_line_once(olga, stack)


def test_who_listens_hears_what_is_done_what_failed_and_the_end_each_once_and_never_the_lines(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    store = "Mailbox Store" if cluster.generation == "2003" else "Mailbox Database"
    cluster.fault(cluster.standby, "store-unmounted", store=store)
    cluster.fault(cluster.primary, "slow", ms="200")
    olga.page.add_init_script(HEARD)
    olga.begins(cluster, "failover")
    expect(olga.page.locator("#told")).to_have_text(re.compile(r"^\d+ of \d+ steps done\. Now: .+\.$"))
    cluster.fault(cluster.primary, "slow", on=False)
    olga.sees_ending("failed")
    ending = str(olga.now.locator(".now__sentence").text_content()).strip()
    expect(olga.page.locator("#told")).to_have_text(ending)
    heard: list[tuple[str, str]] = [(where, said) for where, said in olga.page.evaluate("window.heard")]
    told = [said for where, said in heard if where == "told"]
    assert re.fullmatch(r"Failed at “Every store is mounted on .*", told[-1])
    assert len(told) == len(set(told)), "each once"
    assert len(heard) < len(journal(stack, olga.operation)) / 4
