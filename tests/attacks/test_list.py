"""The list of attacks in docs/security.md is the list of tests: none is claimed, and none is forgotten."""

import ast
import re
from pathlib import Path

from tests.docs.test_truth import page, table

ROOT = Path(__file__).parents[2]
MUST = {
    *("forged webhook", "replay", "LDAP injection", "CSRF", "open redirect", "log forging", "oversized bodies"),
    *("cmd injection through every name field", "PowerShell injection through every name field", "slow requests"),
    *("stored XSS through every field that a node or directory can fill",),
    *("path traversal in uploads", "path traversal in downloads"),
}
WHO = [
    "stolen session",
    "hostile node",
    "hostile network",
    "hostile administrator of the database",
    "lost management host",
]
HELPERS = {"test_list.py"}


def tried() -> dict[str, list[str]]:
    """Each attack with the tests that try it."""
    return {row[0]: re.findall(r"`([^`]+)`", row[2]) for row in table(page("security.md"), "Attacks")}


def test_every_attack_that_is_owed_is_in_the_list_with_a_test() -> None:
    assert tried().keys() >= MUST
    assert all(tried().values())


def test_every_test_that_is_named_is_there() -> None:
    for name in {name for names in tried().values() for name in names}:
        path, _, function = name.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name


def test_every_module_of_attacks_is_in_the_list() -> None:
    named = {name.partition("::")[0] for names in tried().values() for name in names}
    here = {
        f"tests/attacks/{path.name}" for path in Path(__file__).parent.glob("test_*.py") if path.name not in HELPERS
    }
    assert here <= named


def test_the_threat_model_names_everyone_it_must() -> None:
    rows = table(page("security.md"), "Threat model")
    assert [who for who in WHO if not any(who in row[0] for row in rows)] == []
    assert all(all(row) for row in rows)
