"""Whoever clicks twice, in whichever window, gets the one operation that there is, or is told which one it is."""

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack


def operations(stack: Stack, cluster: LabCluster) -> list[int]:
    """The numbers of the cluster's operations."""
    query = "SELECT o.id FROM console_operation o JOIN console_cluster c ON c.id = o.cluster_id WHERE c.name = ?"
    return [row[0] for row in stack.rows(query, cluster.name)]


def test_a_double_click_starts_one_operation_and_what_else_is_asked_meanwhile_is_refused_by_its_name(
    stack: Stack, olga: Person, people: People, cluster: LabCluster
) -> None:
    cluster.fault(cluster.primary, "slow", ms="200")
    olga.asks(cluster, "failover")
    olga.page.get_by_label("Reason").fill("twice in haste")
    olga.confirm_button.dblclick()
    olga.page.wait_for_url("**/operations/**")
    other = people()
    other.asks(cluster, "failback")
    ((reason, remedy),) = other.reasons().items()
    assert f"Operation {olga.operation} (failover to {cluster.standby}) is" in reason
    assert f"Wait until operation {olga.operation} has ended, or ask it to stop" in remedy
    other.page.get_by_role("link", name=f"peration {olga.operation}").first.click()
    assert other.operation == olga.operation
    cluster.fault(cluster.primary, "slow", on=False)
    olga.sees_ending("succeeded")
    assert operations(stack, cluster) == [olga.operation]
    stops = [e["subject"] for e in cluster.effects("service") if e["after"] == "STOPPED"]
    assert len(stops) == len(set(stops)), "no service was stopped twice"


def test_a_confirmation_in_another_window_of_the_same_or_of_an_equal_plan_leads_to_the_one_operation(
    stack: Stack, olga: Person, people: People, cluster: LabCluster
) -> None:
    olga.asks(cluster, "failover")
    same, equal = people(), people()
    same.page.goto(olga.page.url)
    equal.asks(cluster, "failover")
    old = equal.plan()
    cluster.fault(cluster.primary, "slow", ms="150")
    olga.confirms()
    for late in (same, equal):
        late.confirms("from another window")
        assert late.operation == olga.operation
    cluster.fault(cluster.primary, "slow", on=False)
    olga.sees_ending("succeeded")
    assert operations(stack, cluster) == [olga.operation]
    equal.page.goto(f"/plans/{old}/")
    equal.confirms("once more")
    equal.sees_ending("failed")
    expect(equal.now).to_contain_text("The plan no longer fits")
    expect(equal.now).to_contain_text("Nothing was changed.")
    assert cluster.owner() == cluster.standby
