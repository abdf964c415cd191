"""By keyboard alone: accounts, groups and how people sign in, what is told to whom, programs, and saved filters."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.colleagues import sets_up_app
from tests.journeys.conftest import Who
from tests.journeys.person import Person, sign_in
from tests.journeys.stack import LOGIN, PASSWORD, Stack
from tests.journeys.test_looks import told
from tests.sign_in.browsers import code

pytestmark = pytest.mark.usefixtures("keys")
LOCK = (
    "INSERT INTO console_signinfailures (kind, key, failures, since, locked_until) "
    "VALUES ('account', ?, 9, datetime('now'), datetime('now', '+1 hour'))"
)
OWN = "a better word than the first"


def locked(stack: Stack, name: str) -> None:
    """Somebody has tried that name too often."""
    stack.rows("DELETE FROM console_signinfailures WHERE key = ?", name)
    stack.rows(LOCK, name)


def press(person: Person, name: str) -> None:
    """Press the button of that name."""
    person.page.get_by_role("button", name=name, exact=True).click()


def test_an_account_is_made_given_a_password_switched_and_unlocked(stack: Stack, who: Who) -> None:
    olga = who(LOGIN)
    page = olga.page
    page.goto("/people/")
    page.get_by_label("Name of a new group").fill("keys")
    press(olga, "Add the group")
    page.locator("#id_name").fill("kim")
    page.locator("#id_password").fill(PASSWORD)
    press(olga, "Add the account")
    page.get_by_role("link", name="keys", exact=True).click()
    page.get_by_role("checkbox", name="kim").check()
    press(olga, "Keep these people")
    page.get_by_role("link", name="keys", exact=True).click()
    expect(page.get_by_role("checkbox", name="kim")).to_be_checked()
    press(olga, "Remove the group")
    page.goto("/people/")
    press(olga, "Switch kim off")
    locked(stack, "kim")
    press(olga, "Switch on")
    press(olga, "Unlock")
    page.get_by_label("Password for the next sign-in").fill(OWN)
    page.get_by_label("Reason", exact=False).first.fill("called back")
    press(olga, "Give this password")
    olga.sees("given by olga")


def test_who_may_sign_in_and_how_is_kept(stack: Stack, who: Who) -> None:
    olga = who(LOGIN)
    page = olga.page
    stack.rows("INSERT OR IGNORE INTO auth_group (name) VALUES ('operators')")
    locked(stack, "nobody-here")
    page.goto("/sign-ins/")
    press(olga, "Unlock nobody-here")
    page.get_by_label("Somebody lost theirs").fill("vera")
    page.get_by_label("Why, and how you know that it is them").fill("she came by")
    press(olga, "Take them away")
    page.get_by_label("The domain's DNS name").fill("corp.example")
    press(olga, "Let its people in")
    page.get_by_label("Group outside").fill("CN=Mail operators,DC=corp,DC=example")
    press(olga, "Add")
    press(olga, "Remove CN=Mail operators,DC=corp,DC=example")
    press(olga, "Remove corp.example")
    who("vera")
    page.goto("/sign-ins/")
    page.get_by_role("button", name=re.compile("^End the session of vera")).first.click()
    olga.sees("vera")


def test_somebody_keeps_their_own_account(who: Who) -> None:
    sam, elsewhere = who("sam"), who("sam")
    page = sam.page
    page.goto("/account/")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="日本語").click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("button", name=re.compile("^End the session of sam")).first.click()
    who("sam")
    page.goto("/account/")
    press(sam, "End all others")
    elsewhere.page.goto("/account/")
    expect(elsewhere.page.get_by_label("Password")).to_be_visible()
    secret = sets_up_app(page)
    page.goto("/sign-in/again/?next=/account/second-factor/")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main button").first.click()
    page.get_by_role("link", name="Make new codes").click()
    press(sam, "Make them")
    page.get_by_role("link", name="I have kept them").click()
    page.goto("/account/second-factor/again/?next=/account/second-factor/")
    page.get_by_role("textbox", name="Code").fill(code(secret))
    page.locator("main button").first.click()
    page.get_by_role("link", name="Remove it").click()
    press(sam, "Remove it")
    page.goto("/account/password/")
    for field in page.locator("main input[type=password]").all():
        field.fill(OWN)
    page.locator("main button").first.click()
    sam.signs_out()
    sign_in(page, "sam", OWN)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_channel_and_a_rule_are_made_tried_changed_and_removed(who: Who) -> None:
    olga = who(LOGIN)
    page = olga.page
    numbers = told(olga)
    page.get_by_role("button", name=re.compile("^Send again")).first.click()
    page.locator("summary", has_text="Make a new secret").click()
    press(olga, "Make a new secret")
    olga.sees("whsec_")
    page.goto(f"/notifications/channels/{numbers['channel']}/")
    page.get_by_role("link", name="Change", exact=True).first.click()
    page.get_by_label("Name").fill("night-shift")
    press(olga, "Save")
    page.goto(f"/notifications/rules/{numbers['rule']}/")
    page.get_by_role("checkbox", name="operation.opened").check()
    press(olga, "Save")
    olga.sees("operation.opened would never be told")
    page.get_by_label("From this severity on").select_option(label="info")
    press(olga, "Save")
    page.get_by_role("link", name="Change the rule of everything to night-shift").click()
    expect(page.get_by_role("checkbox", name="operation.opened")).to_be_checked()
    page.locator("summary", has_text="Remove this rule").click()
    press(olga, "Remove the rule")
    page.goto(f"/notifications/channels/{numbers['channel']}/")
    page.locator("summary", has_text="Remove this channel").click()
    press(olga, "Remove night-shift")
    expect(page.get_by_role("link", name="night-shift")).to_have_count(0)


def test_a_token_is_made_and_revoked_and_a_filter_saved_renamed_and_removed(who: Who) -> None:
    olga = who(LOGIN)
    page = olga.page
    page.goto("/tokens/")
    page.get_by_label("Name").fill("by-keys")
    page.get_by_label("Why?").fill("a report")
    press(olga, "Make it")
    page.get_by_role("link", name="I have copied it").click()
    row = page.get_by_role("row").filter(has_text="by-keys")
    row.locator("summary").click()
    row.get_by_role("button", name="Revoke by-keys").click()
    expect(page.get_by_role("region", name="Revoked")).to_contain_text("by-keys")
    page.goto("/audit/?text=token")
    page.locator("summary", has_text="Save this filter").click()
    page.get_by_label("Name", exact=True).fill("programs")
    press(olga, "Save")
    page.goto("/audit/filters/")
    page.locator("summary", has_text="Change programs").click()
    page.get_by_label("Name", exact=True).fill("tokens")
    press(olga, "Save")
    page.goto("/audit/filters/")
    page.locator("summary", has_text="Change tokens").click()
    press(olga, "Remove tokens")
    olga.sees("No filter is saved yet")
