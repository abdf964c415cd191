"""A person takes over from a dead node that the product has not moved: with the evidence in view, or not at all."""

from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, wait_for


def dies_unmoved(cluster: LabCluster) -> None:
    """The active node loses its power while the product on the other one is down; then that is up again."""
    cluster.fault(cluster.standby, "engine-down")
    cluster.power(cluster.primary, on=False)
    wait_for(lambda: cluster.owner() == "", "nobody has the group")
    cluster.fault(cluster.standby, "engine-down", on=False)


def test_a_takeover_is_refused_while_the_product_calls_the_other_server_online_and_asks_to_type_when_it_is_down(
    olga: Person, night: LabCluster
) -> None:
    olga.asks_to_take_over(night)
    reasons = olga.reasons()
    assert all(reasons.values())
    assert [reason for reason in reasons if f"{night.primary} Online, not Offline" in reason], list(reasons)
    expect(olga.confirm_button).to_have_count(0)
    dies_unmoved(night)
    olga.checks_again()
    olga.sees(f"Brings Exchange on {night.name} up on {night.standby}, without {night.primary}")
    grounds = olga.page.get_by_role("region", name=f"Is {night.primary} down?")
    expect(grounds.locator(".check-row--warn")).to_contain_text("COULD NOT BE TOLD")
    expect(grounds.get_by_text(f"{night.primary}: Offline")).to_be_visible()
    olga.page.get_by_label("Reason").fill("its mainboard burned")
    olga.page.get_by_label(f"Type {night.name} to confirm").fill(night.name)
    sentence = olga.page.get_by_label("If it is so, type:")
    sentence.fill(f"{night.standby} is down")
    olga.confirm_button.click()
    olga.sees("Nothing was started", f"Make sure of it, then type: {night.primary} is down")
    assert not night.writes()
    sentence.fill(f"{night.primary} is down")
    olga.confirm_button.click()
    olga.sees_ending("succeeded")
    olga.sees("its mainboard burned", f"Mail is up on {night.standby}, proved.")
    assert night.owner() == night.standby
    assert [e["subject"].split()[0] for e in night.effects("hook") if e["after"] == "go"] == ["asks"]
    assert night.automatic() == (0, ""), "the script joined what the person had begun"
