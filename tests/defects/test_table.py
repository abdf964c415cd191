"""The list of defects is whole, every test that it names is there and runs always, and the page says the same."""

import ast
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.defects.table import COUNTS, DEFECTS, Defect, page

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "defects.md"


def test_every_defect_has_its_row() -> None:
    assert Counter(defect.part for defect in DEFECTS) == COUNTS
    assert all(defect.printed.endswith(".") and defect.here.endswith(".") for defect in DEFECTS)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.key)
def test_each_is_shown_by_tests_that_are_there_and_see_something(defect: Defect) -> None:
    assert defect.shown_by
    for name in defect.shown_by:
        file, _, test = name.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        (found,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == test)
        looks = [node for node in ast.walk(found) if isinstance(node, ast.Assert | ast.With)]
        assert looks, f"{name} asserts nothing"


def test_the_page_lists_them() -> None:
    if os.environ.get("CHANGEOVER_WRITE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run this test with CHANGEOVER_WRITE_DOCS=1, and read what changed"
    )
