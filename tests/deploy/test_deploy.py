"""What lies in deploy/: units that systemd takes, an environment with every setting, a proxy for the real addresses."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.urls import resolve

from console.domain.hooks.lines import LONGEST_BODY
from console.web.upload_bound import FILES, FORM, LARGEST, OTHERS

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy/systemd"
INSTALLED = "/opt/changeover"
INSTANCES = {
    "changeover.target": "changeover.target",
    "changeover-web.service": "changeover-web.service",
    "changeover-schedule.service": "changeover-schedule.service",
    "changeover-operations@.service": "changeover-operations@tokyo.service",
    "changeover-observation@.service": "changeover-observation@site\\x20b.service",
}
MOST_EXPOSED = 20
"""Of 100, as `systemd-analyze security` counts: 0 is a service that may do nothing."""


def test_every_unit_is_in_the_table() -> None:
    assert {path.name for path in UNITS.iterdir()} == INSTANCES.keys()


@pytest.mark.parametrize("name", INSTANCES)
def test_systemd_takes_the_unit_without_a_word(name: str, tmp_path: Path) -> None:
    """As installed where this checkout is, so that the programs that it starts are there."""
    assert analyze(tmp_path, "verify", "--man=no", installed(name, tmp_path)) == ""


def test_the_check_would_see_a_mistake(tmp_path: Path) -> None:
    path = Path(installed("changeover-web.service", tmp_path))
    path.write_text(path.read_text().replace("ProtectClock", "ProtectClok"))
    assert "ProtectClok" in analyze(tmp_path, "verify", "--man=no", str(path))


@pytest.mark.parametrize("name", [name for name in INSTANCES if name.endswith(".service")])
def test_a_service_may_do_little(name: str, tmp_path: Path) -> None:
    said = analyze(tmp_path, "security", "--offline=true", f"--threshold={MOST_EXPOSED}", installed(name, tmp_path))
    assert "Overall exposure level" in said


def test_a_worker_serves_the_site_and_the_duty_of_its_unit_and_no_file_overrules_it() -> None:
    for duty in ("operations", "observation"):
        text = (UNITS / f"changeover-{duty}@.service").read_text()
        assert f'Environment="CHANGEOVER_SITES=%I" CHANGEOVER_DUTIES={duty}\n' in text
    named = set(re.findall(r"^(CHANGEOVER_[A-Z_]+)=", environment(), re.M))
    assert not {"CHANGEOVER_SITES", "CHANGEOVER_DUTIES"} & named


def test_the_environment_names_every_setting_and_no_other() -> None:
    told = re.findall(r"^\| `(CHANGEOVER_[A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(encoding="utf-8"), re.M)
    named = re.findall(r"^#?(CHANGEOVER_[A-Z_]+?)(?:_FILE)?=", environment(), re.M)
    assert sorted(named) == sorted(told)


@pytest.mark.slow
def test_the_environment_of_production_is_complete_but_for_its_secrets(tmp_path: Path) -> None:
    """Filled in, it passes every check there is, Django's for production among them, without a warning."""
    key = "0123456789abcdefghijklmnopqrstuvwxyz-_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    secrets = {
        "secret-key": key,
        "credential-keys": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "audit-key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "database-url": "postgresql://changeover@db.example.com/changeover",
        "broker-url": "rediss://:word@queue.example.com:6379/0",
    }
    etc, state = tmp_path / "etc", tmp_path / "state"
    etc.mkdir()
    (state / "static").mkdir(parents=True)
    for name, value in secrets.items():
        (etc / name).write_text(value)
    text = environment().replace("/etc/changeover", str(etc)).replace("/var/lib/changeover", str(state))
    env = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    argv = [ROOT / ".venv/bin/python", ROOT / "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(argv, env=env | {"PATH": "/usr/bin"}, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_the_proxy_treats_live_pages_and_the_webhook_as_they_need() -> None:
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"location (?:[~=] )?(\S+) \{(.*?)\n    \}", text, re.S))
    (live,) = [path for path in blocks if path.startswith("^")]
    assert re.match(live, "/operations/17/events")
    assert resolve("/operations/17/events").url_name == "operation-events"
    assert "proxy_buffering off;" in blocks[live]
    assert resolve("/hooks/events").url_name == "hook-events"
    assert f"client_max_body_size {LONGEST_BODY // 1024}k;" in blocks["/hooks/"]
    passed = [block for block in blocks.values() if "proxy_pass" in block]
    assert all("X-Forwarded-For $remote_addr" in b and "X-Forwarded-Proto $scheme" in b for b in passed)
    assert text.count("{") == text.count("}")


def test_the_proxy_has_the_bounds_of_the_console_and_waits_for_nobody_for_long() -> None:
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    people, nodes = text.split("listen 443 ssl;")[1].split("listen 80;")
    assert f"client_max_body_size {OTHERS // 1024**2}m;" in people
    for path in FILES:
        block = people.split(f"location = {path} {{")[1].split("}")[0]
        assert f"client_max_body_size {(LARGEST + FORM) // 1024**2}m;" in block
    for side in (people, nodes):
        assert re.search(r"client_body_timeout 1[05]s;", side)
        assert "limit_conn changeover " in side
    assert text.index("\nclient_header_timeout 10s;") < text.index("\nserver {"), "a server's own comes too late"
    assert "proxy_request_buffering off" not in text


def test_the_proxy_answers_to_no_other_name() -> None:
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    assert re.search(r"listen 443 ssl default_server;\s+ssl_reject_handshake on;", text)
    assert re.search(r"listen 80 default_server;\s+return 444;", text)


def environment() -> str:
    return (ROOT / "deploy/changeover.env").read_text(encoding="utf-8")


def installed(name: str, folder: Path) -> str:
    """The unit's instance among all the others in `folder`, for a checkout that lies here."""
    for unit in UNITS.iterdir():
        text = unit.read_text(encoding="utf-8").replace(INSTALLED, str(ROOT))
        for target in {unit.name, INSTANCES[unit.name]}:
            (folder / target).write_text(text, encoding="utf-8")
    return str(folder / INSTANCES[name])


def analyze(folder: Path, *words: str) -> str:
    """What systemd-analyze says; fails the test when it ends with an error."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.fail("There is no systemd-analyze here. Install it with: apt-get install systemd", pytrace=False)
    env = {"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{folder}:", "SYSTEMD_COLORS": "0"}
    argv = [program, "--no-pager", *words]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
