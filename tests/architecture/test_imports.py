"""Dependencies point down: each area may import the areas named here, and no other."""

from importlib.metadata import packages_distributions

import pytest

from tests.architecture.sources import ROOT, Module, area_of, foreign, modules, outline

D = "console.domain"
MAY_IMPORT: dict[str, set[str]] = {
    D: set(),
    "console.catalog": {D},
    "console.drivers": {D, "console.catalog"},
    "console.adapters": {D},
    "console.lab": set(),
    "console.models": {D, "console.catalog"},
    "console.services": {D, "console.catalog", "console.drivers", "console.adapters", "console.models", "console"},
    "console.web": {D, "console.services", "console.models", "console"},
    "console.api": {D, "console.services", "console.models", "console"},
    "console.templatetags": {D, "console.services", "console.models", "console.web"},
    "console.demo": {D, "console.lab"},
    "console.management": {
        D,
        "console.services",
        "console.models",
        "console.api",
        "console.lab",
        "console.demo",
        "console",
    },
    "tasks": {D, "console.services", "console.models", "console"},
    "console": {D, "console.services", "console.models", "console.web", "console.api"},
}
# Debian's own Python modules of Samba, in a program that the tests run with Debian's own Python.
FROM_DEBIAN = {"samba", "ldb"}
# What an area may not take from outside. The domain is stricter still: the standard library is all it has.
NOT_FOR = {
    "console.catalog": {"django", "celery", "winrm", "ldap3", "requests"},
    "console.drivers": {"django", "celery", "winrm", "ldap3", "requests"},
    "console.lab": {"django", "celery", "winrm"},
    "console.adapters": {"celery"},
    "console.models": {"celery", "winrm", "ldap3", "requests"},
    "console.services": {"winrm", "ldap3", "requests"},
    "console.web": {"celery", "winrm", "ldap3", "requests"},
    "console.demo": {"django", "celery", "winrm", "ldap3"},
    "tasks": {"winrm", "ldap3", "requests"},
}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("import django.db", "django.db"),
        ("from django import db", "django.db"),
        ("def f():\n    from console.web import live", "console.web.live"),
        ("from ..adapters import winrm", "console.adapters.winrm"),
        ("from . import plan", "console.domain.plan"),
    ],
)
def test_the_rules_see_every_way_to_import(text: str, name: str) -> None:
    module = Module("console.domain.runner", ROOT / "console/domain/runner.py", text)
    assert [found for _, found in outline(module).imports] == [name]


def test_every_area_is_in_the_table() -> None:
    assert {module.area for module in modules("console", "tasks")} <= MAY_IMPORT.keys()


def test_imports_of_our_own_point_down() -> None:
    wrong = [
        f"{module}:{line} imports {name}"
        for module in modules("console", "tasks")
        for line, name in outline(module).imports
        if foreign(name) is None and name.split(".")[0] in {"console", "tasks", "tests"}
        if (area := area_of(name)) != module.area and area not in MAY_IMPORT[module.area]
    ]
    assert not wrong, "\n".join(wrong)


def test_the_domain_needs_nothing_but_python() -> None:
    wrong = [
        f"{m}:{line} imports {name}"
        for m in modules("console/domain")
        for line, name in outline(m).imports
        if foreign(name)
    ]
    assert not wrong, "\n".join(wrong)


def test_each_area_leaves_the_libraries_of_others_alone() -> None:
    wrong = [
        f"{module}:{line} imports {name}"
        for module in modules("console", "tasks")
        for line, name in outline(module).imports
        if foreign(name) in NOT_FOR.get(module.area, set())
    ]
    assert not wrong, "\n".join(wrong)


def test_everything_imported_is_a_direct_requirement() -> None:
    """What comes along with something else may leave with it; what we import, we name."""
    named = _requirements("requirements.txt")
    named_for_tests = named | _requirements("tests/requirements.txt")
    owners = packages_distributions()
    wrong = []
    for module in modules("console", "tasks", "tests"):
        allowed = named_for_tests if module.area == "tests" else named
        for line, name in outline(module).imports:
            top = foreign(name)
            if (
                top
                and top not in FROM_DEBIAN
                and not {owner.lower().replace("_", "-") for owner in owners.get(top, [top])} & allowed
            ):
                wrong.append(f"{module}:{line} imports {top}")
    assert not wrong, "\n".join(wrong)


def _requirements(path: str) -> set[str]:
    lines = [line.split("#")[0].strip() for line in (ROOT / path).read_text(encoding="utf-8").splitlines()]
    return {line.split("==")[0].split("[")[0].lower() for line in lines if line}
