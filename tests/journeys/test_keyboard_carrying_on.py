"""By keyboard alone: what ended half-way is carried on in each of its ways, acknowledged, and taken back."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack

pytestmark = pytest.mark.usefixtures("keys")
TICKETS = """UPDATE console_cluster SET tickets = '["CHG######"]', ticket_kinds = '["failback"]' WHERE name = ?"""
"""Failbacks ask for one, so others may get one later."""


def answers(person: Person, question: str, words: str, choice: str) -> None:
    """Fill in what the choice asks for, press it, and see the page that comes of it."""
    person.page.get_by_label(question).fill(words)
    person.page.get_by_role("button", name=choice, exact=True).click()


def test_what_ended_half_way_is_carried_on_in_each_of_its_ways_and_taken_back(
    stack: Stack, olga: Person, mail2003: LabCluster
) -> None:
    cluster, page = mail2003, olga.page
    stack.rows(TICKETS, cluster.name)
    asked = (
        (cluster.primary, "service-does-not-stop", "What shows that it happened?", "It happened"),
        (cluster.standby, "service-hangs", "What shows that it did not?", "Do it again"),
    )
    for node, fault, *_ in asked:
        cluster.fault(node, fault, service="MSExchangeIS")
    cluster.fault(cluster.standby, "store-unmounted", store="Mailbox Store")
    number = olga.begins(cluster, "failover")
    for node, fault, question, choice in asked:
        olga.sees_ending("uncertain")
        cluster.fault(node, fault, on=False, service="MSExchangeIS")
        page.get_by_role("button", name="Observe now").click()
        expect(page.get_by_text("Nothing was observed since")).to_have_count(0)
        answers(olga, question, "seen on the node itself", choice)
    olga.sees_ending("failed")
    answers(olga, "Why carry on (optional)", "once more", "Carry on from here")
    expect(olga.now).to_contain_text("attempt 4")
    olga.sees_ending("failed")
    cluster.fault(cluster.standby, "store-unmounted", on=False, store="Mailbox Store")
    answers(olga, "Why leave it out?", "seen in the system manager", "Go on without this step")
    olga.sees_ending("failed, incomplete")
    answers(olga, "What you found", "a store on the old disk", "Acknowledge")
    olga.sees("Acknowledged by olga at")
    page.locator("summary", has_text="It has no ticket yet").click()
    answers(olga, "The change or incident that it belongs to", "CHG000123", "Keep the ticket")
    olga.sees("CHG000123")
    assert olga.operation == number
    page.get_by_role("button", name="Undo", exact=True).click()
    page.wait_for_url(re.compile(r"/plans/\d+/"))
    olga.waits_for_plan()
    olga.confirms("the store is broken there")
    olga.sees_ending("succeeded")
    assert cluster.owner() == cluster.primary
    assert not olga.troubles
