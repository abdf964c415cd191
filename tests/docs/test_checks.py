"""The page of every check is what the code says, and leaves none out."""

import os
from pathlib import Path

from tests.docs import check_pages
from tests.docs.test_truth import keys_in_code, page, table

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"


def test_the_page_of_every_check_is_made_of_the_code() -> None:
    asked = {row[0].strip("`"): (row[1], row[2]) for row in table(page("operations.md"), "The checks")}
    text = check_pages.page(asked)
    if os.environ.get("CHANGEOVER_WRITE_DOCS"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "run this test with CHANGEOVER_WRITE_DOCS=1, and read what changed"
    assert [key for key in keys_in_code() if f"## `{key}`" not in text] == []


def test_what_a_check_says_is_read_with_what_was_assigned_to_its_names() -> None:
    said = {(one.verdict, one.remedy) for one in check_pages.sayings() if one.key == "node.clock"}
    assert ("warn", "Set the clock (w32tm /resync); Kerberos refuses more than 300 s.") in said
    assert {verdict for verdict, _ in said} == {"pass", "warn"}
