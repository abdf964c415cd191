"""Completion in a shell: the files are what the commands make, and bash completes by them."""

import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from console.management.completion import script
from tests import personas
from tests.services import making

ROOT = Path(__file__).parents[2]
FILES = ROOT / "deploy" / "completion"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_file_is_what_the_commands_take(shell: str) -> None:
    kept = (FILES / f"manage.{shell}").read_text(encoding="utf-8")
    assert kept == script(shell), f"Run: manage.py completion {shell} > deploy/completion/manage.{shell}"


def completed(line: str, program: Path) -> list[str]:
    """What bash offers at the end of `line`, whose first word runs `program`."""
    words = [str(program), *line.split(" ")]
    named = " ".join(f"'{word}'" for word in words)
    asked = f". {FILES / 'manage.bash'}; COMP_WORDS=({named}); COMP_CWORD={len(words) - 1}; _changeover_complete"
    told = subprocess.run(
        ["bash", "--norc", "-c", f'{asked}; printf "%s\\n" "${{COMPREPLY[@]}}"'],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert told.stderr == ""
    return told.stdout.split()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Stands for manage.py: it only knows the clusters."""
    path = tmp_path / "manage.py"
    path.write_text('#!/bin/sh\n[ "$1 $2" = "completion clusters" ] && printf "TOKYO\\nTOYAMA\\nOSAKA\\n"\n')
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("di", ["diagnose", "directory", "discover"]),
        ("run TO", ["TOKYO", "TOYAMA"]),
        ("run TOKYO fail", ["failover", "failback"]),
        ("run TOKYO failover --ti", ["--ticket"]),
        ("run --reason TO TOKYO failo", ["failover"]),
        ("procedure gi", ["give-up"]),
        ("procedure check TOKYO exchange-2003", ["exchange-2003-setup"]),
        ("approvals set TOKYO failover --starts a", ["approver"]),
        ("run TOKYO failover --reason w", []),
        ("no-such-command x", []),
    ],
)
def test_bash_completes_what_may_follow(program: Path, line: str, offered: list[str]) -> None:
    assert completed(line, program) == offered


@pytest.mark.django_db
def test_clusters_are_completed_as_far_as_one_sees_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tokyo = making.cluster()
    making.cluster("OSAKA", 2)
    lena = personas.person("lena", "viewer", on=tokyo)
    monkeypatch.setattr("console.management.base.actor_from_os", lambda: lena)
    call_command("completion", "clusters")
    assert capsys.readouterr().out.split() == ["TOKYO"]
