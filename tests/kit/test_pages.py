"""The kit's runner as a file: known to the console, as a node wants it, and with the exit codes of the page."""

import re
from pathlib import Path

from console.domain.kit.codes import KIT_CODES, RUNNER
from console.domain.node_scripts.lint import lint
from console.domain.scripts import is_ours
from console.services.node_scripts import kit_runner

PAGE = Path(__file__).parents[2] / "docs" / "kit.md"


def test_the_page_has_every_exit_code_of_the_runner() -> None:
    rows = re.findall(r"^\| (\d+) \| ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert list(map(int, rows)) == list(KIT_CODES.by_name().values())


def test_the_runner_is_the_consoles_in_ascii_with_crlf_and_ends_with_these_codes() -> None:
    data = kit_runner()
    assert is_ours(data.decode("ascii"))
    assert lint(RUNNER, data) == []
    constants = re.search(rb"Const APPLIED = (\d+), NO_KIT = (\d+), NOT_RIGHT = (\d+), NO_PROGRAM = (\d+)", data)
    assert constants
    assert [int(code) for code in constants.groups()] == list(KIT_CODES.by_name().values())
