"""The catalog of findings is whole: every code that can be found is in it, each with a page, and nothing beside."""

import os
import re
from pathlib import Path

import pytest

from console import catalog
from console.catalog.loader import CatalogError, load_area
from console.domain.doctor import AREAS
from console.domain.doctor.reading_log import SINCE
from tests.doctor.pages import REPAIRS, pages

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "findings"
SOURCES = (ROOT / "console/domain/doctor", ROOT / "console/domain/setup_log")
CODE = re.compile(rf'"((?:{"|".join(AREAS)})\.[a-z0-9-]+)"')

AREA = """key: provider
title: Provider
looked: Something.
findings:
  - code: {code}
    title: T
    severity: {severity}
    explains: E.
    consequence: C.
    remedy: R.
    place: P
"""


def named_in_code() -> set[str]:
    """Every code that stands in the doctor or in the log's reader, or that an event rule of the catalog names."""
    texts = [path.read_text(encoding="utf-8") for folder in SOURCES for path in folder.rglob("*.py")]
    rules = [rule for key in catalog.generations() for rule in catalog.generation(key).event_rules]
    return {code for text in texts for code in CODE.findall(text)} | {rule.finding for rule in rules if rule.finding}


def test_every_area_has_its_file() -> None:
    assert [area.key for area in catalog.finding_areas()] == list(AREAS)


def test_every_code_that_can_be_found_is_in_the_catalog_and_the_catalog_has_no_other() -> None:
    assert named_in_code() == set(catalog.findings())


def test_what_the_present_may_show_of_a_log_is_in_the_catalog() -> None:
    assert set(SINCE) <= set(catalog.findings())
    assert {area for areas in SINCE.values() for area in areas} <= set(AREAS)


def test_every_repair_that_is_named_is_a_repair_and_every_repair_mends_something() -> None:
    assert {kind.repair for kind in catalog.findings().values() if kind.repair} == set(REPAIRS)


def test_every_kind_says_what_it_means_and_what_to_do() -> None:
    for kind in catalog.findings().values():
        assert kind.explains.endswith("."), kind.code
        assert kind.consequence.endswith("."), kind.code
        assert kind.remedy.endswith((".", "!")), kind.code
        assert kind.title[0].isupper(), kind.code
        assert kind.place, kind.code


@pytest.mark.parametrize(
    ("code", "severity", "says"),
    [
        ("provider.binding twice", "error", "provider. and a word"),
        ("files.missing", "error", "provider. and a word"),
        ("provider.x", "grave", "must be one of error, warning, note"),
    ],
)
def test_a_wrong_area_names_the_file_and_the_line(tmp_path: Path, code: str, severity: str, says: str) -> None:
    path = tmp_path / "provider.yaml"
    path.write_text(AREA.format(code=code, severity=severity))
    with pytest.raises(CatalogError, match=rf"provider\.yaml, line \d+, .*{re.escape(says)}"):
        load_area(path)


def test_the_pages_say_what_the_catalog_has() -> None:
    made = pages()
    if os.environ.get("CHANGEOVER_WRITE_DOCS"):
        PAGES.mkdir(exist_ok=True)
        for path in PAGES.glob("*.md"):
            path.unlink()
        for name, text in made.items():
            (PAGES / name).write_text(text, encoding="utf-8")
    there = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    assert there == made, "run this test with CHANGEOVER_WRITE_DOCS=1, and read what changed"
