"""Nothing goes in circles: what imports something, by whatever way, is not imported by it; nor do packages."""

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from itertools import takewhile

import pytest

from tests.architecture.sources import ROOT, Module, modules, outline

MAY_GO_IN_CIRCLES = ("console.adapters", "console.lab")
"""Where a part names the type of the whole that it belongs to, and the whole makes the part."""


def circle(found: tuple[Module, ...]) -> list[str]:
    """The first circle among these modules, or among the parts of one of their packages; empty when there is none.

    Of two modules that lie in different folders, what counts is the folders in which they part: a package is one part,
    whatever of it is imported, and its own `__init__` belongs to none of its parts.
    """
    names = {module.name for module in found}
    graphs: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for module in found:
        for _, imported in outline(module).imports:
            target = imported if imported in names else imported.rpartition(".")[0]
            if target in names and target != module.name:
                above, one, other = _parting(module.name, target)
                graphs["modules"][module.name].add(target)
                graphs[above][one].add(other)
    for above, graph in graphs.items():
        graph.pop(above, None)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            return [*error.args[1]]
    return []


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


def test_nothing_goes_in_circles() -> None:
    found = tuple(m for m in modules("console", "tasks") if not m.name.startswith(MAY_GO_IN_CIRCLES))
    assert not circle(found), " imports ".join(reversed(circle(found)))
