"""The whole demo as a person starts it: ready in time, signed in, mail that moves by itself, nothing left."""

import http.cookiejar
import json
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
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.demo.table import started_with

READY_WITHIN = 120
MOVED_WITHIN = 180
MANAGE = [sys.executable, str(ROOT / "manage.py")]


@contextmanager
def demo(state: Path) -> Iterator["subprocess.Popen[str]"]:
    """`manage.py demo` with a state folder of its own."""
    argv = [*MANAGE, "demo", "--state", str(state), "--port", "18000"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=shell())
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)


def shell() -> dict[str, str]:
    """The environment of somebody who has set nothing up."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CHANGEOVER_")}


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


class Browser:
    """Signed in with the form, as a browser without scripts would."""

    def __init__(self, block: str, name: str = "demo") -> None:
        self.address = said(block, r"ready:\s+(\S+)")
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies, urllib.request.ProxyHandler({}))
        with self.opener.open(self.address, timeout=20) as page:
            url, form = page.url, page.read().decode()
        token = said(form, r'name="csrfmiddlewaretoken" value="(\w+)"')
        fields = {"username": name, "password": said(block, r"Password\s+(\S+)"), "csrfmiddlewaretoken": token}
        post = urllib.request.Request(url, urllib.parse.urlencode(fields).encode(), {"Referer": url})
        with self.opener.open(post, timeout=20) as page:
            assert 'name="password"' not in page.read().decode(), "the sign-in form came back"

    def page(self, path: str = "") -> str:
        """The text of a page, without tags, blanks made one."""
        with self.opener.open(self.address + path, timeout=20) as page:
            return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.read().decode()))


@dataclass(frozen=True)
class First:
    """What was seen of the first of two starts."""

    state: Path
    seconds: float
    block: str
    names: str
    clusters: str
    approvals: str
    audit: str
    rules: dict[str, int]
    typed: "subprocess.CompletedProcess[str]"
    scripts: str
    keys: dict[str, list[str]]
    gone: str
    """The id of the key that was retired before the end."""
    code: int
    left: dict[int, str]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> First:
    """The demo started, tried and ended by Ctrl-C."""
    state, began = tmp_path_factory.mktemp("first") / "demo", time.monotonic()
    with demo(state) as process:
        block = ready_block(process)
        seconds = time.monotonic() - began
        names = " ".join(started_with(str(state)).values())
        clusters = Browser(block).page()
        approvals, audit = Browser(block, "approver").page("approvals/"), Browser(block, "auditor").page("audit/")
        rules = {name: rule_of(state, name) for name in ("Tokyo", "Osaka")}
        by_hand = said(block, r"\n +(.+ lab hand Sapporo STEP)\n").replace("STEP", "1")
        typed = subprocess.run(["sh", "-c", by_hand], env=shell(), capture_output=True, text=True, timeout=60)
        scripts = json.loads(manage(state, "scripts", "set", "Sapporo", "--json"))["url"]
        keys = node_keys(state)
        manage(state, "nodekey", "retire", keys["NGO-EX1"][0])
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=30)
    left = started_with(str(state))
    return First(
        state,
        seconds,
        block,
        names,
        clusters,
        approvals,
        audit,
        rules,
        typed,
        scripts,
        keys,
        keys["NGO-EX1"][0],
        code,
        left,
    )


@pytest.mark.slow
@pytest.mark.timeout(2 * READY_WITHIN)
def test_the_demo_becomes_ready_lets_one_in_and_leaves_nothing_behind(first: First) -> None:
    assert first.seconds < READY_WITHIN
    assert all(name in first.names for name in ("redis-server", "lab up", "celery", "uvicorn")), first.names
    shown = ("Tokyo", "Osaka", "Nagoya", "Sapporo", "Kyoto", "Fukuoka", "2003", "2007")
    assert all(word in first.clusters for word in shown)
    assert first.typed.stdout == "network is done on Sapporo.\n", first.typed.stderr
    assert f"{first.scripts}/" == said(first.block, r"ready:\s+(\S+)")
    assert (first.code, first.left) == (0, {})


@pytest.mark.slow
@pytest.mark.timeout(2 * READY_WITHIN + MOVED_WITHIN + 60)
def test_started_again_it_keeps_what_is_good_and_its_command_has_mail_come_up_without_a_click(first: First) -> None:
    state = first.state
    with demo(state) as process:
        block = ready_block(process)
        assert said(block, r"Password\s+(\S+)") == said(first.block, r"Password\s+(\S+)")
        keys = node_keys(state)
        assert keys["NGO-EX2"] == first.keys["NGO-EX2"], "a key that is still good is kept"
        assert keys["NGO-EX1"][0] != first.gone, "one that was retired is replaced"
        told = json.loads(manage(state, "lab", "webhook", "--json"))
        assert told["keys"] == {name: key_id for name, (key_id, _) in keys.items()}
        browser = Browser(block)
        assert "While nobody looked" not in browser.page()
        printed = said(block, r"node die:\s+(.+)\n")
        typed = subprocess.run(["sh", "-c", printed], env=shell(), capture_output=True, text=True, timeout=60)
        assert typed.stdout == "powered-off is on at NGO-EX1.\n", typed.stderr
        moved = r"While nobody looked\b[^.]{0,60}: takeover to NGO-EX2\b[^.]{0,60} succeeded"
        deadline = time.monotonic() + MOVED_WITHIN
        while not re.search(moved, text := browser.page("clusters/Nagoya/")):
            assert time.monotonic() < deadline, text
            time.sleep(1)
        nagoya = json.loads(manage(state, "lab", "status"))["clusters"][2]
        assert (nagoya["groups"][0]["current"], nagoya["greetings"]["smtp"]["answers"]) == ("NGO-EX2", True)
        secrets = [key for _, key in keys.values()]
        assert [key for key in secrets if started_with(key)] == []
        assert [path for path in (state / "logs").iterdir() if any(key in path.read_text() for key in secrets)] == []


@pytest.mark.slow
@pytest.mark.timeout(2 * READY_WITHIN)
def test_one_cluster_of_the_demo_waits_for_two_people_and_each_of_them_has_a_login(first: First) -> None:
    assert first.rules == {"Tokyo": 0, "Osaka": 1}
    assert "Nothing waits for your approval." in first.approvals
    assert "approval:rules:changed" in first.audit
    assert "open Osaka, whose failover waits for another person" in first.block


def rule_of(state: Path, cluster: str) -> int:
    """How many people have to approve a failover there."""
    told = json.loads(manage(state, "approvals", "list", cluster, "--json"))
    return next(int(rule["needed"]) for rule in told["rules"] if rule["kind"] == "failover")


def node_keys(state: Path) -> dict[str, list[str]]:
    """Key id and key by node, as the demo keeps them."""
    keys: dict[str, list[str]] = json.loads((state / "node-keys").read_text())
    assert sorted(keys) == ["NGO-EX1", "NGO-EX2"]
    return keys


def manage(state: Path, *words: str) -> str:
    """What a command says from a second terminal."""
    env = shell() | {"CHANGEOVER_STATE_DIR": str(state)}
    return subprocess.run([*MANAGE, *words], env=env, capture_output=True, text=True, timeout=60, check=True).stdout
