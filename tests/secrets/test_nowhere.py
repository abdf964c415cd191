"""A whole failover with the nodes' scripts, by the pages: afterwards no secret is anywhere but where it belongs."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import requests

from console.lab import presets
from console.lab.cmd.rights_commands import rights_of
from console.lab.definition import Script
from tests.secrets import planting
from tests.secrets.watching import Watch, forms, holds
from tests.tasks.conftest import Installation, installed, wait_for
from tests.tasks.test_webhook import OPERATIONS, TIMING, TYO1, TYO2

pytestmark = [pytest.mark.slow, pytest.mark.timeout(480)]

ACCOUNT = "A-Test-Password-1"
OWN_FILES = {"secret-key", "credential-key", "audit-key", "lab-nodes.password", "lab-directory.password"}
"""Where the console's keys and the passwords of the inventory lie: files of mode 0600."""
REASON = "to see what it leaves"
KIT = r"C:\Changeover\kit"
KEY_FILE = r"C:\Changeover\node.key"
ONLY = {r"BUILTIN\Administrators": "F", r"NT AUTHORITY\SYSTEM": "F"}


@dataclass
class Night:
    """An installation, what is secret in it, and where it has been looked for."""

    made: Installation
    watch: Watch
    secrets: dict[str, str]
    places: dict[str, bytes] = field(default_factory=dict)

    def sign_in(self, address: str) -> requests.Session:
        """A person's browser; its session and its tokens are secrets from now on."""
        browser = requests.Session()
        self.post(browser, f"{address}/sign-in/", username="ops", password=ACCOUNT)
        self.secrets |= {f"cookie {name}": value for name, value in browser.cookies.items()}
        assert len(browser.cookies) == 2
        return browser

    def post(self, browser: requests.Session, url: str, seen_at: str = "", **words: str) -> requests.Response:
        """Send a form with the token of the page that it stands on."""
        page = browser.get(seen_at or url, timeout=20).text
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
        self.secrets[f"token {len(self.secrets)}"] = token
        answer = browser.post(url, {**words, "csrfmiddlewaretoken": token}, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer

    def gather(self) -> None:
        """Everything that the installation has written: files, tables, Redis, processes, the lab's nodes and record."""
        lab = self.made.lab
        for path in sorted(p for p in self.made.folder.rglob("*") if p.is_file() and p.name not in OWN_FILES):
            if "sqlite3" not in path.name:
                self.places[str(path.relative_to(self.made.folder))] = path.read_bytes()
        self.places |= planting.of_database(self.made.folder / "changeover.sqlite3")
        self.places["processes"] = self.watch.processes()
        self.places["Redis"] = self.watch.kept()
        self.places["the lab's record"] = repr(lab.world.log.since(0)).encode()
        for node in lab.world.nodes:
            for item in node.disk.below("C:\\"):
                self.places[f"{node.name} {item.path}"] = bytes(item.data or b"")


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """An installation at work whose nodes run the console's scripts."""
    scripted = replace(presets.tokyo(base="127.0.39"), scripts="console", script=Script(retry=0.2, silence_after=60.0))
    watch = Watch(tmp_path / "redis.sock")
    with installed(tmp_path, scripted) as made:
        made.redis()
        with watch:
            made.shell(f"from console.models import Cluster\nCluster.objects.update(timing={TIMING!r})")
            known = {name: text.strip() for name in OWN_FILES for text in _texts(made.folder, name)}
            assert set(known) == OWN_FILES
            yield Night(made, watch, known | {"account": ACCOUNT})


def _texts(folder: Path, name: str) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in folder.rglob(name)]


def fail_over(night: Night, address: str, browser: requests.Session) -> None:
    """By the pages, as a person does it."""
    made = night.made
    made.worker()
    found = night.post(browser, f"{address}/clusters/Tokyo/plan/", f"{address}/clusters/Tokyo/", kind="failover")
    wait_for(lambda: made.rows("SELECT state FROM console_planrecord") == [("ready",)], 120)
    page = browser.get(found.url, timeout=20).text
    hash_ = re.findall(r'name="hash" value="([^"]+)"', page)[0]
    night.post(browser, f"{found.url}confirm/", found.url, hash=hash_, reason=REASON)
    wait_for(lambda: made.rows(OPERATIONS) == [("failover", TYO2, "succeeded")], 240)
    number = made.rows("SELECT id FROM console_operation")[0][0]
    pages = [f"operations/{number}/{name}" for name in ("", "journal.txt", "receipt.ldif", "state", "lines")]
    pages += ["tokens/", "inventory/", "inventory/export.yaml", "audit/", "audit/export.csv", "audit/export.jsonl"]
    pages += [f"inventory/credentials/{pk}/" for (pk,) in made.rows("SELECT id FROM console_credential")]
    for name in pages:
        answer = browser.get(f"{address}/{name}", timeout=20)
        assert answer.status_code == 200, name
        night.places[f"page {name}"] = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", answer.content)


