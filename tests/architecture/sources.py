"""The project's own sources as the rules see them: modules, what they import, how long things are, how they open."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = ("console", "tasks", "tests")


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name, where it is, its text."""

    name: str
    path: Path
    text: str

    @property
    def tree(self) -> ast.Module:
        """Its syntax tree, parsed anew: nobody keeps millions of nodes, which slow down all that comes after."""
        return ast.parse(self.text, str(self.path), feature_version=(3, 11))

    @property
    def area(self) -> str:
        """`console.<package>` for what lies in a package, `console` for what lies beside them, else the top package."""
        parts = self.name.split(".")
        return ".".join(parts[:2]) if parts[0] == "console" and _is_package(parts) else parts[0]

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


def _is_package(parts: list[str]) -> bool:
    return len(parts) > 1 and _is_folder(parts[0], parts[1])


@cache
def _is_folder(top: str, name: str) -> bool:
    return (ROOT / top / name).is_dir()


def area_of(dotted: str) -> str:
    """The area that an imported name of ours belongs to."""
    parts = dotted.split(".")
    return ".".join(parts[:2]) if parts[0] == "console" and _is_package(parts) else parts[0]


def modules(*tops: str) -> tuple[Module, ...]:
    """Every module under these folders, migrations left out: Django writes those."""
    paths = [path for top in tops for path in sorted((ROOT / top).rglob("*.py"))]
    return tuple(module_at(path) for path in paths if not {"migrations", "__pycache__"} & {*path.parts})


@cache
def module_at(path: Path) -> Module:
    """The module in this file of the checkout."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return Module(name, path, path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Outline:
    """What the rules ask of every module.

    Line and absolute dotted name of all that it imports, also inside functions; name, first line and length (from `def`
    to the last line) of every function; its docstring.
    """

    imports: tuple[tuple[int, str], ...]
    functions: tuple[tuple[str, int, int], ...]
    opening: str


@cache
def outline(module: Module) -> Outline:
    """Read once for all rules, from the statements alone: they are a tenth of the tree."""
    tree = module.tree
    found = list(_statements(tree.body))
    return Outline(
        tuple(one for node in found for one in _imported(node, module)),
        tuple(one for node in found for one in _function(node)),
        ast.get_docstring(tree) or "",
    )


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        for inner in (node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            for field in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(inner, field, []))


def _imported(node: ast.stmt, module: Module) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Import):
        yield from ((node.lineno, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = module.name if module.path.name == "__init__.py" else module.name.rpartition(".")[0]
        base = node.module or ""
        if node.level:
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, base] if base else above)
        yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def _function(node: ast.stmt) -> Iterator[tuple[str, int, int]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


def foreign(dotted: str) -> str | None:
    """The top-level name of an import from neither the standard library nor this project."""
    top = dotted.split(".")[0]
    return None if top in OWN or top in sys.stdlib_module_names else top
