"""No test gets lost: the whole run chooses all, and a run of the quick ones leaves no file unread that has one."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.collecting import QUICK, has_none

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
"""Whose own text says that it has no quick test; `back` takes that back, and its test runs with all others."""

ONLY_QUICK = {"plain", "quick", "quoted", "twice", "back", "named"}
"""Whose tests turn out to be quick, all of them."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files with every way to mark a test, and to seem to."""
    made = tmp_path_factory.mktemp("collecting")
    for name, text in FILES.items():
        (made / f"test_{name}.py").write_text(text, encoding="utf-8")
    return made


def found(folder: Path, chosen: str, **more: str) -> list[str]:
    """The tests that pytest finds there, in its order; `more` is put into its environment."""
    plugins = "-p tests.collecting -p no:django -p no:schemathesis -p no:cacheprovider"
    options = f"-m pytest -c /dev/null --collect-only -q -W ignore {plugins}".split()
    argv = [sys.executable, *options, "-m", chosen, "."]
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"} | more
    run = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    return re.findall(r"^test_\S+::\S+$", run.stdout, re.MULTILINE)


def test_what_a_file_says_of_all_its_tests_is_told_by_its_text(folder: Path) -> None:
    assert {name for name in FILES if has_none(folder / f"test_{name}.py")} == UNREAD


def test_the_quick_ones_are_all_that_nothing_says_otherwise_of(folder: Path) -> None:
    every, quick = (found(folder, chosen) for chosen in ("", QUICK))
    assert len(every) == len(FILES) + 2
    marked = {"test_one.py::test_it", "test_case.py::test_it[2]", "test_within.py::test_it"}
    unread = {f"test_{name}.py::test_it" for name in UNREAD}
    assert set(every) - set(quick) == marked | unread
    assert set(quick) < set(every)


def test_processes_that_share_the_tests_leave_the_files_with_quick_ones_alone_for_the_end(folder: Path) -> None:
    tests = found(folder, "", PYTEST_XDIST_WORKER="gw0")
    assert len(tests) == len(FILES) + 2
    assert {f"test_{name}.py::test_it" for name in ONLY_QUICK} == set(tests[-len(ONLY_QUICK) :])
    assert set(tests[-len(ONLY_QUICK) :]) != set(found(folder, "")[-len(ONLY_QUICK) :])


def test_those_who_run_the_quick_ones_ask_for_them_in_these_words() -> None:
    """Other words choose among all tests as well, and read every file."""
    assert f"QUICK := {QUICK}\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_whole_run_chooses_no_tests() -> None:
    """So there is none that it leaves out."""
    calls = re.findall(r"^ *tests (.*)$", (ROOT / "tests/run.sh").read_text(encoding="utf-8"), re.MULTILINE)
    assert [call for call in calls if call != '"$@"']
    assert not [call for call in calls if re.search(r"(^| )(-m|-k|--ignore|--deselect|tests/)", call)]
