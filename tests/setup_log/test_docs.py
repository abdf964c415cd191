"""The page about the set-up log says of every sort of interpreted line what is really made of it."""

import re
from pathlib import Path

from console import catalog
from console.domain import setup_log
from console.domain.setup_log.instructions import OTHER, SORTS, understand

PAGE = (Path(__file__).parents[2] / "docs" / "setup-log.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+:[^`]*)` \| (.*?) \| `([a-z-]+)` \| (.*?) \|$", PAGE, re.MULTILINE)


def test_every_row_is_what_the_reader_makes_of_its_line() -> None:
    for line, does, code, command in ROWS:
        understood = understand(line)
        assert (understood.does, understood.code) == (does, f"setup-log.{code}")
        assert understood.mend == (command.strip("`") if command.startswith("`") else "")


def test_every_sort_of_line_has_its_row() -> None:
    described = {understand(line).does for line, *_ in ROWS}
    sorts = {re.escape(sort.does).replace(r"\{about\}", ".+").replace(r"\{command\}", ".+") for sort in (*SORTS, OTHER)}
    assert [sort for sort in sorts if not any(re.fullmatch(sort, does) for does in described)] == []


def test_every_finding_of_the_area_is_made_somewhere_and_every_one_made_has_its_kind() -> None:
    package = Path(setup_log.__file__).parent
    made = {code for path in package.glob("*.py") for code in re.findall(r'"(setup-log\.[a-z-]+)"', path.read_text())}
    assert made == {code for code in catalog.findings() if code.startswith("setup-log.")}
