"""Second factors in Chromium: a security key by its virtual authenticator, and how the pages look."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from playwright.sync_api import Browser, Page, expect, sync_playwright

from console.web.session_limits import BEGUN
from tests import schema
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.journeys.looks import troubles
from tests.personas import PASSWORD
from tests.sign_in.browsers import code

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]
AGE = f"""
from importlib import import_module
from django.conf import settings
from django.contrib.sessions.models import Session
for row in Session.objects.all():
    session = import_module(settings.SESSION_ENGINE).SessionStore(row.session_key)
    for proof in session.get("{AUTHENTICATION_METHODS_SESSION_KEY}", []):
        proof["at"] -= 1200
    session["{BEGUN}"] = session.get("{BEGUN}", 0) - 1200
    session.save()
"""
"""Lets every sign-in lie twenty minutes further back."""


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a console of its own, in which operators need a second factor."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("CHANGEOVER_", "DJANGO_"))}
    own |= {"CHANGEOVER_STATE_DIR": str(tmp_path_factory.mktemp("console")), "CHANGEOVER_BROKER_URL": "memory://"}
    return own | {"CHANGEOVER_SECOND_FACTOR_ROLES": "operator"}


@pytest.fixture(scope="module")
def console(env: dict[str, str]) -> Iterator[str]:
    """Its address at `localhost`, where keys work without HTTPS."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    schema.place(Path(env["CHANGEOVER_STATE_DIR"]) / schema.DATABASE)
    for name, role in (("olga", "operator"), ("ada", "administrator")):
        manage(env, "account", "add", name, "--role", role, "--password-stdin")
    words = ["-m", "uvicorn", "console.asgi:application", "--port", str(port), "--log-level", "warning"]
    server = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=env)
    try:
        _wait(f"http://localhost:{port}/sign-in/")
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(20)


def manage(env: dict[str, str], *words: str) -> None:
    """Run a command of that console, to which a password is typed."""
    command = [sys.executable, "manage.py", *words]
    subprocess.run(command, cwd=ROOT, env=env, input=PASSWORD + "\n", text=True, check=True, capture_output=True)


def _wait(address: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, "the console did not start"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed before anything else uses Django: while it is driven a loop runs in this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(console: str, chromium: Browser) -> Iterator[Page]:
    """A browser window of its own, which complains about anything that its policy or a script refuses."""
    context = chromium.new_context(base_url=console, locale="en-GB")
    context.set_default_timeout(20_000)
    opened, said = context.new_page(), []
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    yield opened
    context.close()
    assert not said


def sign_in(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()


def key(page: Page) -> Any:
    """Plug in a key that is touched whenever it is asked."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True, "isUserVerified": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "hasUserVerification": True}})
    return devtools


def test_a_key_is_set_up_before_anything_else_and_lets_in_from_then_on(page: Page, env: dict[str, str]) -> None:
    devtools = key(page)
    sign_in(page, "olga")
    expect(page.get_by_text("Your role asks for a second factor.")).to_be_visible()
    page.goto("/operations/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    page.get_by_role("link", name="Add a key").click()
    page.get_by_label("What to call it").fill("desk drawer")
    assert not troubles(page)
    page.get_by_role("button", name="Add this key").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert len(page.locator(".codes li").all()) == 10
    assert not troubles(page)
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("link", name="Your keys").click()
    expect(page.locator("tbody")).to_contain_text("desk drawer")
    assert not troubles(page)

    sign_out(page)
    sign_in(page, "olga")
    assert not troubles(page)
    page.get_by_role("button", name="Use your security key").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clusters")

    proves_to_be_there_by_the_key(page, env)
    sign_out(page)
    devtools.send("WebAuthn.disable")
    key(page)  # another one
    sign_in(page, "olga")
    page.get_by_role("button", name="Use your security key").click()
    expect(page.get_by_text("The key gave no answer in time")).to_be_visible()
    page.goto("/operations/")
    expect(page.get_by_label("Password")).to_be_visible()


def proves_to_be_there_by_the_key(page: Page, env: dict[str, str]) -> None:
    """What takes a sign-in of just now is let through by a touch of the key; a key is removed like that, or kept."""
    manage(env, "shell", "-c", AGE)
    page.goto("/account/second-factor/keys/")
    page.get_by_role("link", name="Remove desk drawer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it you, olga?")
    page.get_by_role("link", name="Use your security key").click()
    assert not troubles(page)
    page.get_by_role("button", name="Use your security key").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Remove the key desk drawer?")
    assert not troubles(page)
    page.get_by_role("link", name="Keep it").click()
    expect(page.locator("tbody")).to_contain_text("desk drawer")


def test_an_app_is_set_up_from_the_account_and_asked_for(page: Page) -> None:
    sign_in(page, "ada")
    page.get_by_role("link", name="ada").click()
    assert not troubles(page)
    page.get_by_role("link", name="Set up", exact=True).click()
    page.get_by_role("link", name="Set up an app").click()
    assert not troubles(page)
    secret = page.locator("code").inner_text()
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Set it up").click()
    expect(page.locator(".field__error")).to_be_visible()
    page.get_by_role("textbox", name="Code").fill(code(secret, -1))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    sign_out(page)
    sign_in(page, "ada")
    page.get_by_label("Code of your app").fill(code(secret))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clusters")
    for address in ("/sign-ins/", "/account/password/", "/sign-in/again/?next=/account/", "/account/second-factor/"):
        page.goto(address)
        assert not troubles(page), address
    assert re.fullmatch(r"[A-Z2-7]{32}", secret)
