"""`manage.py discover`: prints what was found, and a file that `inventory apply` takes."""

import json
from pathlib import Path
from typing import Any

import pytest

from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.models import Cluster
from console.services.inventory_export import dump
from tests.commands.conftest import Told, command, person
from tests.discovery.conftest import CLUSTERS, other_of, told

__all__ = ["person"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def prepared(lab: Lab, person: object, tmp_path: Path) -> Lab:
    """The console knows the lab's accounts and its directory, and no cluster."""
    path = tmp_path / "inventory.yaml"
    path.write_text(dump(lab_inventory(lab) | {"clusters": []}), encoding="utf-8")
    assert command()("inventory", "apply", str(path))[0] == 0
    return lab


def discover(lab: Lab, cluster: str, *more: str) -> Told:
    node = told(lab, cluster)["nodes"][0]
    words = ["--credential", "lab-nodes", "--port", str(node["port"]), "--other", other_of(lab, cluster)]
    return command()("discover", node["address"], *words, *more)


@pytest.mark.parametrize("name", CLUSTERS)
def test_the_yaml_is_taken_by_inventory_apply_as_it_is(prepared: Lab, tmp_path: Path, name: str) -> None:
    code, out, err = discover(prepared, name, "--yaml")
    assert (code, err) == (0, "")
    path = tmp_path / "found.yaml"
    path.write_text(out, encoding="utf-8")
    assert command()("inventory", "apply", str(path))[:2] != (2, "")
    assert Cluster.objects.get().name == name


def test_what_was_found_is_told_with_its_source(prepared: Lab) -> None:
    code, out, _ = discover(prepared, "Tokyo")
    assert code == 0
    assert "EXCHANGE: Floating IP address: 127.0.81.10 [clp.conf" in out
    assert not Cluster.objects.exists()


def test_json_has_the_facts_and_the_cluster(prepared: Lab) -> None:
    code, out, _ = discover(prepared, "Osaka", "--json")
    found: dict[str, Any] = json.loads(out)
    assert (code, found["result"], found["cluster"]["generation"]) == (0, "found", "2007")
    assert {fact["verdict"] for fact in found["facts"]} == {"pass"}


def test_an_unknown_credential_is_refused_with_those_that_there_are(prepared: Lab) -> None:
    code, _, err = command()("discover", "127.0.81.1", "--credential", "nobodys")
    assert code == 2
    assert "lab-nodes" in err


def test_a_node_that_does_not_answer_fails_with_what_to_do(prepared: Lab) -> None:
    code, _, err = command()("discover", "127.0.81.1", "--credential", "lab-nodes", "--port", "1")
    assert code == 1
    assert "firewall" in err
