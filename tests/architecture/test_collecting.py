"""No test gets lost: the quick ones and the others are all, whichever files a run of the quick ones leaves unread."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.collecting import OTHERS, QUICK, has_none

TEST = "def test_it() -> None:\n    pass\n"
FILES = {
    "plain": TEST,
    "single": f"import pytest\n\npytestmark = pytest.mark.slow\n\n\n{TEST}",
    "called": f"import pytest\n\npytestmark = pytest.mark.samba()\n\n\n{TEST}",
    "listed": f"import pytest\n\npytestmark = [pytest.mark.timeout(9), pytest.mark.wine]\n\n\n{TEST}",
    "folded": f"import pytest\n\npytestmark = [\n    pytest.mark.timeout(9),\n    pytest.mark.browser,\n]\n\n\n{TEST}",
    "quick": f"import pytest\n\npytestmark = pytest.mark.timeout(60)  # not slow\n\n\n{TEST}",
    "one": f"import pytest\n\n\n@pytest.mark.slow\n{TEST}\n\n{TEST.replace('it', 'that')}",
    "case": "import pytest\n\n\n@pytest.mark.parametrize('n', [1, pytest.param(2, marks=pytest.mark.slow)])\n"
    "def test_it(n: int) -> None:\n    pass\n",
    "quoted": f'"""As in\n\npytestmark = pytest.mark.slow\n"""\n\n\n{TEST}',
    "twice": f"import pytest\n\npytestmark = pytest.mark.slow\npytestmark = []\n\n\n{TEST}",
    "back": f"import pytest\n\npytestmark = pytest.mark.slow\n\n\n{TEST}\n\nglobals().pop('pytest' + 'mark')\n",
    "within": f"import pytest\n\nif __debug__:\n    pytestmark = pytest.mark.slow\n\n\n{TEST}",
    "named": f"import pytest\n\nslow = pytest.mark.timeout(60)\npytestmark = slow\n\n\n{TEST}",
}
UNREAD = {"single", "called", "listed", "folded", "back"}
"""Whose own text says that it has no quick test; `back` takes that back, and its test stays with the others."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files with every way to mark a test, and to seem to."""
    made = tmp_path_factory.mktemp("collecting")
    for name, text in FILES.items():
        (made / f"test_{name}.py").write_text(text, encoding="utf-8")
    return made


def found(folder: Path, chosen: str) -> list[str]:
    """The tests that pytest finds there."""
    plugins = "-p tests.collecting -p no:django -p no:schemathesis -p no:cacheprovider"
    options = f"-m pytest -c /dev/null --collect-only -q -W ignore {plugins}".split()
    argv = [sys.executable, *options, "-m", chosen, "."]
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    run = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    return re.findall(r"^test_\S+::\S+$", run.stdout, re.MULTILINE)


def test_what_a_file_says_of_all_its_tests_is_told_by_its_text(folder: Path) -> None:
    assert {name for name in FILES if has_none(folder / f"test_{name}.py")} == UNREAD


def test_the_quick_ones_and_the_others_are_all_and_none_is_in_both(folder: Path) -> None:
    every, quick, others = (found(folder, chosen) for chosen in ("", QUICK, OTHERS))
    assert len(every) == len(FILES) + 2
    assert sorted(quick + others) == sorted(every)
    assert not {f"test_{name}.py::test_it" for name in UNREAD} & set(quick)


def test_those_who_run_the_quick_ones_ask_for_them_in_these_words() -> None:
    """Other words choose among all tests as well, and read every file."""
    for name, words in (
        ("Makefile", f"QUICK := {QUICK}\n"),
        ("tests/run.sh", f'quick="{QUICK}"\n'),
        ("tests/run.sh", OTHERS.replace(QUICK, "$quick")),
    ):
        assert words in (ROOT / name).read_text(encoding="utf-8"), (name, words)
