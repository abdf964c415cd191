"""How pytest finds the tests in a fraction of the time, in each of its processes: a plugin of it.

Files without a quick test are told by their own text; a run of the quick tests imports neither them nor what only they
need.
"""

import ast
import gc
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

NOT_QUICK = ("samba", "browser", "wine", "slow")
QUICK = " and ".join(f"not {mark}" for mark in NOT_QUICK)
OTHERS = f"not ({QUICK})"
"""What the Makefile and tests/run.sh give to `-m` for the quick tests, and for the others."""
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


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> Iterator[None]:
    """What the text of a file says of its tests and they turn out not to have makes them no quick ones: they stay."""
    every = [*items] if config.getoption("markexpr") == OTHERS else []
    yield
    items += [item for item in every if _told(item.path) and not any(map(item.get_closest_marker, NOT_QUICK))]


@cache
def _told(path: Path) -> bool:
    return any(has_none(one) for one in (path, *path.parents))
