"""No module outside of the drivers and the catalog knows one cluster product from another by its name."""

import ast
import re

from console.drivers import driver_keys
from tests.architecture.sources import ROOT, Module, modules

KNOWS = ("console.drivers", "console.catalog", "console.lab", "console.management.commands.lab")
"""Where products differ; the lab is a program of its own, which plays them, and its command names its ready worlds."""


def words(node: ast.AST) -> list[str]:
    """The texts and names that stand in a node of the syntax tree itself."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.alias):
        return node.name.split(".")
    names = (getattr(node, field, None) for field in ("id", "attr", "arg", "name"))
    return [name for name in names if isinstance(name, str)]


def named(module: Module, keys: frozenset[str]) -> list[str]:
    """Where the module has a driver's key as a text of its own, as a name, or as an attribute."""
    if not any(key in module.text.casefold() for key in keys):
        return []
    return [
        f"{module}:{getattr(node, 'lineno', 0)} names {word!r}"
        for node in ast.walk(module.tree)
        for word in words(node)
        if word.casefold() in keys
    ]


def test_the_rule_sees_every_way_to_name_a_product() -> None:
    for text in (
        "if cluster.driver == 'MSCS': pass",
        "KEYS = {'mscs'}",
        "from console.drivers import mscs",
        "x.mscs()",
    ):
        module = Module("console.web.x", modules("tasks")[0].path, text)
        assert named(module, frozenset({"mscs"})), text


def test_no_code_outside_of_drivers_and_catalog_names_a_cluster_product() -> None:
    keys = frozenset(driver_keys())
    wrong = [
        line
        for module in modules("console", "tasks")
        if not module.name.startswith(KNOWS)
        for line in named(module, keys)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_page_tells_one_product_from_another_by_its_name() -> None:
    """A template asks what a product does (`guided`), never which it is."""
    keys = "|".join(driver_keys())
    asked = re.compile(rf"{{%[^%]*(?:\bdriver\b\s*(?:==|!=|in\b)|[\"'](?:{keys})[\"'])", re.IGNORECASE)
    pages = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    wrong = [str(path.relative_to(ROOT)) for path in pages if asked.search(path.read_text(encoding="utf-8"))]
    assert asked.search('{% if cluster.driver == "x" %}')
    assert asked.search("{% if 'mscs' in names %}")
    assert not wrong, "\n".join(wrong)
