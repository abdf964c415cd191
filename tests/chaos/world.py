"""The small world of the harness: a quick lab of a few clusters, and an inventory that leads over the proxy."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from console.lab import definition, presets
from tests.chaos.proxy import Proxy

INSTANT = definition.Timings(
    service_start=0.0,
    service_stop=0.0,
    store_mount=0.0,
    resource_start=0.02,
    resource_stop=0.02,
    engine_start=0.05,
    engine_stop=0.05,
    detect_failure=0.2,
    boot=0.1,
)
MAILBOXES = 40
"""More than are in flight at once, so that a switch is cut in its middle."""
DEADLINES = {
    "stop_service": 12,
    "start_service": 25,
    "move_group": 25,
    "mount_stores": 12,
    "greeting": 15,
    "command": 6,
    "go": 25,
}
PLAIN, ASKING = "PLAIN", "ASKING"
"""Clusters whose group runs no script, and clusters whose script asks for a go."""
SPARES = 3
"""Clusters of each sort: one that a case has left unlike the others is not used again."""
SCRIPT = definition.Script(retry=0.2, silence_after=300.0)


def names() -> list[str]:
    """Every cluster of the lab."""
    return [f"{sort}{number}" for sort in (PLAIN, ASKING) for number in range(1, SPARES + 1)]


def key_of(node: str) -> tuple[str, str]:
    """The id and the key by which a node's script signs."""
    return f"key-{node.lower()}", (node.encode().hex() * 8)[:64].ljust(64, "0")


def lab(hooks: str) -> definition.World:
    """The lab; `hooks` is the address of the pages, where scripts ask."""
    clusters = [_cluster(name, 10 * index) for index, name in enumerate(names(), start=1)]
    keys = {node.name: definition.NodeKey(*key_of(node.name)) for cluster in clusters for node in cluster.nodes}
    return definition.World(
        clusters,
        presets.accounts(),
        directory={"mailboxes": MAILBOXES},
        webhook=definition.Webhook(hooks, keys),
    )


def _cluster(name: str, place: int) -> definition.Cluster:
    made = presets.tokyo(INSTANT, base=f"127.0.{100 + place}")
    nodes = [replace(node, name=f"{name}-{end}", tls_port=None) for node, end in zip(made.nodes, "AB", strict=True)]
    scripts = "console" if name.startswith(ASKING) else "none"
    return replace(made, name=name, nodes=nodes, scripts=scripts, script=SCRIPT)


def write(item: definition.World, path: Path) -> None:
    """The definition as the lab reads it."""
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(definition.to_dict(item), file)


def lead_over(proxy: Proxy, inventory: Path) -> None:
    """Lead the way to every node and to the directory over the proxy, and give each cluster deadlines of seconds."""
    yaml = YAML(typ="safe")
    data: dict[str, Any] = yaml.load(inventory)
    for item in data["directories"]:
        item["port"] = proxy.add("directory", "127.0.0.1", item["host"], item["port"])
        item["host"] = "127.0.0.1"
    for cluster in data["clusters"]:
        cluster["timing"], cluster["cooldown_seconds"] = dict(DEADLINES), 0
        for node in cluster["nodes"]:
            address = node["address"].replace("127.0.", "127.1.")
            node["port"] = proxy.add(f"node {node['name']}", address, node["address"], node["port"])
            node["address"] = address
    with inventory.open("w", encoding="utf-8") as file:
        yaml.dump(data, file)
