"""The pages about operations: every kind has one, of one shape, and the steps and the picture are the planner's."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from console.domain.plan import Plan
from console.models.operations import KINDS
from tests.docs.flow import flow
from tests.docs.operation_pages import BLOCK, with_steps
from tests.docs.plans import plans

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "operations"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
PARTS = ["What it does", "When", "How it is asked for", "What you see", "What may go wrong"]
AGAIN = "run this test with CHANGEOVER_WRITE_DOCS=1, and read what changed"


def listed() -> dict[str, str]:
    """The page of each kind, as their index says."""
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| \[`([a-z0-9-]+)`\]\(([a-z-]+\.md)\)", index, re.M))


def test_every_kind_of_operation_has_a_page_and_every_page_a_kind() -> None:
    assert listed().keys() == {*KINDS, "drill"}
    assert set(listed().values()) == {path.name for path in PAGES}
    for kind, page in listed().items():
        assert kind == "drill" or f"`{kind}`" in (FOLDER / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_page_says_what_when_how_and_what_to_do(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.M) == PARTS
    troubles = text.split("## What may go wrong\n", 1)[1]
    rows = [row.split("|")[1:-1] for row in re.findall(r"^\|.+\|$", troubles, re.M)]
    assert len(rows) > 3
    assert all(len(row) == 3 and all(cell.strip() for cell in row) for row in rows)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Plan]:
    """Plans by the real planner, on labs."""
    return plans(tmp_path_factory.mktemp("plans"))


@pytest.mark.slow
def test_the_picture_of_the_flow_is_drawn_from_the_plans(made: Mapping[str, Plan]) -> None:
    _held(DOCS / "flow.svg", flow(made))


@pytest.mark.slow
def test_the_tables_of_steps_are_those_of_the_plans(made: Mapping[str, Plan]) -> None:
    shown = {found["name"] for path in PAGES for found in BLOCK.finditer(path.read_text(encoding="utf-8"))}
    assert shown == made.keys()
    for path in PAGES:
        _held(path, with_steps(path.read_text(encoding="utf-8"), made))


def _held(path: Path, text: str) -> None:
    if os.environ.get("CHANGEOVER_WRITE_DOCS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, AGAIN