def plant(night: Night, address: str) -> requests.Session:
    """Whatever else can be secret: a stored password, a token of the API, a second factor."""
    browser = night.sign_in(address)
    planting.stored_password(night.made, browser, night.post, address, night.secrets["lab-directory.password"])
    night.secrets |= planting.token(browser, night.post, address)
    night.secrets |= planting.second_factor(browser, night.post, address)
    return browser


def deploy(night: Night, address: str) -> None:
    """Put the scripts and the keys on the nodes, one key twice, as an operator does it; the keys are secrets then."""
    night.made.lab.webhook(address, {})
    why = ("--reason", "for a test")
    commands = [("scripts", "set", "Tokyo", "--url", address, *why), ("scripts", "deploy", "Tokyo", *why)]
    commands += [("nodekey", "rotate", node, *why) for node in (TYO1, TYO2, TYO1)]
    for words in commands:
        code, out, err = night.made.manage(*words)
        assert code == 0, out + err
        for node in night.made.lab.world.nodes:
            if node.disk.item(KEY_FILE):
                lines = dict(line.split("=", 1) for line in node.disk.read(KEY_FILE).decode().splitlines())
                night.secrets[f"key {lines['id']}"] = lines["key"]
    assert len([name for name in night.secrets if name.startswith("key ")]) == 3


def on_the_command_line(night: Night) -> None:
    """What else the console writes: scripts, kits, plans, the audit, the inventory."""
    made = night.made
    folder = made.folder / "written"
    folder.mkdir()
    for words in (
        ("scripts", "render", "Tokyo", "--output", str(folder / "scripts"), "--url", "http://console"),
        ("kit", "make", "Tokyo", "--node", TYO1, "--output", str(folder / "kit")),
        ("kit", "deploy", "Tokyo"),
        ("plan", "Tokyo", "failback", "--json"),
        ("audit", "export"),
        ("inventory", "export"),
        ("nodekey", "list"),
        ("token", "list"),
        ("secrets", "rotate"),
        ("backup", str(made.folder / "written" / "night.backup")),
    ):
        code, out, err = made.manage(*words)
        assert code == 0, out + err
        night.places[" ".join(words[:2])] = (out + err).encode()
    saved = folder / "night.backup"
    night.places |= planting.of_backup(saved, folder)
    saved.unlink()
    (folder / "database").unlink()


def test_no_secret_is_anywhere_but_in_the_file_of_its_node(night: Night) -> None:
    address = night.made.pages()
    deploy(night, address)
    browser = plant(night, address)
    fail_over(night, address, browser)
    planting.trial(night.made, browser, night.post, address)
    on_the_command_line(night)
    night.gather()
    looked_for = len(night.places)
    assert looked_for > 40, sorted(night.places)
    for wanted in (
        "table console_journalline",
        "table console_auditrecord",
        "table console_credential",
        "table console_apitoken",
        "table mfa_authenticator",
        "backup table console_nodekey",
        "worker.log",
        "written/kit/kit.txt",
        "Redis",
    ):
        assert len(night.places[wanted]) > 100, wanted
    assert {node for node in (TYO1, TYO2) if f"{node} {KIT}\\kit.txt" in night.places} == {TYO1, TYO2}
    assert holds(night.places["table console_auditrecord"], REASON), "what is no secret is found"
    assert b"celery" in night.places["processes"]
    assert b"operations.run" in night.places["Redis"]
    for node in night.made.lab.world.nodes:
        assert rights_of(node.disk, KEY_FILE) == ONLY
        held = night.places[f"{node.name} {KEY_FILE}"]
        assert any(holds(held, secret) for name, secret in night.secrets.items() if name.startswith("key "))
    found = [
        f"{name} in {place}"
        for name, secret in night.secrets.items()
        for place, data in night.places.items()
        if not place.endswith(KEY_FILE) and holds(data, secret)
    ]
    assert found == []


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_the_search_finds_a_secret_however_it_is_written(code: str, before: str) -> None:
    secret = "Changeover-Lab-1"
    octets = f"{before}{secret} and more".encode(code)
    for written in (octets, octets.hex().encode(), base64.b64encode(octets)):
        assert holds(b"..." + written + b"...", secret)
    assert not holds(f"{before}Changeover-Lab-2".encode(code), secret)
    assert all(len(form) > 8 for form in forms(secret))
