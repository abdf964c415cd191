"""The page of what follows from every report is what the console does."""

import os
from pathlib import Path

import pytest

from tests.automatic import matrix
from tests.services import making

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "webhook-matrix.md"


@pytest.mark.django_db
def test_the_page_tells_what_follows_from_every_report_of_every_node_in_every_state() -> None:
    text = matrix.page(making.cluster())
    if os.environ.get("CHANGEOVER_WRITE_DOCS"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "run this test with CHANGEOVER_WRITE_DOCS=1, and read what changed"
