"""The page about settings tells every variable, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_variable_is_told_and_no_other() -> None:
    text = (ROOT / "console/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"(CHANGEOVER_[A-Z_]+?)(?:_FILE)?"', text))
    told = set(
        re.findall(r"^\| `(CHANGEOVER_[A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(encoding="utf-8"), re.M)
    )

    assert told == read
