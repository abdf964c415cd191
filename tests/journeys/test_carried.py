"""Clusters whose group carries the name, by clicking: refused, moved, failed with a name, brought up by force."""

import re

from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import LabCluster, Stack

STORE = "Exchange Information Store Instance - (KYO-EVS1)"
DATABASE = "Second Storage Group/Mailbox Database 2 (FUK-CMS1)"


def test_a_virtual_server_is_refused_where_a_resource_may_not_run_and_then_moved_by_the_cluster_service(
    stack: Stack, olga: Person, kyoto: LabCluster
) -> None:
    before = stack.picture()
    kyoto.fault(kyoto.standby, "not-possible-owner", resource=STORE)
    olga.asks(kyoto, "failover")
    ((reason, remedy),) = olga.reasons().items()
    assert f"{STORE} may not run on {kyoto.standby}" in reason
    assert "/addowner:" in remedy
    kyoto.fault(kyoto.standby, "not-possible-owner", on=False, resource=STORE)
    olga.checks_again()
    olga.sees('cluster group "EVS Kyoto" /move:KYO-N2', "Nothing in the directory changes")
    olga.confirms("firmware update")
    olga.sees_ending("succeeded")
    olga.sees(f"Mail is up on {kyoto.standby}, proved.", "Mail was down for")
    assert kyoto.owner() == kyoto.standby
    assert stack.picture() == before
    olga.opens(kyoto)
    olga.sees("Resources of EVS Kyoto", STORE, "KYO-EVS1 moves with the group")
    assert not olga.troubles


def test_a_mailbox_server_whose_database_fails_is_named_and_brought_up_by_force_once_it_is_mended(
    olga: Person, fukuoka: LabCluster
) -> None:
    fukuoka.fault(fukuoka.standby, "group-fails", resource=DATABASE)
    olga.asks(fukuoka, "failover")
    olga.sees("Move-ClusteredMailboxServer -Identity 'FUK-CMS1'", "after a move by cluster.exe")
    olga.confirms("firmware update")
    olga.sees_ending("failed")
    olga.sees(f"{DATABASE} has failed on {fukuoka.standby}")
    fukuoka.fault(fukuoka.standby, "group-fails", on=False, resource=DATABASE)
    olga.opens(fukuoka)
    olga.page.locator("summary", has_text="The group does not serve mail where it is").click()
    row = olga.page.locator("form.move", has_text=f"To {fukuoka.standby}. Shows the evidence")
    row.get_by_role("button", name="Take over").click()
    olga.page.wait_for_url(re.compile(r"/plans/\d+/"))
    olga.waits_for_plan()
    olga.sees(f"Brings Exchange on Fukuoka up on {fukuoka.standby} by force", "Start-ClusteredMailboxServer")
    olga.page.get_by_label("Reason").fill("a database failed")
    olga.page.get_by_label("Type Fukuoka to confirm").fill("Fukuoka")
    olga.page.get_by_label("If it is so, type:").fill("Fukuoka does not serve mail as it should")
    olga.confirm_button.click()
    olga.page.wait_for_url(re.compile(r"/operations/\d+/"))
    olga.sees_ending("succeeded")
    expect(olga.now).to_contain_text(f"Mail is up on {fukuoka.standby}, proved.")
    assert fukuoka.owner() == fukuoka.standby
