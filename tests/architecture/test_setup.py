"""Setting up: every version is locked and has its reason, and what is missing is named with what to install."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

REQUIREMENTS = ["requirements.txt", "tests/requirements.txt"]


def lines(path: str) -> list[str]:
    text = (ROOT / path).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("path", REQUIREMENTS)
def test_every_requirement_is_pinned_and_has_its_reason(path: str) -> None:
    assert [line for line in lines(path) if not re.match(r"[a-z0-9.,\[\]-]+==\S+ .*# \S.{9,}", line, re.I)] == []


@pytest.mark.parametrize("path", REQUIREMENTS)
def test_every_requirement_is_locked_at_the_same_version(path: str) -> None:
    locked = {_plain(line) for line in lines("deploy/constraints.txt")}
    assert {_plain(re.sub(r"\[.*?\]", "", line.split()[0])) for line in lines(path)} <= locked


def test_the_lock_holds_versions_and_nothing_else() -> None:
    assert [line for line in lines("deploy/constraints.txt") if not re.fullmatch(r"[\w.-]+==[\w.+!]+", line)] == []


def test_without_a_usable_python_it_says_what_to_install(tmp_path: Path) -> None:
    old = program(tmp_path / "bin" / "python3", 'test "$1" = -V && echo Python 3.9.2; exit 1')
    answer = run(["sh", str(ROOT / "deploy/venv.sh"), str(tmp_path / "venv"), "requirements.txt"], old.parent)
    assert answer.returncode == 2
    assert "make and Python 3.11 or later with its venv module" in answer.stderr
    assert "Python 3.9.2), too old" in answer.stderr
    assert "apt-get install python3 python3-venv" in answer.stderr
    assert not (tmp_path / "venv").exists()


def test_without_root_the_whole_run_names_the_missing_packages(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "id", "echo 1000")
    program(tmp_path / "bin" / "dpkg-query", 'case "$*" in *ldb-tools) exit 1;; *) echo install ok installed;; esac')
    answer = run(["sh", str(ROOT / "tests/prepare.sh")], tmp_path / "bin")
    assert answer.returncode == 2
    assert "apt-get install ldb-tools\n" in answer.stderr
    assert "Without root: make check" in answer.stderr


def program(path: Path, body: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def run(argv: list[str], first: Path) -> "subprocess.CompletedProcess[str]":
    """Run with `first` before the system's folders, and no other Python than what lies there."""
    env = {"PATH": f"{first}:{os.defpath}", "PYTHON": "python3" if (first / "python3").exists() else ""}
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=20, check=False)


def _plain(requirement: str) -> str:
    return requirement.lower().replace("_", "-")
