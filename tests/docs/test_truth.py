"""What the pages in docs/ list is what the code has: checks, faults, roles, modules; and every page is in the index."""

import ast
import re
from pathlib import Path

import pytest

from console.lab.directory import faults as directory_faults
from console.lab.faults import FAULTS
from console.management.commands.lab import COMMANDS
from console.services.access import ROLES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DOMAIN = ROOT / "console" / "domain"
CHECK_KEY = re.compile(r"(node|engine|group|partition|range|services|directory|mail)\.[a-z-]+")


def page(name: str) -> str:
    """The text of a page in docs/."""
    return (DOCS / name).read_text(encoding="utf-8")


def table(text: str, heading: str) -> list[list[str]]:
    """The rows, without the heading, of the first table after a heading."""
    part = text.split(f"\n## {heading}\n", 1)[1]
    lines = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)
    assert lines, heading
    rows = lines.group().splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def keys_in_code() -> set[str]:
    """Every text of the preflight and of the switch that is written like the key of a check."""
    folders = [*(DOMAIN / "preflight").glob("*.py"), *(DOMAIN / "switch").glob("*.py")]
    files = [*folders, DOMAIN / "delegation" / "node_check.py"]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if CHECK_KEY.fullmatch(text)}


def test_every_check_is_described_once_and_no_other() -> None:
    rows = table(page("operations.md"), "The checks")
    described = [row[0].strip("`") for row in rows]
    assert sorted(described) == sorted(keys_in_code())
    assert all(len(row) == 3 and row[1].endswith((")", "?")) and row[2] for row in rows)


def test_every_fault_of_a_node_is_described_as_the_lab_does() -> None:
    rows = table(page("lab.md"), "Faults of a node")
    told = {row[0].strip("`"): (row[1].strip("`"), row[2]) for row in rows}
    assert told == {name: (fault.argument, fault.sentence) for name, fault in FAULTS.items()}


def test_every_fault_of_the_directory_is_described_as_the_lab_does() -> None:
    rows = table(page("lab.md"), "Faults of the directory")
    told = {row[0].strip("`"): row[2].replace("\\|", "|") for row in rows}
    assert told == directory_faults.FAULTS
    for row in rows:
        arguments = re.findall(r"`(\w+)`", row[1])
        assert arguments == list(directory_faults.ARGUMENTS.get(row[0].strip("`"), {}))


def test_every_command_of_the_lab_is_described_as_its_help_does() -> None:
    rows = table(page("lab.md"), "Commands")
    told = {re.sub(r"`(\w+).*`", r"\1", row[0]): row[1] for row in rows}
    assert told == COMMANDS


def test_every_role_is_named() -> None:
    assert [role for role in ROLES if role not in page("security.md")] == []


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_every_page_is_in_the_index(path: Path) -> None:
    assert path.name == "README.md" or f"]({path.name})" in page("README.md")


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")]), ids=lambda path: path.name)
def test_every_file_and_folder_that_a_page_names_is_there(path: Path) -> None:
    named = re.findall(r"`((?:console|tests|docs|tasks|templates|deploy)/[\w./-]+)`", path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("folder", ["web", "services", "domain", "lab"])
def test_every_module_that_the_architecture_names_is_there(folder: str) -> None:
    named = re.findall(rf"`{folder}/([\w./]+)`", page("architecture.md"))
    assert named
    assert [name for name in named if not (ROOT / "console" / folder / name).exists()] == []
