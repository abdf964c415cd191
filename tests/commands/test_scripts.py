"""`manage.py scripts`: renders within what a node's configuration allows, and names what is wrong with a file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from console.domain.scripts import is_ours
from console.lab.server import Lab
from tests.commands.conftest import Told, one_object

pytestmark = pytest.mark.django_db
Manage = Callable[..., Told]
URL = "http://127.0.0.1:8000"


def rendered(manage: Manage, folder: Path, *more: str) -> Told:
    return manage("scripts", "render", "tokyo", "--output", str(folder), "--url", URL, *more)


def test_it_renders_what_it_then_finds_nothing_wrong_with(tokyo: Lab, manage: Manage, tmp_path: Path) -> None:
    told = rendered(manage, tmp_path / "out", "--json")
    assert told[0] == 0, told
    data = one_object(told)
    assert sorted(data["files"]) == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert data["seconds"]["start"] < 1800
    checked = manage("scripts", "check", *map(str, (tmp_path / "out").iterdir()), "--json")
    assert checked[0] == 0
    assert all(one_object(checked)["ours"].values())


def test_a_time_out_that_is_too_short_is_refused_with_what_would_do(tokyo: Lab, manage: Manage, tmp_path: Path) -> None:
    code, _, said = rendered(manage, tmp_path, "--start-timeout", "100", "--stop-timeout", "1800")
    assert code == 1
    assert "start time-out of 100 s is too short" in said
    assert "Raise the time-outs" in said
    assert list(tmp_path.glob("*.BAT")) == []


def test_a_script_that_was_changed_is_not_ours_and_what_is_wrong_is_named(
    tokyo: Lab, manage: Manage, tmp_path: Path
) -> None:
    rendered(manage, tmp_path)
    start = tmp_path / "START.BAT"
    start.write_bytes(start.read_bytes() + b"goto NOWHERE\r\n")
    assert not is_ours(start.read_bytes().decode())
    code, out, _ = manage("scripts", "check", str(start))
    assert code == 1
    assert "the label NOWHERE is nowhere in this file" in out
    assert "changed since" in out


def test_a_cluster_or_file_that_is_not_there_is_refused_with_a_remedy(
    tokyo: Lab, manage: Manage, tmp_path: Path
) -> None:
    code, _, said = manage("scripts", "render", "OSAKA", "--output", str(tmp_path), "--url", URL)
    assert code == 2
    assert "Tokyo" in said
    code, _, said = manage("scripts", "check", str(tmp_path / "absent.bat"))
    assert code == 1
    assert "absent.bat cannot be read" in said
