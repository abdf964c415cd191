"""Every defect of the guide's sample scripts, what is done here in its place, and the tests that show it.

`scripts` are the batch files and what surrounds them as printed, `directory` is the script that changes the directory.
A test of the table counts them, looks for each test that is named, and holds docs/defects.md to it.
"""

from dataclasses import dataclass

from tests.defects import directory_rows, scripts_rows

SCRIPTS, DIRECTORY = "scripts", "directory"
COUNTS = {SCRIPTS: 10, DIRECTORY: 43}


@dataclass(frozen=True)
class Defect:
    """One defect of the printed samples."""

    part: str
    number: int
    printed: str
    """What the sample does."""
    here: str
    """What is done here."""
    shown_by: tuple[str, ...]
    """`<file below tests>::<test>`."""

    @property
    def key(self) -> str:
        """`scripts-4`."""
        return f"{self.part}-{self.number}"


DEFECTS = tuple(
    Defect(part, number, *row)
    for part, rows in ((SCRIPTS, scripts_rows.ROWS), (DIRECTORY, directory_rows.ROWS))
    for number, row in enumerate(rows, 1)
)


def page() -> str:
    """docs/defects.md."""
    return _HEAD + "".join(f"\n## {title}\n\n{_table(part)}" for part, title in _TITLES.items())


_TITLES = {SCRIPTS: "The batch files and the set-up", DIRECTORY: "The script that changes the directory"}
_HEAD = """# The samples' defects

The guide prints sample scripts. What is wrong with them, as they are printed, is listed here with what is done in its
place and the tests that show it. A test counts the rows, looks for each test, and writes this page from
`tests/defects/table.py`; `tests/defects/test_planted.py` puts defects into the console's code one by one and sees that
a test named here fails.
"""


def _table(part: str) -> str:
    lines = ["| | printed | here | shown by |", "|---|---|---|---|"]
    for defect in DEFECTS:
        if defect.part == part:
            shown = "<br>".join(f"`tests/{name.partition('::')[0]}`: {_words(name)}" for name in defect.shown_by)
            lines.append(f"| {defect.number} | {defect.printed} | {defect.here} | {shown} |")
    return "\n".join(lines) + "\n"


def _words(name: str) -> str:
    return name.partition("::test_")[2].replace("_", " ")
