"""The project's own sources as the rules see them: parsed modules, what they import, how long things are."""

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
    """One Python file: its dotted name, where it is, its text and its syntax tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def area(self) -> str:
        """`console.<package>` for what lies in a package, `console` for what lies beside them, else the top package."""
        parts = self.name.split(".")
        return ".".join(parts[:2]) if parts[0] == "console" and _is_package(parts) else parts[0]

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


def _is_package(parts: list[str]) -> bool:
    return len(parts) > 1 and (ROOT / parts[0] / parts[1]).is_dir()


def area_of(dotted: str) -> str:
    """The area that an imported name of ours belongs to."""
    parts = dotted.split(".")
    return ".".join(parts[:2]) if parts[0] == "console" and _is_package(parts) else parts[0]


def modules(*tops: str) -> tuple[Module, ...]:
    """Every module under these folders, migrations left out: Django writes those."""
    paths = [path for top in tops for path in sorted((ROOT / top).rglob("*.py"))]
    return tuple(_module(path) for path in paths if not {"migrations", "__pycache__"} & {*path.parts})


@cache
def _module(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return Module(name, path, text, ast.parse(text, str(path), feature_version=(3, 11)))


@cache
def imports(module: Module) -> tuple[tuple[int, str], ...]:
    """Line and absolute dotted name of everything that a module imports, also inside functions."""
    return tuple(_imports(module))


def _imports(module: Module) -> Iterator[tuple[int, str]]:
    package = module.name if module.path.name == "__init__.py" else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def foreign(dotted: str) -> str | None:
    """The top-level name of an import from neither the standard library nor this project."""
    top = dotted.split(".")[0]
    return None if top in OWN or top in sys.stdlib_module_names else top


def functions(module: Module) -> Iterator[tuple[str, int, int]]:
    """Name, first line and length (from `def` to the last line) of every function."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1
