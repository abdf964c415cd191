"""Shape and habits: what lies where, how long things may be, how a module begins, which words stay out."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOT, Module, modules, outline

LONGEST_FUNCTION = 45
LONGEST_FILE = 400
TOP_LEVEL = {
    *("manage.py", "console", "tasks", "templates", "tests", "requirements.txt"),
    *("README.md", "Makefile", "pyproject.toml", "CHANGELOG.md", "docs", "deploy", ".ci", ".gitignore"),
}
MADE_BY_TOOLS = {
    *(".git", ".venv", "var", "__pycache__", ".coverage"),
    *(".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"),
}
TEXTS = {".py", ".md", ".txt", ".toml", ".yaml", ".yml", ".html", ".css", ".js", ".sh", ".sql", ".cmd", ".ps1", ".tsv"}
# Written in two halves, so that this file does not find itself.
UNWANTED = re.compile(
    r"(?<![\w.])/(?:wo"
    r"rk|ro"
    r"ot)/|\b(?:TO"
    r"DO|FIX"
    r"ME)\b|NotImple"
    r"mentedError"
    r"|pytest\.(?:mark\.)?(?:sk"
    r"ip|xf"
    r"ail)|pypi\.o"
    r"rg|pythonho"
    r"sted"
)


def own() -> tuple[Module, ...]:
    return modules("console", "tasks", "tests")


def test_the_top_level_holds_what_it_should_and_nothing_else() -> None:
    assert {path.name for path in ROOT.iterdir()} - MADE_BY_TOOLS <= TOP_LEVEL


def test_no_function_is_too_long_to_read() -> None:
    wrong = [
        f"{module}:{line} {name} has {length} lines"
        for module in own()
        for name, line, length in outline(module).functions
        if length > LONGEST_FUNCTION
    ]
    assert not wrong, "\n".join(wrong)


def test_no_file_is_too_long_to_read() -> None:
    lengths = {str(module): module.text.count("\n") for module in own()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_every_module_opens_with_a_sentence() -> None:
    wrong = []
    for module in own():
        opening = outline(module).opening.split("\n\n")[0]
        if module.text.strip() and not opening.endswith((".", ":", "?")):
            wrong.append(str(module))
    assert not wrong, "\n".join(wrong)


def test_every_public_function_says_what_it_promises() -> None:
    wrong = [
        f"{module}:{node.lineno} {node.name}"
        for module in modules("console", "tasks")
        for node in _public(module.tree.body)
        if not ast.get_docstring(node) and not _is_declared(node)
    ]
    assert not wrong, "\n".join(wrong)


def test_that_rule_sees_classes_and_what_they_hold() -> None:
    text = "class A:\n def f(self): pass\n def _g(self): pass\n def __eq__(self, o): pass\n def h(self): ..."
    (one, two, three) = _public(ast.parse(text).body)
    assert [one.name, two.name, three.name] == ["A", "f", "h"]
    assert not _is_declared(two)
    assert _is_declared(three)


def _public(body: list[ast.stmt]) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Classes of modules, and functions of both: classes within classes are Django's, and say it by their choices."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public([one for one in node.body if not isinstance(one, ast.ClassDef)])


def _is_declared(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it only says that a protocol has an attribute of that name."""
    return isinstance(node.body[-1], ast.Expr) and ast.unparse(node.body[-1]) == "..."


def test_the_package_itself_is_empty() -> None:
    assert (ROOT / "console/__init__.py").read_text() == ""


def test_only_drivers_and_the_catalog_know_one_driver_from_another() -> None:
    wrong = [
        f"{module}:{node.lineno}"
        for module in modules("console", "tasks")
        if module.area not in {"console.drivers", "console.catalog"} and "driver" in module.text
        for node in ast.walk(module.tree)
        if _asks_which_driver(node)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("text", ["cluster.driver == 'mscs'", "'mscs' != driver", "match x.driver:\n case _: pass"])
def test_that_rule_sees_what_it_forbids(text: str) -> None:
    assert any(_asks_which_driver(node) for node in ast.walk(ast.parse(text)))


def _asks_which_driver(node: ast.AST) -> bool:
    if isinstance(node, ast.Match):
        return _is_driver(node.subject)
    if not isinstance(node, ast.Compare) or not all(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
        return False
    return any(_is_driver(side) for side in (node.left, *node.comparators))


def _is_driver(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "driver") or (
        isinstance(node, ast.Name) and node.id == "driver"
    )


def test_unwanted_words_stay_out() -> None:
    wrong = []
    for top in sorted(TOP_LEVEL):
        for path in [ROOT / top, *(ROOT / top).rglob("*")]:
            if not path.is_file() or (path.suffix and path.suffix not in TEXTS):
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if UNWANTED.search(line):
                    wrong.append(f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}")
    assert not wrong, "\n".join(wrong)
