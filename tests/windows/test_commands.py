"""The commands make what the pages make; windows come from a file too."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from console.models import Cluster, IncidentCare, MaintenanceWindow, OsAccount, ScheduledMove
from console.services import alarms, windows
from console.services.access import os_user
from console.services.clock import database_now
from tests import personas
from tests.readiness.looking import GOOD, SILENT, looked
from tests.services import making

pytestmark = pytest.mark.django_db

FILE = """
windows:
  - cluster: tokyo
    starts: {starts}
    ends: {ends}
    weekly: true
    owner: night shift
    reason: patches
  - site: main
    starts: 2099-01-01T00:00:00
    ends: 2099-01-01T01:00:00
    reason: far too early
"""


@pytest.fixture(autouse=True)
def tokyo() -> Cluster:
    """Who runs this is Olga, and there is TOKYO."""
    OsAccount.objects.create(os_user=os_user(), user=personas.olga())
    return making.cluster()


def run(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON."""
    out = io.StringIO()
    try:
        call_command(*words, "--json", stdout=out)
    except SystemExit as end:
        return int(str(end.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def at(minutes: float) -> str:
    """A time from now."""
    return (database_now() + timedelta(minutes=minutes)).isoformat()


def test_a_window_and_a_move_in_it(tokyo: Cluster) -> None:
    times = ("--from", at(-5), "--to", at(120), "--reason", "patches")
    code, told = run("window", "add", "--cluster", "tokyo", *times)
    assert (code, told["result"], told["window"]["owner"]) == (0, "made", "olga")
    assert windows.open_now(tokyo) is not None
    assert run("window", "schedule", "TOKYO", "failover", "--at", at(30), "--reason", "patches")[0] == 0
    listed = run("window", "list")[1]
    assert [one["open"] for one in listed["windows"]] == [True]
    assert [one["kind"] for one in listed["moves"]] == ["failover"]
    assert run("window", "cancel", str(ScheduledMove.objects.get().pk), "--reason", "no time")[0] == 0
    assert run("window", "end", str(told["window"]["id"]), "--reason", "done")[0] == 0
    assert run("window", "list")[1] == {"result": "listed", "windows": [], "moves": []}
    call_command("window", "list", stdout=(out := io.StringIO()))
    assert "No window is open" in out.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        ("window", "add", "--cluster", "TOKYO", "--from", "soon", "--to", "later"),
        ("window", "add", "--site", "nowhere", "--from", "2026-01-01", "--to", "2026-01-02"),
        ("window", "add", "--cluster", "TOKYO", "--from", "2026-01-02", "--to", "2026-01-01", "--until", "x"),
        ("window", "schedule", "TOKYO", "failover", "--at", "2026-01-01T00:00", "--reason", "x"),
        ("window", "end", "7", "--reason", "x"),
        ("window", "cancel", "7", "--reason", "x"),
        ("window", "apply", "/nowhere/at/all.yaml"),
        ("incident", "take", "alarm-7", "--reason", "x"),
        ("incident", "take", "nonsense", "--reason", "x"),
        ("readiness", "NOWHERE"),
    ],
)
def test_what_is_wrong_is_refused_with_2_and_a_remedy(words: tuple[str, ...]) -> None:
    code, told = run(*words)
    assert (code, told["result"], bool(told["remedy"])) == (2, "refused", True)
    assert not MaintenanceWindow.objects.exists()


def test_a_file_makes_what_is_not_there_yet_all_or_none(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    start, far = database_now().replace(microsecond=0), "2099-01-01"
    text = FILE.format(starts=start.isoformat(), ends=(start + timedelta(hours=3)).isoformat())
    path.write_text(text, encoding="utf-8")
    code, told = run("window", "apply", str(path))
    assert (code, [one["key"] for one in told["reasons"]]) == (2, ["window.starts"])
    assert not MaintenanceWindow.objects.exists()
    path.write_text(text.replace(far, f"{start + timedelta(days=9):%Y-%m-%d}"), encoding="utf-8")
    assert len(run("window", "apply", str(path))[1]["made"]) == 2
    assert run("window", "apply", str(path))[1]["made"] == []
    weekly = MaintenanceWindow.objects.get(weekly=True)
    assert (weekly.owner_name, weekly.starts_at, weekly.cluster) == ("night shift", start, Cluster.objects.get())


@pytest.mark.parametrize(
    "text",
    [
        "windows: [",
        "nothing: []",
        "- 1",
        "windows: [1]",
        "windows: [{cluster: TOKYO, color: red}]",
        "windows: [{cluster: TOKYO, starts: x, ends: y}]",
        "windows: [{cluster: KYOTO, starts: 2026-01-01T00:00:00, ends: 2026-01-01T01:00:00}]",
        "windows: [{cluster: TOKYO, starts: 2026-01-01T00:00:00, ends: 2026-01-01T01:00:00, until: never}]",
        "a: &a [*a]\nwindows: !!python/object:os.system []",
    ],
)
def test_what_is_no_list_of_windows_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "windows.yaml"
    path.write_text(text, encoding="utf-8")
    code, told = run("window", "apply", str(path))
    assert (code, told["result"], bool(told["remedy"])) == (2, "refused", True)


def test_readiness_ends_with_1_while_a_cluster_is_not_ready(tokyo: Cluster) -> None:
    assert run("readiness", "TOKYO")[0] == 1
    looked(tokyo, *GOOD)
    code, told = run("readiness", "tokyo")
    assert (code, told["score"], told["result"]) == (0, 100, "ready")
    looked(tokyo, *SILENT)
    assert run("readiness", "TOKYO")[0] == 1
    assert [one["score"] for one in run("readiness")[1]["clusters"]] == [49]
    call_command("readiness", stdout=(out := io.StringIO()))
    assert "TOKYO: 49 of 100, not-ready" in out.getvalue()


def test_asked_again_it_waits_for_an_observation_and_no_longer(tokyo: Cluster) -> None:
    looked(tokyo, *GOOD)
    code, told = run("readiness", "TOKYO", "--again", "--within", "0")
    assert (code, told["state"]) == (0, "ready")
    assert tokyo.observation_turn.pressing


def test_an_incident_is_taken_on_and_let_go(tokyo: Cluster) -> None:
    alarm = alarms.sound(tokyo, "no-go", "a node waits", "look")
    assert [one["incident"] for one in run("incident", "list")[1]["incidents"]] == [f"alarm-{alarm.pk}"]
    named = (f"alarm-{alarm.pk}", "--reason", "a part is on its way")
    assert run("incident", "take", *named, "--owner", "nobody")[0] == 2
    code, told = run("incident", "take", *named, "--until", at(60))
    assert (code, told["owner"]) == (0, "olga")
    assert run("incident", "list")[1]["incidents"][0]["owner"] == "olga"
    assert run("incident", "let-go", *named)[0] == 0
    assert IncidentCare.objects.get().over_at is not None
