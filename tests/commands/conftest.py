"""A lab of one cluster in this process, and a console that knows it and whoever runs the tests."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from console.lab import presets
from console.lab.assemble import assemble
from console.lab.server import Lab
from console.management import following
from console.management.lab_inventory import lab_inventory
from console.models import OsAccount
from console.services.access import os_user
from console.services.inventory_export import dump
from tests.services import making

Told = tuple[int, str, str]
"""Exit code, standard output, standard error."""


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Tokyo, with twenty mailboxes."""
    world = presets.fast_definition(presets.tokyo(base="127.0.31"))
    world.directory = {"mailboxes": 20}
    with assemble(world, tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that waits sees at once that a deadline has passed."""
    monkeypatch.setattr(following, "SETTLE_SECONDS", 0.2)


@pytest.fixture
def person() -> User:
    """Whoever runs the tests, as an operator who may change the inventory."""
    user = making.account("ops", "administrator")
    OsAccount.objects.create(os_user=os_user(), user=user)
    return user


@pytest.fixture
def tokyo(lab: Lab, person: User, tmp_path: Path) -> Lab:
    """The lab, with its inventory applied."""
    path = tmp_path / "inventory.yaml"
    path.write_text(dump(lab_inventory(lab)), encoding="utf-8")
    assert command()("inventory", "apply", str(path))[0] == 0
    return lab


def command() -> Callable[..., Told]:
    """Runs a command in this process and gives what it told."""

    def run(*words: str) -> Told:
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command(*words, stdout=out, stderr=err)
        except SystemExit as end:
            return int(end.code or 0), out.getvalue(), err.getvalue()
        return 0, out.getvalue(), err.getvalue()

    return run


@pytest.fixture
def manage() -> Callable[..., Told]:
    """`manage("plan", "TOKYO", "failover")` gives (exit code, standard output, standard error)."""
    return command()


def one_object(told: Told) -> dict[str, Any]:
    """The one JSON object on standard output."""
    found = json.loads(told[1])
    assert isinstance(found, dict)
    return found
