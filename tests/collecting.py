"""How pytest finds the tests in a fraction of the time, in each of its processes, and their order: a plugin of it.

Files without a quick test are told by their own text; a run of the quick tests imports neither them nor what only they
need.
"""

import ast
import gc
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

NOT_QUICK = ("samba", "browser", "wine", "slow")
QUICK = " and ".join(f"not {mark}" for mark in NOT_QUICK)
"""What the Makefile gives to `-m`."""
OFTEN_ENOUGH = 10_000
"""New objects before somebody looks for garbage; at 700, as Python has it, that costs noticeably more."""
IN_A_BROWSER = Path(__file__).with_name("journeys")
"""Its conftest.py marks every test there."""
MARKED = re.compile(r"^pytestmark = (?:\[\n(?: .*\n)*\]|.*)\n", re.MULTILINE)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """Thousands of tests and all that they import stay to the end: nobody looks for garbage among them, ever."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(OFTEN_ENOUGH)
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests, the files with quick ones alone come last.

    They calculate, and so fill the cores while the last of the others still wait for a lab or a worker.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        long = {item.path for item in items if any(map(item.get_closest_marker, NOT_QUICK))}
        items.sort(key=lambda item: item.path not in long)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Only where exactly the quick tests were asked for; any other choice is made among all tests."""
    return True if config.getoption("markexpr") == QUICK and has_none(collection_path) else None


@cache
def has_none(path: Path) -> bool:
    """Whether no test below this path is quick. A file says so by one `pytestmark` at its top level.

    Where a file says it in another way, it is read as any other, and its tests are left out one by one.
    """
    if path.suffix != ".py":
        return path == IN_A_BROWSER
    text = path.read_text(encoding="utf-8")
    found = MARKED.search(text)
    if found is None or text.count("pytestmark") != 1:
        return False
    return any(name in NOT_QUICK for name in _marks(text[: found.end()]))


def _marks(beginning: str) -> Iterator[str]:
    """The names of the marks in the last statement; none where the text ends within one, or within a text."""
    try:
        statement = ast.parse(beginning).body[-1]
    except SyntaxError:
        return
    if isinstance(statement, ast.Assign):
        for one in statement.value.elts if isinstance(statement.value, ast.List) else [statement.value]:
            mark = one.func if isinstance(one, ast.Call) else one
            if isinstance(mark, ast.Attribute) and ast.unparse(mark.value) == "pytest.mark":
                yield mark.attr
