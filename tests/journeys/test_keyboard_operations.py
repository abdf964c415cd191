"""By keyboard alone: an approval that is denied, withdrawn, renewed, and gone without in an emergency."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Who
from tests.journeys.stack import LOGIN, LabCluster, Stack

pytestmark = pytest.mark.usefixtures("keys")


def test_an_approval_is_denied_withdrawn_renewed_and_gone_without(stack: Stack, who: Who, guarded: LabCluster) -> None:
    otto, pat, olga = who("otto"), who("pat"), who(LOGIN)
    plan = otto.prepares(guarded, "new firmware")
    pat.page.goto(f"/plans/{plan}/")
    pat.writes("Deny it", "Not before the backup.").click()
    pat.sees("It is denied.")
    otto.page.goto(f"/plans/{plan}/")
    otto.asks_for_approval("the backup is done")
    otto.writes("Withdraw the request", "not today").click()
    expect(otto.approval).to_contain_text("not today")
    otto.asks_for_approval("today after all")
    stack.rows("UPDATE console_planrecord SET expires_at = created_at WHERE id = ?", plan)
    otto.page.goto(f"/plans/{plan}/")
    otto.checks_again()
    olga.page.goto(f"/plans/{otto.plan()}/")
    olga.cannot_wait(guarded, "mail is slow, and nobody answers", f"{guarded.name} cannot wait for an approval")
    olga.page.wait_for_url(re.compile(r"/operations/\d+/"))
    olga.sees_ending("succeeded")
    pat.page.goto("/approvals/")
    pat.writes("Acknowledge", "mail was slow indeed", pat.banner).click()
    pat.sees("The emergency is acknowledged.")
