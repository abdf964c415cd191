"""The main job by clicking: fail over, watch, see the proof, fail back, and leave the directory as it was."""

import re

import pytest
from playwright.sync_api import expect

from tests.directory.snapshot import difference
from tests.journeys.person import Person
from tests.journeys.stack import MAILBOXES, LabCluster, Stack, json_lines

PATCH = "msExchPatchMDB"
PACK = "Apply a service pack of Exchange Server 2007 to both nodes"


@pytest.fixture(params=["mail2003", "mail2007"])
def either(request: pytest.FixtureRequest) -> LabCluster:
    """A cluster of either generation."""
    found: LabCluster = request.getfixturevalue(request.param)
    return found


def begins_a_procedure_that_waits_for_the_way_back(person: Person, cluster: LabCluster) -> int:
    """A service pack that both servers have already: all that is left of its roll is to move back."""
    person.opens(cluster)
    person.page.get_by_role("link", name=PACK).click()
    person.page.get_by_role("button", name="Start", exact=True).click()
    person.page.wait_for_url(re.compile(r"/plans/\d+/"))
    person.waits_for_plan()
    person.page.get_by_label("Reason").fill("both have it")
    person.page.get_by_role("button", name="Begin it now").click()
    person.page.wait_for_url(re.compile(r"/operations/\d+/"))
    expect(person.now).to_contain_text("waiting for a person", timeout=60_000)
    person.sees(f"Exchange is to be moved to {cluster.primary}, by an operation of its own.")
    return person.operation


def test_a_failover_and_a_failback_by_clicking(stack: Stack, olga: Person, either: LabCluster) -> None:
    before = stack.picture()
    olga.asks(either, "failover")
    olga.sees(f"Moves Exchange on {either.name} from {either.primary} to {either.standby}", "Valid until")
    expect(olga.page.locator(".facts--numbers")).to_contain_text(f"{MAILBOXES} of {MAILBOXES}")
    assert either.untouched(), "planning only reads"
    listed = olga.listed_changes()
    olga.confirms("firmware update")
    olga.sees("firmware update")
    olga.sees_ending("succeeded")
    olga.sees(f"Mail is up on {either.standby}, proved.", "Mail was down for")
    assert either.owner() == either.standby
    assert len({e["subject"] for e in either.effects("directory.homeMDB")}) == MAILBOXES
    waiting = begins_a_procedure_that_waits_for_the_way_back(olga, either) if either.generation == "2007" else 0
    olga.page.get_by_role("button", name="Fail back").click()
    olga.page.wait_for_url(re.compile(r"/plans/\d+/"))
    olga.waits_for_plan()
    listed |= olga.listed_changes()
    olga.confirms("firmware updated")
    olga.sees_ending("succeeded")
    olga.sees(f"Mail is up on {either.primary}, proved.")
    assert either.owner() == either.primary
    changed = set(difference(before, stack.picture()))
    assert changed <= {(dn, attribute) for dn, attribute in listed if attribute == PATCH}, "as before, but for flags"
    if waiting:  # the end of the move has it go on by itself
        olga.page.goto(f"/operations/{waiting}/")
        olga.sees_ending("succeeded")
    assert not olga.troubles


def test_the_history_and_the_audit_tell_who_did_what_and_why(stack: Stack, olga: Person, cluster: LabCluster) -> None:
    olga.asks(cluster, "failover")
    cluster.fault(cluster.primary, "partition-busy")
    olga.confirms("new power supply")
    olga.sees_ending("failed")
    number = olga.operation
    olga.page.goto(f"/operations/?cluster={cluster.name}")
    row = olga.page.get_by_role("row").filter(has_text=f"#{number}")
    expect(row).to_contain_text("failed")
    expect(row).to_contain_text("olga")
    olga.page.goto(f"/audit/?cluster={cluster.name}")
    olga.sees("new power supply")
    exported = list(json_lines(stack.manage("audit", "export")))
    assert [item["cluster"] for item in exported if item.get("reason") == "new power supply"] == [cluster.name]
