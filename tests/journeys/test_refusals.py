"""What must not be moved is refused on the page, with every reason and a remedy each; what is unknown asks for more."""

import re

from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack


def test_three_things_wrong_are_three_reasons_and_checking_again_finds_them_mended(
    olga: Person, cluster: LabCluster
) -> None:
    cluster.fault(cluster.primary, "partition-busy")
    cluster.fault(cluster.primary, "clpstat-garbage")
    cluster.fault(cluster.standby, "winrm-down")
    olga.asks(cluster, "failover")
    reasons = olga.reasons()
    assert len(reasons) >= 3
    assert all(reasons.values()), "every reason has its remedy"
    assert [text for text in reasons if "explorer.exe" in text]
    assert [text for text in reasons if cluster.standby in text]
    expect(olga.confirm_button).to_have_count(0)
    for node, fault in (
        (cluster.primary, "partition-busy"),
        (cluster.primary, "clpstat-garbage"),
        (cluster.standby, "winrm-down"),
    ):
        cluster.fault(node, fault, on=False)
    olga.checks_again()
    expect(olga.confirm_button).to_be_visible()
    assert cluster.untouched()


def test_what_was_refused_is_read_anew_and_left_backwards_without_being_sent_again(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    olga.asks(cluster, "failover")
    plan = olga.page.url
    olga.page.evaluate("document.querySelector('#reason').form.noValidate = true")
    with olga.page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        olga.confirm_button.click()
    assert sent.value.status == 422
    expect(olga.page).to_have_url(plan)
    again = olga.page.reload()
    assert again is not None
    assert (again.request.method, again.status) == ("GET", 200)
    back = olga.page.go_back()
    assert back is not None
    assert back.request.method == "GET"
    assert cluster.untouched()


def test_a_partition_in_use_is_refused_and_who_uses_it_is_named(olga: Person, cluster: LabCluster) -> None:
    cluster.lab.open_handle(cluster.primary, "notepad.exe", r"X:\Exchsrv\readme.txt")
    olga.asks(cluster, "failover")
    ((reason, remedy),) = olga.reasons().items()
    assert "notepad.exe" in reason
    assert remedy
    cluster.lab.close_handles(cluster.primary, "notepad.exe")
    olga.checks_again()
    expect(olga.confirm_button).to_be_visible()


def test_a_partition_that_gets_busy_after_the_plan_stops_before_the_first_change(
    olga: Person, cluster: LabCluster
) -> None:
    olga.asks(cluster, "failover")
    cluster.fault(cluster.primary, "partition-busy")
    olga.confirms()
    olga.sees_ending("failed")
    expect(olga.now).to_contain_text("explorer.exe")
    expect(olga.now).to_contain_text("Nothing was changed.")
    expect(olga.now).to_contain_text("This operation did not take mail down.")
    assert cluster.untouched()
    cluster.fault(cluster.primary, "partition-busy", on=False)
    olga.page.get_by_role("button", name="Make a new plan").click()
    olga.waits_for_plan()
    expect(olga.confirm_button).to_be_visible()


def test_a_target_that_has_the_group_already_is_refused(olga: Person, cluster: LabCluster) -> None:
    olga.asks(cluster, "failback")
    assert f"{cluster.primary} has it already." in " ".join(olga.reasons())


def test_an_unknown_is_taken_on_by_a_tick_and_the_typed_name_or_not_at_all(olga: Person, cluster: LabCluster) -> None:
    cluster.fault(cluster.primary, "handle-missing")
    olga.asks(cluster, "failover")
    olga.sees("Unknown, and taken on by you")
    unknown = olga.page.locator(".check-row--unknown")
    expect(unknown.locator(".remedy").first).to_be_visible()
    olga.page.get_by_label("Reason").fill("nobody is signed in there, I looked")
    typed = olga.page.get_by_label(re.compile(f"Type {cluster.name} to confirm"))
    typed.fill(cluster.name.lower())
    olga.confirm_button.click()
    olga.sees("Nothing was started", f"Type the name of the cluster, {cluster.name}, to confirm.", "Tick each thing")
    expect(olga.page.locator("#messages > .tone-bad")).to_be_focused()
    assert cluster.untouched()
    typed.fill(cluster.name)
    for box in olga.page.get_by_role("checkbox").all():
        box.check()
    olga.confirm_button.click()
    olga.sees_ending("succeeded")
    assert cluster.owner() == cluster.standby


def test_a_wrong_directory_password_is_told_with_its_remedy_and_never_shown(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    stack.lab.directory_fault("wrong-password")
    try:
        olga.asks(cluster, "failover")
        olga.sees("The plan could not be made.")
        expect(olga.page.locator(".notice .remedy").first).not_to_be_empty()
        assert stack.part.password not in olga.page.content()
    finally:
        stack.lab.directory_fault("wrong-password", on=False)
    olga.checks_again()
    expect(olga.confirm_button).to_be_visible()


def test_a_directory_password_that_stops_fitting_after_the_plan_stops_before_the_first_change(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    olga.asks(cluster, "failover")
    stack.lab.directory_fault("wrong-password")
    try:
        olga.confirms()
        olga.sees_ending("failed")
    finally:
        stack.lab.directory_fault("wrong-password", on=False)
    expect(olga.now).to_contain_text("Nothing was changed.")
    expect(olga.now.locator(".remedy")).not_to_be_empty()
    assert cluster.untouched()


def test_a_plan_that_has_expired_is_not_started_and_offers_to_check_again(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    olga.asks(cluster, "failover")
    stack.rows("UPDATE console_planrecord SET expires_at = created_at WHERE id = ?", olga.plan())
    olga.page.get_by_label("Reason").fill("back from lunch")
    olga.confirm_button.click()
    assert f"Plan {olga.plan()} has expired" in " ".join(olga.reasons())
    assert cluster.untouched()
    olga.sees("This plan has expired.")
    olga.checks_again()
    expect(olga.confirm_button).to_be_visible()


def test_a_plan_that_no_longer_fits_stops_before_the_first_change_and_names_what_drifted(
    stack: Stack, olga: Person, cluster: LabCluster
) -> None:
    olga.asks(cluster, "failover")
    with stack.administrator() as connection:
        connection.search(
            stack.part.base_dn, f"(sAMAccountName={cluster.primary}$)", attributes=["servicePrincipalName"]
        )
        (entry,) = [item for item in connection.response if item["type"] == "searchResEntry"]
        name = next(value for value in entry["attributes"]["servicePrincipalName"] if value.startswith("exchangeMDB/"))
        assert connection.modify(entry["dn"], {"servicePrincipalName": [("MODIFY_DELETE", [name])]})
    drifted = len(cluster.writes())
    olga.confirms()
    olga.sees_ending("failed")
    expect(olga.now).to_contain_text("The plan no longer fits")
    expect(olga.now).to_contain_text(re.compile(re.escape(name), re.IGNORECASE))
    expect(olga.now).to_contain_text("Nothing was changed.")
    assert len(cluster.writes()) == drifted
    assert not cluster.effects("service", "group")
