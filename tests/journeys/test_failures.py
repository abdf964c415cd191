"""What goes wrong half-way: the page says what, where, what is left, and what to do next."""

from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack, wait_for


def forget_last_look(stack: Stack, operation: int) -> None:
    """Let the last observation of the operation's cluster be one from before it began."""
    query = "SELECT cluster_id, confirmed_at FROM console_operation WHERE id = ?"
    ((cluster, before),) = stack.rows(query, operation)
    stack.rows("UPDATE console_observationrecord SET at = ? WHERE cluster_id = ?", before, cluster)


def test_a_service_that_does_not_stop_reserves_the_cluster_until_somebody_has_looked(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    cluster.fault(cluster.primary, "service-does-not-stop", service="MSExchangeIS")
    number = olga.begins(cluster, "failover")
    olga.sees_ending("uncertain")
    expect(olga.now).to_contain_text("STOP_PENDING")
    assert cluster.owner() == cluster.primary
    assert not cluster.writes()
    olga.sees(f"{cluster.name} stays reserved until a person has looked.")
    olga.asks(cluster, "failover")
    ((reason, remedy),) = olga.reasons().items()
    assert f"Operation {number}" in reason
    assert "acknowledge" in remedy
    olga.page.goto(f"/operations/{number}/")
    wait_for(lambda: olga.reloads_without("Nothing was observed since"), "the console looked by itself")
    forget_last_look(stack, number)
    olga.page.reload()
    olga.sees("Nothing was observed since this operation ended.")
    olga.page.get_by_label("What you found").fill("the store hangs")
    olga.page.get_by_role("button", name="Acknowledge").click()
    assert "has not been observed since" in " ".join(olga.reasons())
    olga.page.get_by_role("button", name="Observe now").click()
    wait_for(lambda: olga.reloads_without("Nothing was observed since"), "an observation came")
    olga.page.get_by_label("What you found").fill("the store hung; its process was ended")
    olga.page.get_by_role("button", name="Acknowledge").click()
    olga.sees("Acknowledged by olga")
    cluster.fault(cluster.primary, "service-does-not-stop", on=False)
    olga.asks(cluster, "failover")
    assert f"Operation {number}" not in olga.page.get_by_role("main").inner_text()


def test_a_store_that_does_not_mount_is_named_though_every_service_runs(olga: Person, cluster: LabCluster) -> None:
    store = "Mailbox Store" if cluster.generation == "2003" else "Mailbox Database"
    cluster.fault(cluster.standby, "store-unmounted", store=store)
    olga.begins(cluster, "failover")
    olga.sees_ending("failed")
    expect(olga.now).to_contain_text(store, ignore_case=True)
    expect(olga.now).to_contain_text("not proved")
    expect(olga.now.locator(".remedy")).not_to_be_empty()
    assert set(cluster.services(cluster.standby).values()) >= {"RUNNING"}
    assert cluster.owner() == cluster.standby


def test_a_group_that_fails_on_the_target_leaves_the_directory_alone(olga: Person, cluster: LabCluster) -> None:
    cluster.fault(cluster.standby, "group-fails")
    olga.begins(cluster, "failover")
    olga.sees_ending("failed")
    expect(olga.now.locator(".remedy")).not_to_be_empty()
    expect(olga.page.locator(".run-step--failed")).to_have_count(1)
    expect(olga.page.locator(".run-step--not-reached").first).to_be_visible()
    assert not cluster.writes()


def test_a_target_that_vanishes_half_way_ends_with_what_is_done_and_what_is_not(
    olga: Person, cluster: LabCluster
) -> None:
    cluster.fault(cluster.primary, "slow", ms="100")
    olga.begins(cluster, "failover")
    wait_for(lambda: cluster.effects("service"), "a service was stopped", 60)
    cluster.fault(cluster.standby, "winrm-down")
    cluster.fault(cluster.primary, "slow", on=False)
    expect(olga.now.locator(".badge")).to_have_text("failed", timeout=90_000)
    expect(olga.now).to_contain_text(cluster.standby)
    expect(olga.now).to_contain_text("not done:")
    expect(olga.now.locator(".remedy")).not_to_be_empty()
    expect(olga.now).to_contain_text("not proved")


def test_a_source_that_vanishes_half_way_is_never_called_stopped(olga: Person, cluster: LabCluster) -> None:
    cluster.fault(cluster.primary, "slow", ms="100")
    olga.begins(cluster, "failover")
    wait_for(lambda: cluster.effects("service"), "a service was stopped", 60)
    cluster.fault(cluster.primary, "winrm-down")
    badge = olga.now.locator(".badge")
    expect(badge.filter(has_text="failed").or_(badge.filter(has_text="uncertain"))).to_be_visible(timeout=90_000)
    expect(olga.now).to_contain_text(cluster.primary)
    expect(olga.now.locator(".remedy")).not_to_be_empty()
    assert cluster.owner() == cluster.primary
    assert not cluster.writes()
