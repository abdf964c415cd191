"""Two people and one failover: who asks, who approves, what drifts in between, and the emergency that goes without."""

import re

from playwright.sync_api import expect

from tests.journeys.colleagues import sets_up_app
from tests.journeys.conftest import Who
from tests.journeys.drifting import a_name_goes, mailboxes_go
from tests.journeys.stack import LOGIN, LabCluster, Stack


def test_what_one_asks_for_another_approves_with_a_code_and_the_history_names_both(
    who: Who, guarded: LabCluster
) -> None:
    petra = who("petra")
    secret = sets_up_app(petra.page)
    desk = who("otto")
    plan = desk.prepares(guarded, "new firmware")
    expect(desk.confirm_button).to_have_count(0)
    desk.sees("otto asked for the failover of", "Those who can:")
    desk.tries_to_approve_by_hand()
    ((reason, remedy),) = desk.reasons().items()
    assert reason.startswith(f"otto asked for the failover of {guarded.name}, and so cannot approve it.")
    assert "petra" in remedy
    assert "otto" not in remedy
    desk.signs_out()
    desk.signs_in("petra", secret)
    desk.finds_waiting(plan, guarded)
    desk.sees("new firmware")
    expect(desk.page.locator(".diff").first).to_be_visible()
    assert desk.listed_changes()
    desk.approves(plan, "After the backup.")
    expect(desk.confirm_button).to_have_count(0)
    desk.signs_out()
    assert guarded.untouched(), "asking and approving change nothing"
    desk.signs_in("otto")
    desk.runs(plan, "new firmware")
    desk.sees_ending("succeeded")
    assert guarded.owner() == guarded.standby
    desk.sees("confirmed by otto", "petra approved it")
    aki = who("aki")
    for action, name in (("approval:plan:approved", "petra"), ("operation:failover:confirmed", "otto")):
        assert name in aki.audited(guarded, action)


def test_what_drifts_between_approval_and_start_makes_the_approval_void_or_stops_it_before_its_first_change(
    stack: Stack, who: Who, guarded: LabCluster
) -> None:
    otto, pat = who("otto"), who("pat")
    first = otto.prepares(guarded, "new firmware")
    pat.approves(first)
    gone = a_name_goes(stack, guarded)
    stack.rows("UPDATE console_planrecord SET expires_at = created_at WHERE id = ?", first)
    otto.page.goto(f"/plans/{first}/")
    otto.checks_again()
    expect(otto.approval).to_contain_text(f"Planned again as plan {otto.plan()}, it is no longer the same")
    expect(otto.approval).to_contain_text(re.compile(re.escape(gone), re.IGNORECASE))
    expect(otto.confirm_button).to_have_count(0)
    second = otto.plan()
    otto.asks_for_approval("the name was somebody's mistake")
    pat.approves(second)
    gone = a_name_goes(stack, guarded)
    before = len(guarded.effects())
    otto.runs(second, "new firmware")
    otto.sees_ending("failed")
    expect(otto.now).to_contain_text("The plan no longer fits")
    expect(otto.now).to_contain_text(re.compile(re.escape(gone), re.IGNORECASE))
    expect(otto.now).to_contain_text("Nothing was changed.")
    assert len(guarded.effects()) == before


def test_mailboxes_that_go_within_the_tolerance_leave_the_approval_standing(
    stack: Stack, who: Who, guarded: LabCluster
) -> None:
    otto = who("otto")
    plan = otto.prepares(guarded, "new firmware")
    who("pat").approves(plan)
    mailboxes_go(stack, guarded, 2)
    stack.rows("UPDATE console_planrecord SET expires_at = created_at WHERE id = ?", plan)
    otto.page.goto(f"/plans/{plan}/")
    otto.checks_again()
    expect(otto.approval).to_contain_text("nothing structural is different; of the mailboxes 0 came, 2 are gone")
    mailboxes_go(stack, guarded, 1)
    otto.confirms("new firmware")
    otto.sees_ending("succeeded")
    otto.sees("pat approved it")
    assert guarded.owner() == guarded.standby


def test_an_emergency_goes_without_and_every_page_says_so_until_somebody_else_has_looked_into_it(
    who: Who, guarded: LabCluster
) -> None:
    olga, vera, pat = who(LOGIN), who("vera"), who("pat")
    plan = olga.prepares(guarded, "new firmware")
    sentence = f"{guarded.name} cannot wait for an approval"
    otto = who("otto")
    otto.page.goto(f"/plans/{plan}/")
    expect(otto.page.locator("#emergency")).to_have_count(0)
    olga.cannot_wait(guarded, "mail is slow, and nobody answers", "please")
    olga.sees(f"If it is so, type: {sentence}")
    assert guarded.untouched()
    olga.cannot_wait(guarded, "mail is slow, and nobody answers", sentence)
    olga.page.wait_for_url(re.compile(r"/operations/\d+/"))
    number, words = olga.operation, "Emergency: started without an approval."
    for address in ("/", "/operations/", f"/clusters/{guarded.name}/", "/account/", "/rights/why/"):
        vera.page.goto(address)
        expect(vera.banner).to_contain_text(words)
        expect(vera.banner).to_contain_text("mail is slow, and nobody answers")
    olga.sees_ending("succeeded")
    olga.sees("Started without the approval that it needs.", "It stays here until somebody else")
    assert guarded.owner() == guarded.standby
    assert "mail is slow, and nobody answers" in olga.audited(guarded, "approval:plan:overridden")
    pat.page.goto("/approvals/")
    expect(pat.page.get_by_role("region", name="Started without an approval")).to_contain_text(f"#{number}")
    pat.writes("Acknowledge", "mail was slow indeed", pat.banner).click()
    pat.sees("The emergency is acknowledged.")
    vera.page.goto("/")
    expect(vera.banner).to_have_count(0)


def test_a_no_and_the_end_of_its_time_are_seen_by_who_asked(stack: Stack, who: Who, guarded: LabCluster) -> None:
    otto, pat = who("otto"), who("pat")
    plan = otto.prepares(guarded, "new firmware")
    pat.page.goto(f"/plans/{plan}/")
    pat.writes("Deny it", "Not before the backup.").click()
    pat.sees("It is denied.")
    expect(otto.approval, "the page follows by itself").to_contain_text("Not before the backup.")
    otto.page.goto("/approvals/")
    mine = otto.page.get_by_role("region", name="Mine")
    expect(mine.get_by_role("row").filter(has_text=f"plan {plan}")).to_contain_text("pat: Not before the backup.")
    otto.page.goto(f"/plans/{plan}/")
    otto.asks_for_approval("the backup is done")
    stack.rows("UPDATE console_approval SET expires_at = asked_at WHERE plan_id = ? AND state = 'pending'", plan)
    otto.page.goto(f"/plans/{plan}/")
    expect(otto.approval).to_contain_text("expired")
    expect(otto.confirm_button).to_have_count(0)
    pat.page.goto(f"/plans/{plan}/")
    expect(pat.page.get_by_role("button", name="Approve it")).to_have_count(0)
    assert guarded.untouched()
