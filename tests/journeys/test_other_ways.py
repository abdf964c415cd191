"""Other ways to the same end: without JavaScript, and by doing only what the page suggests."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.person import Person, sign_in
from tests.journeys.stack import LabCluster, Stack


def test_without_javascript_everything_works_by_reloading(people: People, cluster: LabCluster) -> None:
    olga = people(known=False, java_script_enabled=False)
    sign_in(olga.page)
    olga.page.get_by_role("link", name=cluster.name).click()
    olga.page.get_by_role("button", name="Fail over").click()
    expect(olga.confirm_button).to_be_visible()
    olga.confirms()
    expect(olga.link).to_have_text(
        re.compile("Without scripts this page does not follow by itself"), use_inner_text=True
    )
    for _ in range(90):
        if olga.now.locator(".badge").inner_text() == "succeeded":
            break
        olga.page.wait_for_timeout(500)
        olga.link.locator("a").click()
    expect(olga.now).to_contain_text(f"Mail is up on {cluster.standby}, proved.")
    assert cluster.owner() == cluster.standby
    olga.page.get_by_role("button", name="Sign out").click()
    expect(olga.page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_newcomer_who_presses_only_what_is_suggested_gets_there_and_back(
    stack: Stack, people: People, cluster: LabCluster
) -> None:
    stack.forget(cluster.name)
    nina = people(known=False)
    sign_in(nina.page)
    nina.page.get_by_role("link", name=cluster.name).click()
    nina.sees("Nothing has been seen of this cluster yet.", "Press Observe now")
    nina.page.get_by_role("button", name="Observe now").click()
    expect(nina.page.get_by_text(f"Move the group to {cluster.standby}.")).to_be_visible()
    follows(nina, "Fail over")
    expect(nina.confirm_button).to_be_visible()
    nina.page.get_by_label("Reason").fill("trying it out")
    follows(nina, f"Fail over to {cluster.standby} now")
    nina.sees_ending("succeeded")
    assert cluster.owner() == cluster.standby
    follows(nina, "Fail back")
    expect(nina.confirm_button).to_be_visible()
    nina.page.get_by_label("Reason").fill("and back")
    follows(nina, f"Fail back to {cluster.primary} now")
    nina.sees_ending("succeeded")
    assert cluster.owner() == cluster.primary
    assert not nina.troubles


def test_a_wrong_password_is_refused_with_a_remedy(people: People) -> None:
    stranger = people(known=False)
    sign_in(stranger.page, password="not the password")
    stranger.sees("That name and password do not fit.", "ask an administrator")
    stranger.page.goto("/operations/")
    expect(stranger.page.get_by_role("button", name="Sign in")).to_be_visible()


def follows(person: Person, suggestion: str) -> None:
    """Press the one button that stands out; it must be this one."""
    standing_out = person.page.locator("main .button--primary:visible")
    expect(standing_out).to_have_count(1)
    expect(standing_out).to_have_text(re.compile(rf"^\s*{re.escape(suggestion)}\s*$"))
    standing_out.click()
