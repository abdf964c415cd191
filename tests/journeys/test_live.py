"""The live page tells what its connection is, mends it by itself, and neither loses a line nor repeats one."""

import re

from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack


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
