"""Mail moves at night and nobody clicks: what a person finds in the morning, and what they can do about it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.person import Person
from tests.journeys.stack import MAILBOXES, LabCluster, Stack, wait_for


@pytest.fixture
def nothing_stopped(stack: Stack) -> Iterator[None]:
    """No global stop outlives the journey, however that ends."""
    yield
    lift = "UPDATE console_globalstop SET lifted_at = set_at, lifted_by = 'nobody' WHERE lifted_at IS NULL"
    stack.rows(lift)


def decisions(stack: Stack, action: str, cluster: str = "") -> list[str]:
    """The reasons in the audit of every decision of that name, oldest first; of one cluster or of all."""
    query = "SELECT reason, cluster_name FROM console_auditrecord WHERE action = ? ORDER BY seq"
    return [reason for reason, of in stack.rows(query, action) if cluster in ("", of)]


def goes(stack: Stack, cluster: LabCluster) -> list[tuple[str, str]]:
    """Each go of the cluster: the node that got it, and how it ended."""
    query = (
        "SELECT n.name, g.ended_how FROM console_go g JOIN console_noderun r ON r.id = g.run_id "
        "JOIN console_node n ON n.id = r.node_id JOIN console_cluster c ON c.id = g.cluster_id WHERE c.name = ?"
    )
    return [(node, how) for node, how in stack.rows(query, cluster.name)]


def test_the_active_node_dies_and_a_person_finds_mail_up_on_the_other_and_acknowledges_it(
    stack: Stack, olga: Person, people: People, night: LabCluster
) -> None:
    night.power(night.primary, on=False)
    number = night.taken_over()
    assert night.owner() == night.standby
    assert night.services(night.standby)["MSExchangeIS"] == "RUNNING"
    assert len({e["subject"] for e in night.effects("directory.homeMDB")}) == MAILBOXES
    assert [e["subject"].split()[0] for e in night.effects("hook") if e["after"] != "wait"] == ["asks", "started"]
    assert goes(stack, night) == [(night.standby, "started")]
    olga.page.goto("/")
    expect(olga.news(night)).to_contain_text(f"While nobody looked: takeover to {night.standby}, operation {number}")
    olga.news(night).get_by_role("link", name="Look, and acknowledge").click()
    notice = olga.notice("While nobody looked")
    expect(notice).to_contain_text(f"Mail is up on {night.standby}, proved. Mail was down for")
    expect(notice).to_contain_text(f"{night.standby} asked for a go to start Exchange (FAILOVER")
    notice.get_by_role("link", name=f"See what operation {number} did").click()
    olga.sees("begun without a click", f"Mail is up on {night.standby}, proved.", "Mail was down for")
    questions = olga.page.get_by_role("region", name="Questions of the nodes")
    expect(questions).to_contain_text(f"{night.standby} has its go (FAILOVER")
    expect(questions).to_contain_text(re.compile("Go given .*, fetched .*; ended .*: Exchange started"))
    late = people()
    late.page.goto(olga.page.url)
    for person, note in ((olga, "its power supply failed"), (late, "I saw it too")):
        person.page.get_by_label("What you found").fill(note)
        person.page.get_by_role("button", name="Acknowledge").dblclick()
        person.sees("Acknowledged by olga at")
        expect(person.now).to_contain_text("its power supply failed")
    late.sees("olga had acknowledged it already")
    assert decisions(stack, "operation:ending:acknowledged", night.name) == ["its power supply failed"]
    olga.page.goto("/")
    expect(olga.page.get_by_role("heading", level=1)).to_have_text("Clusters")
    expect(olga.news(night)).not_to_contain_text("While nobody looked")
    assert not olga.troubles


def test_within_the_cooldown_a_click_is_refused_until_it_is_lifted_and_another_takeover_raises_an_alarm(
    stack: Stack, olga: Person, people: People, night: LabCluster
) -> None:
    night.power(night.primary, on=False)
    first = night.taken_over()
    night.power(night.primary, on=True)
    olga.asks(night, "failback")
    (remedy,) = [remedy for reason, remedy in olga.reasons().items() if "it rests until" in reason]
    assert f"manage.py cooldown {night.name} --lift" in remedy
    expect(olga.confirm_button).to_have_count(0)
    other = people()
    for person in (olga, other):
        person.opens(night)
        expect(person.notice("Cooldown until")).to_contain_text(f"operation {first}")
    olga_lifts = olga.writes("Lift this cooldown", "the cause is mended")
    other_lifts = other.writes("Lift this cooldown", "me too")
    olga_lifts.dblclick()
    olga.sees(f"The cooldown of {night.name} is lifted.")
    expect(olga.notice("Cooldown until")).to_have_count(0)
    other_lifts.click()
    other.sees(f"{night.name} rests no more: nothing was changed.")
    assert decisions(stack, "brake:cooldown:lifted", night.name) == ["the cause is mended"]
    olga.asks(night, "failback")
    expect(olga.confirm_button).to_be_visible()
    night.power(night.standby, on=False)
    second = night.taken_over(but=first)
    assert night.owner() == night.primary
    olga.opens(night)
    alarm = olga.notice("moves again within the cooldown")
    expect(alarm).to_contain_text(f"operation {first} (takeover to {night.standby})")
    expect(olga.notice("Cooldown until")).to_contain_text(f"operation {second}")
    olga.writes("Acknowledge", "the switch in the rack was restarted", alarm).click()
    olga.sees("The alarm is acknowledged.")
    expect(alarm).to_have_count(0)
    olga.page.goto(f"/audit/?cluster={night.name}")
    olga.sees("the switch in the rack was restarted", "the cause is mended")


def test_under_a_global_stop_what_people_ask_is_refused_and_the_takeover_runs(
    stack: Stack, olga: Person, night: LabCluster, nothing_stopped: None
) -> None:
    olga.asks(night, "failover")
    plan = f"/plans/{olga.plan()}/"
    olga.page.goto("/")
    olga.writes("Stop everything", "the storage is being serviced").click()
    olga.sees("Everything that the console would start is stopped.")
    for address in ("/", f"/clusters/{night.name}/", "/operations/", "/audit/", "/inventory/", plan):
        olga.page.goto(address)
        expect(olga.banner).to_contain_text("the storage is being serviced")
    olga.page.get_by_label("Reason").fill("firmware update")
    olga.confirm_button.click()
    ((reason, remedy),) = olga.reasons().items()
    assert "olga has stopped everything since" in reason
    assert "Lift it with a reason" in remedy
    olga.asks(night, "failover")
    assert "the storage is being serviced" in " ".join(olga.reasons())
    assert night.untouched()
    night.power(night.primary, on=False)
    number = night.taken_over()
    assert night.owner() == night.standby
    olga.page.goto(f"/operations/{number}/")
    olga.sees(f"Mail is up on {night.standby}, proved.")
    expect(olga.banner).to_be_visible()
    olga.writes("Lift this stop", "the storage is back").click()
    olga.sees("The global stop is lifted.", f"Mail is up on {night.standby}, proved.")
    expect(olga.banner).to_have_count(0)


def test_who_sets_or_lifts_a_global_stop_in_a_second_tab_is_told_that_it_was_done_already(
    stack: Stack, olga: Person, people: People, nothing_stopped: None
) -> None:
    other, watching = people(), people()
    for person in (olga, other, watching):
        person.page.goto("/")
    set_by_olga, set_by_other = olga.writes("Stop everything", "fire drill"), other.writes("Stop everything", "flood")
    set_by_olga.dblclick()
    expect(olga.banner).to_contain_text("fire drill")
    expect(watching.banner).to_contain_text("fire drill")
    set_by_other.click()
    other.sees("olga has stopped everything already: nothing was changed.")
    expect(other.banner).to_contain_text("fire drill")
    lift_by_olga, lift_by_other = olga.writes("Lift this stop", "over"), other.writes("Lift this stop", "over as well")
    lift_by_olga.dblclick()
    expect(olga.banner).to_have_count(0)
    expect(watching.banner).to_have_count(0)
    lift_by_other.click()
    other.sees("No global stop stands any more: nothing was changed.")
    assert [decisions(stack, f"brake:stop:{done}")[-1] for done in ("set", "lifted")] == ["fire drill", "over"]


def test_both_nodes_want_to_be_active_and_the_alarm_is_acknowledged_once(
    stack: Stack, olga: Person, people: People, night: LabCluster
) -> None:
    other = people()
    for person in (olga, other):
        person.opens(night)
    night.fault(night.standby, "heartbeats-lost")
    for person in (olga, other):
        expect(person.notice("Alarm, ")).to_contain_text(f"the store service runs on {night.primary}")
    wait_for(lambda: [e for e in night.effects("script") if e["after"] == "no"], "START.BAT was told no")
    by_olga, by_other = olga.writes("Acknowledge", "a cable was out"), other.writes("Acknowledge", "I do not know")
    by_olga.dblclick()
    olga.sees("The alarm is acknowledged.")
    expect(olga.notice("Alarm, ")).to_have_count(0)
    by_other.click()
    other.sees("olga had acknowledged it already: a cable was out")
    assert decisions(stack, "alarm:alarm:acknowledged", night.name) == ["a cable was out"]
    assert goes(stack, night) == []
    assert not night.writes()
    assert night.owner() == night.primary
