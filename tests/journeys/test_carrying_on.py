"""An operation broke off half-way: what a person sees, and how they carry it on, decide about it or take it back."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.directory.snapshot import difference
from tests.journeys.conftest import People
from tests.journeys.looks import troubles
from tests.journeys.person import ENDING, Person
from tests.journeys.stack import LabCluster, Stack, wait_for
from tests.journeys.test_second_click import operations

Looks = Callable[[], None]


@pytest.fixture
def looks_well(olga: Person, people: People) -> Looks:
    """Checks the page that olga sees, in a window of its own: on a telephone, in light and in dark."""

    def check() -> None:
        reader = people(reduced_motion="reduce")
        reader.page.goto(olga.page.url, wait_until="load")
        told = troubles(reader.page)
        assert not told, "\n".join(told)

    return check


def button(person: Person, name: str) -> Locator:
    """The button of that name."""
    return person.page.get_by_role("button", name=name, exact=True)


def fails_to_mount(olga: Person, cluster: LabCluster) -> int:
    """A failover whose last but two step fails: a store is not mounted. The operation's number."""
    store = "Mailbox Store" if cluster.generation == "2003" else "Mailbox Database"
    cluster.fault(cluster.standby, "store-unmounted", store=store)
    number = olga.begins(cluster, "failover")
    olga.sees_ending("failed")
    return number


def started(cluster: LabCluster, node: str) -> list[str]:
    """The services that came up on the node, in that order."""
    return [e["subject"] for e in cluster.effects("service") if e["node"] == node and e["after"] == "RUNNING"]


def test_what_failed_is_mended_and_carried_on_in_its_own_record_whoever_presses_how_often(
    stack: Stack, olga: Person, people: People, mail2003: LabCluster, looks_well: Looks
) -> None:
    cluster = mail2003  # the service whose start fails is one of that generation
    cluster.fault(cluster.standby, "service-does-not-start", service="SMTPSVC")
    number = olga.begins(cluster, "failover")
    olga.sees_ending("failed")
    expect(olga.now).to_contain_text("The steps before it are done; not done:")
    expect(button(olga, "Make a new plan")).to_be_visible()
    looks_well()
    late = people()
    late.page.goto(olga.page.url)
    late.looks_away()
    cluster.fault(cluster.standby, "service-does-not-start", on=False, service="SMTPSVC")
    olga.page.get_by_label("Why carry on (optional)").fill("its log volume was full")
    button(olga, "Carry on from here").dblclick()
    expect(olga.now).to_contain_text("attempt 2")
    olga.sees_ending("succeeded")
    assert olga.operation == number
    expect(olga.now).to_contain_text("attempt 2")
    button(late, "Carry on from here").click()
    (reason,) = late.reasons()
    assert "nothing of it is left to do" in reason
    assert operations(stack, cluster) == [number]
    up = started(cluster, cluster.standby)
    assert len(up) == len(set(up)), "no service was started twice"
    olga.page.goto(f"/operations/{number}/?kind=continued")
    olga.sees("olga had it carried on at “Start", "its log volume was full")


def test_a_proof_is_left_out_with_a_reason_and_the_operation_never_claims_it(
    olga: Person, cluster: LabCluster, looks_well: Looks
) -> None:
    number = fails_to_mount(olga, cluster)
    leave_out, why = button(olga, "Go on without this step"), olga.page.get_by_label("Why leave it out?")
    leave_out.click()
    expect(why).to_be_focused()  # the browser itself asks for the reason
    why.fill("   ")
    leave_out.click()
    assert list(olga.reasons()) == ["No reason was given."]
    store = "Mailbox Store" if cluster.generation == "2003" else "Mailbox Database"
    cluster.fault(cluster.standby, "store-unmounted", on=False, store=store)
    why.fill("seen in the system manager")
    leave_out.click()
    olga.sees_ending("failed, incomplete")
    assert olga.operation == number
    skipped = olga.page.locator(".run-step--skipped")
    expect(skipped).to_contain_text("Every store is mounted")
    expect(skipped).to_contain_text("left out")
    expect(skipped).to_contain_text("seen in the system manager")
    olga.sees("left out by a person; the journal says by whom and why")
    looks_well()


