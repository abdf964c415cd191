"""Nothing goes in circles: what imports something, by whatever way, is not imported by it; nor do packages."""

import ast
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from itertools import takewhile

import pytest

from tests.architecture.sources import ROOT, Module, modules, outline

PARTS_NAME_THEIR_WHOLE = ("console.adapters", "console.lab")
"""Where a part names the type of what makes it, by an import that only types need."""


def circle(found: tuple[Module, ...], *, typing: bool = True, packages: bool = True) -> list[str]:
    """The first circle among these modules, or among the parts of one of their packages; empty when there is none.

    Of two modules that lie in different folders, what counts is the folders in which they part: a package is one part,
    whatever of it is imported, and its own `__init__` belongs to none of its parts. Without `packages` only modules
    count; without `typing` nothing does that is imported under `TYPE_CHECKING`.
    """
    names = {module.name for module in found}
    graphs: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for module in found:
        left_out = set() if typing else _for_types(module)
        for line, imported in outline(module).imports:
            target = imported if imported in names else imported.rpartition(".")[0]
            if target in names and target != module.name and line not in left_out:
                graphs["modules"][module.name].add(target)
                above, one, other = _parting(module.name, target)
                if packages:
                    graphs[above][one].add(other)
    for above, graph in graphs.items():
        graph.pop(above, None)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            return [*error.args[1]]
    return []


def _for_types(module: Module) -> set[int]:
    """The lines that only a type checker reads."""
    checks = [node for node in module.tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    return {one.lineno for check in checks for one in check.body}


def _parting(one: str, other: str) -> tuple[str, str, str]:
    """The package that holds both, and the part of it that holds each; the package itself where it is one of them."""
    parts, others = one.split("."), other.split(".")
    shared = len([*takewhile(lambda pair: pair[0] == pair[1], zip(parts, others, strict=False))])
    return ".".join(parts[:shared]), ".".join(parts[: shared + 1]), ".".join(others[: shared + 1])


@pytest.mark.parametrize(
    "imports",
    [
        {"a.x": "a.y", "a.y": "a.z", "a.z": "a.x"},
        {"a.p.one": "a.x", "a.x": "a.p.other", "a.p.other": "os"},
        {"a.p.one": "a.q.one", "a.q.other": "a.p.other", "a.q.one": "os", "a.p.other": "os"},
        {"a.p.x.one": "a.p.y", "a.p.y": "a.p.x.other", "a.p.x.other": "os"},
    ],
)
def test_the_rule_sees_every_circle(imports: dict[str, str]) -> None:
    found = [Module(name, ROOT / "console" / f"{name}.py", f"import {one}") for name, one in imports.items()]
    assert circle(tuple(found))
    assert not circle(tuple(found[1:]))


def test_a_package_may_gather_what_its_modules_build_on_one_another() -> None:
    texts = {"a.p": "from a.p import one, two", "a.p.one": "from a.p import base", "a.p.two": "import a.p.one"}
    texts["a.p.base"] = "import os"
    assert not circle(tuple(Module(name, ROOT / "console" / f"{name}.py", text) for name, text in texts.items()))


def test_an_import_for_types_counts_unless_it_is_left_out() -> None:
    whole = Module("a.whole", ROOT / "console" / "whole.py", "import a.part")
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a.whole"
    found = (whole, Module("a.part", ROOT / "console" / "part.py", text))
    assert circle(found)
    assert not circle(found, typing=False)


def test_nothing_goes_in_circles() -> None:
    found = tuple(m for m in modules("console", "tasks") if not m.name.startswith(PARTS_NAME_THEIR_WHOLE))
    assert not circle(found), " imports ".join(reversed(circle(found)))


def test_no_adapter_needs_what_needs_it() -> None:
    found = modules("console/adapters")
    assert not circle(found, typing=False), " imports ".join(reversed(circle(found, typing=False)))


def test_no_module_of_the_lab_needs_one_that_needs_it() -> None:
    """Its packages do: the world begins with what the cluster services make of it, and they change it."""
    found = modules("console/lab")
    again = circle(found, typing=False, packages=False)
    assert not again, " imports ".join(reversed(again))
