"""The page about the set-up log says of every sort of interpreted line what is really made of it."""

import re
from pathlib import Path

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
