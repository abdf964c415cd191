"""Whoever clicks twice, in whichever window, gets the one operation that there is, or is told which one it is."""

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack


def operations(stack: Stack, cluster: LabCluster) -> list[int]:
    """The numbers of the cluster's operations."""
    query = "SELECT o.id FROM console_operation o JOIN console_cluster c ON c.id = o.cluster_id WHERE c.name = ?"
    return [row[0] for row in stack.rows(query, cluster.name)]


def test_a_double_click_starts_one_operation(stack: Stack, olga: Person, cluster: LabCluster) -> None:
    olga.asks(cluster, "failover")
    olga.page.get_by_label("Reason").fill("twice in haste")
    olga.confirm_button.dblclick()
    olga.sees_ending("succeeded")
    assert operations(stack, cluster) == [olga.operation]
    assert len(cluster.effects("group")) == len({(e["subject"], e["after"]) for e in cluster.effects("group")})


def test_a_plan_that_is_confirmed_in_two_windows_runs_once(
    stack: Stack, olga: Person, people: People, cluster: LabCluster
) -> None:
    cluster.fault(cluster.primary, "slow", ms="150")
    olga.asks(cluster, "failover")
    other = people()
    other.page.goto(olga.page.url)
    olga.confirms()
    other.confirms("the same, from another window")
    assert other.operation == olga.operation
    cluster.fault(cluster.primary, "slow", on=False)
    for person in (olga, other):
        person.sees_ending("succeeded")
    assert operations(stack, cluster) == [olga.operation]


def test_what_else_is_asked_of_a_busy_cluster_is_refused_by_naming_what_runs(
    olga: Person, people: People, cluster: LabCluster
) -> None:
    cluster.fault(cluster.primary, "slow", ms="300")
    number = olga.begins(cluster, "failover")
    other = people()
    other.asks(cluster, "failback")
    (reason,) = other.reasons().items()
    assert f"Operation {number} (failover to {cluster.standby}) is" in reason[0]
    assert f"Wait until operation {number} has ended, or ask it to stop" in reason[1]
    other.page.get_by_role("link", name=f"peration {number}").first.click()
    assert other.operation == number
    cluster.fault(cluster.primary, "slow", on=False)
    olga.sees_ending("succeeded")
    assert cluster.owner() == cluster.standby


def test_a_plan_that_was_made_before_is_refused_while_another_runs(
    olga: Person, people: People, cluster: LabCluster
) -> None:
    olga.asks(cluster, "failover")
    other = people()
    other.asks(cluster, "failover")
    cluster.fault(cluster.primary, "slow", ms="150")
    olga.confirms()
    other.confirms("I was first")
    assert other.operation == olga.operation, "the same kind and target is the same request"
    cluster.fault(cluster.primary, "slow", on=False)
    olga.sees_ending("succeeded")
    other.page.go_back()
    other.page.reload()
    expect(other.confirm_button).to_be_visible()
    other.page.get_by_label("Reason").fill("once more")
    other.confirm_button.click()
    other.sees_ending("failed")
    other.sees("The plan no longer fits", "Nothing was changed.")
    assert cluster.owner() == cluster.standby
