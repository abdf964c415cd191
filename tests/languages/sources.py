"""What the rules say, read from their source: every text, with what is put into it left open."""

import ast
import re
from functools import cache

from tests.architecture.sources import ROOT

OF_RULES = ("console/domain", "console/models", "console/services", "console/web", "console/drivers", "console/catalog")
NOT = {"phrase_list.py"}
SLOT = re.compile(r"%\(\w+\)s")


@cache
def said_by_rules() -> frozenset[str]:
    """Every text in the source of the rules, `{}` where something is put in."""
    found = set()
    for folder in OF_RULES:
        for path in (ROOT / folder).rglob("*.py"):
            if path.name not in NOT:
                tree = ast.parse(path.read_text(encoding="utf-8"))
                found |= {text for node in ast.walk(tree) if (text := _text(node))}
    return frozenset(found)


def opened(phrase: str) -> str:
    """A phrase with its slots as `said_by_rules` has them."""
    return SLOT.sub("{}", phrase)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""
