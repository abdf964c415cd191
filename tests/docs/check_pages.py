"""docs/checks.md: every check with each verdict that it can give, in the words that stand in the code.

The preflight's functions are read, not run: a call of `passed`, `warned`, `failed` or `untold` names the check's key
and what it says. What is only known when it runs is an ellipsis.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "console/domain/preflight", ROOT / "console/domain/switch")
VERDICTS = {"passed": "pass", "warned": "warn", "failed": "fail", "untold": "unknown"}
HEAD = """# Every check

What each check asks, what it can say, and what to do then, as the code has it: a test makes this page and fails when it
is no longer so. An ellipsis stands for what is only known when it is looked at. How checks are read, and how an unknown
one is accepted, is in [For the operator](operations.md#reading-the-plan).

*Pass* and *warn* let a move go on, *fail* refuses its plan, *unknown* has to be accepted by a person.
"""
NAMED = "Its reason names the objects or attributes that it is about."


@dataclass(frozen=True)
class Saying:
    """One way in which a check can come out."""

    key: str
    verdict: str
    reason: str
    remedy: str


def page(asked: Mapping[str, tuple[str, str]]) -> str:
    """The whole page; `asked` has the question of each check, and what to do in short."""
    order = list(VERDICTS.values())
    found = sorted(set(sayings()), key=lambda one: (one.key, order.index(one.verdict), one.reason, one.remedy))
    keys = sorted(asked.keys() | {one.key for one in found})
    return HEAD + "".join(_section(key, asked.get(key), [one for one in found if one.key == key]) for key in keys)


def _section(key: str, asked: tuple[str, str] | None, found: list[Saying]) -> str:
    question, remedy = asked or ("Is asked before a takeover only.", "")
    rows = "\n".join(f"| {one.verdict} | {_cell(one.reason)} | {_cell(one.remedy)} |" for one in found)
    table = (
        f"| verdict | it says | what to do |\n|---|---|---|\n{rows}\n" if rows else f"{NAMED} What to do: {remedy}.\n"
    )
    return f"\n## `{key}`\n\n{question[0].upper()}{question[1:]}\n\n{table}"


def sayings() -> Iterator[Saying]:
    """Every call in the preflight that makes a check."""
    for path in sorted(file for folder in SOURCES for file in folder.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                yield from _of(function)


def _of(function: ast.FunctionDef) -> Iterator[Saying]:
    known: dict[str, ast.expr] = {}
    for node in _in_order(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            known[node.targets[0].id] = node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in VERDICTS:
            said = [_words(one, known) for one in node.args]
            if len(said) >= 3 and re.fullmatch(r"[a-z]+\.[a-z-]+", said[0]):
                yield Saying(said[0], VERDICTS[node.func.id], said[2], said[3] if len(said) > 3 else "")


def _in_order(function: ast.FunctionDef) -> list[ast.AST]:
    """Its parts as they stand in the text, so that a name means what was assigned to it last."""
    parts = [node for node in ast.walk(function) if hasattr(node, "lineno")]
    return sorted(parts, key=lambda node: (node.lineno, not isinstance(node, ast.Assign), node.col_offset))


def _words(value: ast.expr, known: dict[str, ast.expr]) -> str:
    """What an expression says, as far as the text tells."""
    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_words(part, known) for part in parts)
        case ast.Name(id=name) if name in known:
            return _words(known[name], {key: one for key, one in known.items() if key != name})
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _words(left, known) + _words(right, known)
        case ast.IfExp(body=body, orelse=other):
            return f"{_words(body, known)} / {_words(other, known)}"
    return "…"


def _cell(text: str) -> str:
    words = re.sub(r"\s+", " ", text).replace("|", "\\|").strip() or "-"
    return "*what was found*" if words.strip("….") == "" else words
