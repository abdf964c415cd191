"""A newcomer: a fresh clone, `make demo`, the login that it prints, and then only the one button that stands out."""

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.architecture.sources import ROOT
from tests.demo.table import started_with
from tests.journeys.person import ENDING

MOST = 8
"""So many pages at most, from the address that is printed to the failover."""
SOON = 60_000
"""Milliseconds within which a page suggests something: the first look at the clusters takes some seconds."""


def cloned(folder: Path) -> Path:
    """A clone of this checkout with a virtual environment in which everything is that `make` would install.

    What is installed here is lent to it: `make` asks pip, and pip finds each version and fetches nothing.
    """
    trusting = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    run(["git", "clone", "--quiet", str(ROOT), str(folder)], env=os.environ | trusting)
    run([sys.executable, "-m", "venv", "--without-pip", str(folder / ".venv")])
    lib = next((folder / ".venv" / "lib").glob("python3*")) / "site-packages"
    (lib / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return folder


def run(argv: list[str], env: dict[str, str] | None = None) -> str:
    """What a program says. Raises `CalledProcessError`."""
    return subprocess.run(argv, env=env or shell(), capture_output=True, text=True, timeout=120, check=True).stdout


def shell() -> dict[str, str]:
    """The environment of somebody who has set nothing up."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("CHANGEOVER_", "PYTHON"))}


@contextmanager
def demo(clone: Path) -> Iterator[str]:
    """`make demo` at a terminal of its own, until Ctrl-C there; what it prints until it is ready."""
    argv = ["make", "demo", "ARGS=--port 18200"]
    process = subprocess.Popen(
        argv,
        cwd=clone,
        env=shell(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        said = ""
        for line in process.stdout:
            said += line
            if line.strip().startswith("End: Ctrl-C"):
                break
        assert "Changeover is ready:" in said, said
        yield said
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)


def printed(said: str, words: str) -> str:
    """What stands behind these words."""
    found = re.search(rf"{words}\s+(\S+)", said)
    assert found, said
    return found[1]


def follows(page: Page, answers: dict[str, str]) -> str:
    """Answer what the form of the one button that stands out has to know, and press it; the button's word."""
    standing_out = page.locator("main .button--primary:visible")
    expect(standing_out).to_have_count(1, timeout=SOON)
    word = standing_out.inner_text().strip()
    for field in standing_out.locator("xpath=ancestor::form").locator("[required]:visible").all():
        label = str(field.evaluate("one => one.labels[0].innerText")).strip()
        field.fill(answers.get(label, "trying it out"))
    with page.expect_navigation():
        standing_out.click()
    return word


@pytest.mark.timeout(420)
def test_from_a_fresh_clone_to_the_first_failover_by_what_each_page_suggests(tmp_path: Path, browser: Browser) -> None:
    clone = cloned(tmp_path / "changeover")
    with demo(clone) as said:
        login = {"Name": printed(said, "Sign in as"), "Password": printed(said, "Password")}
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(printed(said, "Changeover is ready:"))
        now = page.get_by_role("region", name="Now", exact=True)
        pressed: list[str] = []
        while not now.count():
            assert len(pressed) < MOST, pressed
            pressed.append(follows(page, login))
        expect(now.locator(".badge")).to_have_text("succeeded", timeout=ENDING)
        expect(page.locator("main .button--primary:visible")).to_have_text(re.compile("Fail back"))
        context.close()
        assert pressed[0] == "Sign in"
        target = re.fullmatch(r"Fail over to (\S+) now", pressed[-1])
        assert target, pressed
        manage = [str(clone / ".venv" / "bin" / "python"), str(clone / "manage.py"), "lab", "status"]
        told = run(manage, shell() | {"CHANGEOVER_STATE_DIR": str(clone / "var" / "demo")})
        owners = [group["current"] for cluster in json.loads(told)["clusters"] for group in cluster["groups"]]
        assert target[1] in owners
    assert started_with(str(clone)) == {}
