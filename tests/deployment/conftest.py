"""A lab whose nodes carry the guide's kind of scripts or the console's, and a console that knows it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from console.domain.deployment import Wanted
from console.lab import presets
from console.lab.assemble import assemble
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.models import AuditRecord, Cluster, OsAccount
from console.services.access import os_user
from console.services.audit import Actor
from console.services.deployment import comparing, settings
from console.services.fields import open_field
from console.services.inventory_export import dump
from tests.commands.conftest import Told, command
from tests.services import making

URL = "http://127.0.0.1:8000"
FOLDER = r"C:\Program Files\EXPRESSCLUSTER\scripts\EXCHANGE\script1"
NODES = ("NGO-EX1", "NGO-EX2")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """Nagoya, whose nodes carry scripts that the console did not render for it."""
    world = presets.fast_definition(presets.nagoya(base="127.0.61"))
    world.directory = {"mailboxes": 2}
    with assemble(world, tmp_path / "lab") as running:
        yield running


@pytest.fixture
def person() -> User:
    """Whoever runs the tests, as an operator who may change the inventory."""
    user = making.account("ops", "administrator")
    OsAccount.objects.create(os_user=os_user(), user=user)
    return user


@pytest.fixture
def actor(person: User) -> Actor:
    """The same person, at a page."""
    return Actor.of(person, AuditRecord.Origin.PAGE)


@pytest.fixture
def nagoya(lab: Lab, person: User, actor: Actor, tmp_path: Path) -> Cluster:
    """The cluster in the inventory, its scripts set up."""
    path = tmp_path / "inventory.yaml"
    path.write_text(dump(lab_inventory(lab)), encoding="utf-8")
    assert command()("inventory", "apply", str(path))[0] == 0
    cluster = Cluster.objects.select_related("site", "directory").get()
    settings.change(cluster, actor, url=URL)
    return cluster


@pytest.fixture
def manage() -> Callable[..., Told]:
    """`manage("scripts", "diff", "nagoya")` gives (exit code, standard output, standard error)."""
    return command()


def on_disk(lab: Lab, node: str, name: str, folder: str = FOLDER) -> bytes | None:
    """What a file of the node's disk holds."""
    item = lab.world.node(node).disk.item(rf"{folder}\{name}")
    return item.data if item else None


def write(lab: Lab, node: str, name: str, data: bytes) -> None:
    """Change a file by hand."""
    lab.world.node(node).disk.write(rf"{FOLDER}\{name}", data)


def rendered(cluster: Cluster) -> Wanted:
    """What should be on both nodes."""
    row = settings.require(cluster)
    with open_field(cluster) as field:
        return comparing.look(row, field).wanted


def names(lab: Lab, node: str, folder: str) -> list[str]:
    """The files of a folder of the node's disk."""
    return [item.path.rpartition("\\")[2] for item in lab.world.node(node).disk.listing(folder)]


def disks(lab: Lab) -> dict[tuple[str, str], bytes | None]:
    """Everything on both nodes' system drives."""
    drives = {node: lab.world.node(node).disk.volumes["C"].items for node in NODES}
    return {(node, path): item.data for node, items in drives.items() for path, item in items.items()}


def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it does not come about"
        time.sleep(0.02)


def record(**which: Any) -> AuditRecord:
    """The one audit record of that kind."""
    return AuditRecord.objects.get(**which)
