"""What the rules say, read from their source: every text, with what is put into it left open."""

import ast
import re
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.forms import BaseForm
from django.forms.utils import pretty_name

from console.web import forms
from tests.architecture.sources import ROOT

OF_RULES = tuple(
    f"console/{name}" for name in ("domain", "models", "services", "web", "drivers", "catalog", "adapters")
)
NOT = "phrase_list"
"""Begins the names of the files that the phrases themselves stand in."""
SLOT = re.compile(r"%\(\w+\)s")


@cache
def said_by_rules() -> frozenset[str]:
    """Every text in the source of the rules, `{}` where something is put in."""
    found = set()
    for folder in OF_RULES:
        for path in (ROOT / folder).rglob("*.py"):
            if not path.name.startswith(NOT):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                found |= {text for node in ast.walk(tree) if (text := text_of(node))}
    return frozenset(found)


def labels_of_names() -> frozenset[str]:
    """The labels that Django makes of the names of fields, where a form gives none."""
    modules = [import_module(f"{forms.__name__}.{module.name}") for module in iter_modules(forms.__path__)]
    classes = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    found = [one.base_fields for one in classes if issubclass(one, BaseForm) and hasattr(one, "base_fields")]
    return frozenset(str(field.label or pretty_name(name)) for fields in found for name, field in fields.items())


def opened(phrase: str) -> str:
    """A phrase with its slots as `said_by_rules` has them."""
    return SLOT.sub("{}", phrase)


def text_of(node: ast.AST) -> str:
    """The text of a literal, `{}` where something is put in; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""
