"""What people see and are refused who only look, who audit, and who belong to another cluster."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Who
from tests.journeys.stack import LOGIN, LabCluster


def test_who_only_looks_is_told_who_can_give_the_right_and_by_which_grant_it_is_missing(
    who: Who, cluster: LabCluster
) -> None:
    vera = who("vera")
    vera.opens(cluster)
    button = vera.page.get_by_role("button", name="Fail over")
    expect(button).to_have_attribute("aria-disabled", "true")
    words = f"The account vera may not start, stop or acknowledge operations on {cluster.name}"
    vera.sees(words, LOGIN)
    button.click(force=True)
    expect(vera.page.get_by_role("heading", level=1)).to_have_text("You may not do that")
    vera.sees(words, LOGIN)
    vera.page.get_by_role("link", name="Why can't I?").click()
    vera.page.get_by_label("Cluster").select_option(cluster.name)
    vera.page.get_by_role("button", name="Ask").click()
    answer = vera.page.get_by_role("region", name="No", exact=True)
    expect(answer).to_contain_text(words)
    expect(answer.get_by_role("row").filter(has_text="viewer")).to_be_visible()
    assert cluster.untouched()


def test_who_audits_reads_everything_and_changes_nothing(who: Who, cluster: LabCluster) -> None:
    aki = who("aki")
    aki.page.goto("/audit/")
    aki.page.get_by_role("row").nth(1).get_by_role("link").first.click()
    expect(aki.page.get_by_text("canonical JSON")).to_be_visible()
    with aki.page.expect_download() as got:
        aki.page.goto("/audit/")
        aki.page.get_by_role("link", name="JSON Lines").click()
    assert got.value.path().read_bytes().startswith(b"{")
    aki.opens(cluster)
    aki.page.get_by_role("button", name="Fail over").click(force=True)
    aki.sees("You may not do that", "The account aki may not")
    aki.page.goto("/rights/")
    aki.sees("You may not do that")
    assert cluster.untouched()


def test_who_belongs_to_another_cluster_finds_no_trace_of_this_one(
    who: Who, cluster: LabCluster, mail2007: LabCluster
) -> None:
    sam = who("sam")
    sam.sees("You may not do that", LOGIN)
    who(LOGIN).gives_role("sam", "operator", mail2007)
    sam.page.goto("/")
    expect(sam.page.get_by_role("link", name=mail2007.name, exact=True).first).to_be_visible()
    assert cluster.name not in sam.page.content()
    sam.page.goto(f"/clusters/{cluster.name}/")
    there = re.sub(cluster.name, "X", sam.page.get_by_role("main").inner_text())
    sam.page.goto("/clusters/NOWHERE/")
    assert there == re.sub("NOWHERE", "X", sam.page.get_by_role("main").inner_text())
    sam.page.goto("/rights/why/")
    assert cluster.name not in sam.page.content()
    sam.asks(mail2007, "failover")
    expect(sam.confirm_button).to_be_visible()