def test_what_is_uncertain_shows_its_facts_and_three_choices_and_is_done_again(
    stack: Stack, olga: Person, people: People, cluster: LabCluster, looks_well: Looks
) -> None:
    cluster.fault(cluster.primary, "service-does-not-stop", service="MSExchangeIS")
    number = olga.begins(cluster, "failover")
    olga.sees_ending("uncertain")
    wait_for(lambda: olga.reloads_without("Nothing was observed since"), "the console looked by itself")
    decide = olga.page.get_by_role("region", name="Look, then decide")
    expect(decide).to_contain_text(f"{cluster.primary}: sc stop MSExchangeIS")
    expect(decide).to_contain_text("MSExchangeIS on " + cluster.primary + " is STOP_PENDING")
    for choice in ("It happened", "Do it again", "Acknowledge"):
        expect(decide.get_by_role("button", name=choice, exact=True)).to_be_visible()
    expect(olga.page.locator(".run-step--uncertain")).to_contain_text("in doubt")
    looks_well()
    late = people()
    late.page.goto(olga.page.url)
    late.looks_away()
    cluster.fault(cluster.primary, "service-does-not-stop", on=False, service="MSExchangeIS")
    olga.page.get_by_label("What shows that it did not?").fill("its process still runs")
    button(olga, "Do it again").dblclick()
    olga.sees_ending("succeeded")
    assert olga.operation == number
    late.page.get_by_label("What shows that it happened?").fill("I believe it")
    button(late, "It happened").click()
    (reason,) = late.reasons()
    assert "nothing of it is left to do" in reason
    assert operations(stack, cluster) == [number]
    assert cluster.owner() == cluster.standby


def test_a_failed_failover_is_taken_back_by_a_plan_like_any_other_and_mail_is_where_it_was(
    stack: Stack, olga: Person, people: People, cluster: LabCluster, looks_well: Looks, tmp_path: Path
) -> None:
    before = stack.picture()
    number = fails_to_mount(olga, cluster)
    late = people()
    late.page.goto(olga.page.url)
    late.looks_away()
    with olga.page.expect_download() as download:
        olga.page.get_by_role("link", name="Receipt as LDIF").click()
    download.value.save_as(tmp_path / "receipt.ldif")
    assert "changetype: modify" in (tmp_path / "receipt.ldif").read_text(encoding="utf-8")
    button(olga, "Undo").dblclick()
    olga.page.wait_for_url(re.compile(r"/plans/\d+/"))
    olga.waits_for_plan()
    olga.sees(f"back from {cluster.standby} to {cluster.primary}", "No line of no return")
    looks_well()
    olga.page.get_by_label("Reason").fill("the store is broken there")
    olga.confirm_button.dblclick()
    olga.page.wait_for_url(re.compile(r"/operations/\d+/"))
    undo = olga.operation
    olga.sees_ending("succeeded")
    expect(olga.now).to_contain_text(f"Mail is up on {cluster.primary}, proved.")
    assert cluster.owner() == cluster.primary
    assert difference(before, stack.picture()) == {}
    olga.page.get_by_role("link", name=f"operation {number}", exact=True).click()
    olga.sees(f"Operation {undo} takes this one back: it succeeded.", "there is nothing left to undo")
    looks_well()
    button(late, "Undo").click()
    late.page.wait_for_url(re.compile(r"/plans/\d+/"))
    late.waits_for_plan()
    assert late.reasons()
    assert sorted(operations(stack, cluster)) == [number, undo]
    olga.page.get_by_role("link", name=f"Operation {undo}").click()
    assert olga.operation == undo


def test_the_line_of_no_return_is_drawn_before_the_step_that_crosses_it(
    olga: Person, night: LabCluster, looks_well: Looks
) -> None:
    olga.asks(night, "failover")
    line = olga.page.locator(".line--no-return")
    expect(line).to_have_count(1)
    expect(line).to_contain_text("Line of no return. What the node has begun to start cannot be called back.")
    after = line.locator("xpath=following-sibling::li[1]")
    expect(after).to_contain_text(f"Give {night.standby} the go to start Exchange")
    looks_well()


def test_the_page_says_which_worker_fell_silent_and_which_carries_on(
    stack: Stack, olga: Person, cluster: LabCluster, looks_well: Looks
) -> None:
    cluster.fault(cluster.primary, "slow", ms="100")
    number = olga.begins(cluster, "failover")
    wait_for(lambda: cluster.effects("service"), "a service was stopped", 60)
    stack.kill_worker()
    stack.start_worker()
    expect(olga.now).to_contain_text(
        re.compile(r"Worker \S+ fell silent at [\d:]+; \S+ carries on since [\d:]+\."), timeout=ENDING
    )
    cluster.fault(cluster.primary, "slow", on=False)
    olga.sees_ending("succeeded")
    expect(olga.now).to_contain_text("taken over by another worker")
    resumed = olga.page.locator(".jl--resumed")
    expect(resumed).to_have_count(1)
    expect(resumed).to_be_visible()
    looks_well()
    assert operations(stack, cluster) == [number]
    stops = [e["subject"] for e in cluster.effects("service") if e["after"] == "STOPPED"]
    assert len(stops) == len(set(stops)), "no service was stopped twice"
