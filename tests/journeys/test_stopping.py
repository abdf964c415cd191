"""Stop acts at safe points only, and the page says which one, or that there is none left."""

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster


def test_a_stop_before_the_first_change_leaves_everything_as_it_was(olga: Person, cluster: LabCluster) -> None:
    cluster.fault(cluster.primary, "slow", ms="250")
    olga.begins(cluster, "failover")
    expect(olga.now).to_contain_text("You can still stop it")
    olga.page.get_by_label("Why stop (optional)").fill("wrong cluster")
    olga.stop_button.click()
    olga.sees_ending("stopped")
    cluster.fault(cluster.primary, "slow", on=False)
    expect(olga.now).to_contain_text("Stopped at olga's request before")
    expect(olga.now).to_contain_text("Nothing was changed.")
    expect(olga.page.locator(".jl", has_text="(wrong cluster)")).to_have_count(1)
    assert cluster.untouched()
    assert cluster.owner() == cluster.primary


def test_a_stop_that_is_asked_too_late_is_told_so_and_the_move_goes_on(
    olga: Person, people: People, cluster: LabCluster
) -> None:
    cluster.fault(cluster.primary, "slow", ms="150")
    number = olga.begins(cluster, "failover")
    late = people()
    late.looks_away()
    late.page.goto(f"/operations/{number}/")
    expect(late.stop_button).to_be_enabled()
    expect(olga.now).to_contain_text("past its last safe point", timeout=60_000)
    expect(olga.stop_button).to_have_attribute("aria-disabled", "true")
    late.stop_button.click()
    expect(late.now).to_contain_text("after the last safe point; it goes on to its end")
    cluster.fault(cluster.primary, "slow", on=False)
    olga.sees_ending("succeeded")
    olga.sees("The stop was asked for after the last safe point; all steps are done.")
    assert cluster.owner() == cluster.standby
