"""The whole demo as a person starts it: ready in time, signed in, ended by Ctrl-C with nothing left."""

import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.demo.table import started_with

READY_WITHIN = 120


@contextmanager
def demo(state: Path) -> Iterator["subprocess.Popen[str]"]:
    """`manage.py demo` with a state folder of its own."""
    argv = [sys.executable, str(ROOT / "manage.py"), "demo", "--state", str(state), "--port", "18000"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("CHANGEOVER_")}
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)


def ready_block(process: "subprocess.Popen[str]") -> str:
    """What it prints until it is ready. The test's own time limit ends a wait that is too long."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line.strip().startswith("End:"):
            return text
    raise AssertionError(f"the demo ended before it was ready:\n{text}")


def said(block: str, pattern: str) -> str:
    found = re.search(pattern, block)
    assert found, block
    return found[1]


@pytest.mark.slow
@pytest.mark.timeout(2 * READY_WITHIN)
def test_the_demo_becomes_ready_lets_one_in_and_leaves_nothing_behind(tmp_path: Path) -> None:
    state = tmp_path / "demo"
    began = time.monotonic()
    with demo(state) as process:
        block = ready_block(process)
        assert time.monotonic() - began < READY_WITHIN
        names = " ".join(started_with(str(state)).values())
        assert all(name in names for name in ("redis-server", "lab up", "celery", "uvicorn")), names
        clusters = signed_in(said(block, r"ready:\s+(\S+)"), said(block, r"Password\s+(\S+)"))
        assert "2003" in clusters
        assert "2007" in clusters
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    assert started_with(str(state)) == {}

    with demo(state) as second:
        assert said(ready_block(second), r"Password\s+(\S+)") == said(block, r"Password\s+(\S+)")


def signed_in(address: str, password: str) -> str:
    """The first page after signing in with the form, as a browser without scripts would."""
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(cookies, urllib.request.ProxyHandler({}))
    with browser.open(address, timeout=20) as page:
        url, form = page.url, page.read().decode()
    token = said(form, r'name="csrfmiddlewaretoken" value="(\w+)"')
    fields = {"username": "demo", "password": password, "csrfmiddlewaretoken": token}
    post = urllib.request.Request(url, urllib.parse.urlencode(fields).encode(), {"Referer": url})
    with browser.open(post, timeout=20) as page:
        text: str = page.read().decode()
    assert 'name="password"' not in text, "the sign-in form came back"
    return text
