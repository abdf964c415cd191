"""Nodes of the demo's lab that ask the console: which they are, and how the lab learns of it."""

import stat
from pathlib import Path

from console.demo.asking import lab_is_told, nodes_that_ask
from console.demo.state import State
from console.lab import control, presets
from console.lab.server import Lab

KEYS = {name: (f"demo-{number}", f"{number}a" * 32) for number, name in enumerate(("NGO-EX1", "NGO-EX2"))}


def test_the_nodes_that_ask_are_those_that_carry_the_consoles_scripts() -> None:
    assert nodes_that_ask() == ["NGO-EX1", "NGO-EX2"]


def test_a_lab_that_is_not_there_yet_is_told_later(tmp_path: Path) -> None:
    told = lab_is_told(tmp_path, "http://127.0.0.1:9/", KEYS)
    assert "No lab runs" in (told() or "")
    with Lab(presets.fast_definition(presets.nagoya(base="127.0.23")), tmp_path):
        assert told() is None
        known = control.Lab(tmp_path).status()["webhook"]
    assert known == {"url": "http://127.0.0.1:9", "keys": {"NGO-EX1": "demo-0", "NGO-EX2": "demo-1"}}


def test_a_lab_with_other_nodes_says_what_is_wrong(tmp_path: Path) -> None:
    with Lab(presets.fast_definition(presets.tokyo(base="127.0.23")), tmp_path):
        assert "No node NGO-EX1" in (lab_is_told(tmp_path, "http://127.0.0.1:9/", KEYS)() or "")


def test_a_private_file_is_its_owners_alone_and_replaces_the_one_before(tmp_path: Path) -> None:
    with State(tmp_path) as state:
        (tmp_path / "kept").write_text("old")
        for text in ("first", "second"):
            path = state.private("kept", text)
            assert (path.name, path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("kept", text, 0o600)
        assert [path.name for path in tmp_path.iterdir() if "draft" in path.name] == []
