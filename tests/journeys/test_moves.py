"""The main job by clicking: fail over, watch, see the proof, fail back, and leave the directory as it was."""

import pytest
from playwright.sync_api import expect

from tests.directory.snapshot import difference
from tests.journeys.person import Person
from tests.journeys.stack import MAILBOXES, LabCluster, Stack, json_lines

PATCH = "msExchPatchMDB"


@pytest.fixture(params=["mail2003", "mail2007"])
def either(request: pytest.FixtureRequest) -> LabCluster:
    """A cluster of either generation."""
    found: LabCluster = request.getfixturevalue(request.param)
    return found


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
    olga.page.get_by_role("button", name="Fail back").click()
    olga.waits_for_plan()
    listed |= olga.listed_changes()
    olga.confirms("firmware updated")
    olga.sees_ending("succeeded")
    olga.sees(f"Mail is up on {either.primary}, proved.")
    assert either.owner() == either.primary
    changed = set(difference(before, stack.picture()))
    assert changed <= {(dn, attribute) for dn, attribute in listed if attribute == PATCH}, "as before, but for flags"
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
