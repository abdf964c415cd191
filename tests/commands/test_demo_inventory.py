"""The demo writes the same inventory at every start, so that what the last one left is not in its way."""

from pathlib import Path
from typing import Any

import pytest

from console.lab.assemble import assemble
from console.lab.directory.server import DirectoryServer
from console.lab.presets import FEW, demo_definition
from console.management.lab_inventory import lab_inventory
from console.models import Cluster, Operation
from console.services.inventory_apply import apply_inventory
from console.services.inventory_export import dump
from tests.services import making

NAMES = ["Tokyo", "Osaka", "Nagoya", "Sapporo", "Kyoto", "Fukuoka"]


def demo_inventory(folder: Path, mailboxes: int) -> dict[str, Any]:
    """What a start of the demo writes; nothing listens."""
    return lab_inventory(assemble(demo_definition(directory={"mailboxes": mailboxes}), folder))


def test_two_starts_write_the_same_inventory(tmp_path: Path) -> None:
    first = demo_inventory(tmp_path, 3)
    assert demo_inventory(tmp_path, 4) == first
    assert [cluster["name"] for cluster in first["clusters"]] == NAMES
    ports = [node["port"] for cluster in first["clusters"] for node in cluster["nodes"]]
    assert all([*ports, first["directories"][0]["port"]])


def test_its_new_pair_has_few_mailboxes_and_nothing_else(tmp_path: Path) -> None:
    lab = assemble(demo_definition(directory={"mailboxes": 3}), tmp_path)
    (bare,) = (cluster for cluster in lab.world.clusters if not cluster.definition.prepared)
    assert (bare.name, bare.groups, bare.definition.scripts) == ("Sapporo", [], "none")
    assert not any(node.service("MSExchangeIS") for node in bare.nodes)
    assert isinstance(lab.directory, DirectoryServer)
    many = {cluster.name: cluster.mailboxes for cluster in lab.directory.forest.clusters}
    assert many == {"Tokyo": 3, "Osaka": 3, "Nagoya": 3, "Sapporo": FEW}
    moved = {server.name: server.mailboxes for server in lab.directory.forest.servers}
    assert moved == {"KYO-EVS1": FEW, "FUK-CMS1": FEW}


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Operation.Status.QUEUED, Operation.Status.RUNNING])
def test_an_operation_that_a_killed_demo_left_does_not_stop_the_next(tmp_path: Path, status: Operation.Status) -> None:
    actor = making.actor("ops", "administrator")
    assert not apply_inventory(dump(demo_inventory(tmp_path, 3)), actor).mistakes
    Operation.objects.filter(pk=making.operation(Cluster.objects.get(name="Tokyo")).pk).update(status=status)
    again = apply_inventory(dump(demo_inventory(tmp_path, 3)), actor)
    assert (again.mistakes, again.changes) == ([], [])
