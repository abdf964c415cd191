"""An operation as it is in each of its states, on a narrow screen and in the eyes of axe; and one beside another."""

import pytest
from playwright.sync_api import expect

from tests.journeys.looks import troubles
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack


@pytest.fixture
def olga(olga: Person) -> Person:
    """An operator for whom nothing moves but what has to."""
    olga.page.emulate_media(reduced_motion="reduce")
    return olga


def looks_good(person: Person, name: str) -> None:
    """The page has nothing wrong with it; its pictures get `name`."""
    told = troubles(person.page, name)
    assert not told, "\n".join(told)


def test_an_operation_that_runs_and_where_its_time_went_beside_the_one_before(
    olga: Person, cluster: LabCluster
) -> None:
    olga.moves(cluster, "failover")
    olga.moves(cluster, "failback")
    cluster.fault(cluster.primary, "slow", ms="500")
    number = olga.begins(cluster, "failover")
    expect(olga.now).to_contain_text("Mail is down since")
    expect(olga.link).to_have_text("Live")
    looks_good(olga, "operation running")
    expect(olga.now).to_contain_text("Mail is down since")
    olga.page.goto(f"/clusters/{cluster.name}/")
    expect(olga.page.get_by_role("heading", name="Where everything is")).to_be_visible()
    looks_good(olga, "cluster while it is moved")
    cluster.fault(cluster.primary, "slow", on=False)
    olga.page.goto(f"/operations/{number}/")
    olga.sees_ending("succeeded")
    olga.page.goto(f"/operations/{number}/comparison/")
    olga.sees("Beside that")
    looks_good(olga, "operation comparison beside another")


def test_an_operation_that_failed_and_one_that_was_stopped(olga: Person, cluster: LabCluster) -> None:
    olga.asks(cluster, "failover")
    cluster.fault(cluster.primary, "partition-busy")
    olga.confirms()
    olga.sees_ending("failed")
    looks_good(olga, "operation failed")
    cluster.fault(cluster.primary, "partition-busy", on=False)
    cluster.fault(cluster.primary, "slow", ms="500")
    olga.begins(cluster, "failover")
    olga.stop_button.click()
    olga.sees_ending("stopped")
    looks_good(olga, "operation stopped")
    cluster.fault(cluster.primary, "slow", on=False)


def test_an_operation_that_waits_for_a_worker(olga: Person, stack: Stack, cluster: LabCluster) -> None:
    olga.asks(cluster, "failover")
    expect(olga.confirm_button).to_be_visible()
    stack.kill_worker()
    try:
        olga.confirms()
        expect(olga.now).to_contain_text("Waiting for a worker")
        looks_good(olga, "operation waiting for a worker")
    finally:
        stack.start_worker()
    olga.sees_ending("succeeded")
