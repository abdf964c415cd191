"""What is written for people holds: links lead somewhere, commands named exist, every decision is in its index."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def targets() -> dict[str, str]:
    """The Makefile's targets for people, with their descriptions."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z]+):.*?## (.+)$", text, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link]
    assert [link for link in inside if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_command_in_a_page_exists(page: Path) -> None:
    named = set(re.findall(r"(?:`|^ {4})make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets().keys()


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    records = sorted(path.name for path in folder.glob("0*.md"))
    assert re.findall(r"\((0\d{3}-[^)]+)\)", index) == records


def test_help_lists_every_target_for_people() -> None:
    listed = subprocess.run(["make", "-C", ROOT, "help"], capture_output=True, text=True, check=True, timeout=20)
    for name, description in targets().items():
        assert re.search(rf"make {name}\s+{re.escape(description)}", listed.stdout)


def test_the_gate_can_be_run_and_every_script_parses() -> None:
    gate = ROOT / ".ci" / "run"
    assert os.access(gate, os.X_OK)
    for script in (gate, *ROOT.glob("deploy/*.sh"), *ROOT.glob("tests/*.sh")):
        shell = "bash" if script == gate else "sh"
        subprocess.run([shell, "-n", script], check=True, timeout=20)
