"""A lab with a cluster of each product and generation, of which the console knows nothing yet."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from console.domain import topology
from console.domain.secrets import Secret
from console.lab import presets
from console.lab.assemble import assemble, directory_part
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.services.discovery_look import BLANK, Asked

ACCOUNT = topology.Credential("nodes", r"LAB\svc-changeover", Secret(presets.PASSWORD))
CLUSTERS = ("Tokyo", "Osaka", "Kyoto", "Fukuoka")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The nodes of each cluster listen on one port, as real ones do."""
    made = (presets.tokyo, presets.osaka, presets.kyoto, presets.fukuoka)
    clusters = [make(base=f"127.0.{number}") for number, make in enumerate(made, start=81)]
    for cluster in clusters:
        port = _free_on([node.address for node in cluster.nodes])
        for node in cluster.nodes:
            node.port = port
    world = presets.fast_definition(*clusters)
    world.directory = {"mailboxes": 4}
    with assemble(world, tmp_path_factory.mktemp("lab")) as running:
        yield running


def _free_on(addresses: list[str]) -> int:
    """A port that is free on all of them."""
    while True:
        with socket.socket() as first:
            first.bind((addresses[0], 0))
            port: int = first.getsockname()[1]
            try:
                for address in addresses[1:]:
                    with socket.socket() as other:
                        other.bind((address, port))
            except OSError:
                continue
            return port


def told(lab: Lab, name: str) -> dict[str, Any]:
    """What the lab's own inventory says of a cluster."""
    return next(one for one in lab_inventory(lab)["clusters"] if one["name"] == name)


def asked(lab: Lab, name: str, node: int = 0, **more: Any) -> Asked:
    """The question about the cluster of that node, with the lab's directory."""
    described = told(lab, name)["nodes"][node]
    way = replace(BLANK, address=described["address"], port=described["port"])
    return replace(Asked(way, ACCOUNT, "main", directory_of(lab), other_of(lab, name, node)), **more)


def other_of(lab: Lab, name: str, node: int = 0) -> str:
    """The other node's address, where the product knows nodes by names alone, which lead nowhere here."""
    described = told(lab, name)
    other = described["nodes"][1 - node]
    return "" if described["driver"] == "expresscluster" else f"{other['address']}:{other['port']}"


def directory_of(lab: Lab) -> topology.Directory | None:
    """The lab's directory, if it has one."""
    if lab.directory is None:
        return None
    part, where = directory_part(lab.world.definition), lab_inventory(lab)["directories"][0]
    account = topology.Credential("directory", f"{part.netbios}\\{part.account}", Secret(part.password))
    reached = {"tls_name": where["tls_name"], "ca_file": where["ca"]}
    return topology.Directory("lab", where["host"], where["port"], "ldaps", account, **reached)
