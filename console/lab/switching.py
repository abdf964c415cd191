"""Where a fault is switched: at a node, at the active node of a cluster, or at a domain controller."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from console.lab.faults import is_on
from console.lab.state import Cluster, Node

if TYPE_CHECKING:
    from console.lab.server import DirectoryService, Lab

DIRECTORY = "directory"
"""What the first domain controller is called where a node could be named."""


def switch(lab: "Lab", where: str, name: str, on: bool, words: Mapping[str, str]) -> list[str]:
    """Switch a fault with its arguments as texts; the names of the nodes or the controller where that was.

    `where` is a node, a cluster, or a domain controller by its name (`directory`: the first one). At a cluster a fault
    is switched on at its active node, and off at every node where it is on. Raises `KeyError` for a place that is not
    in the lab, and `ValueError` or `faults.UnknownFault` for a fault that cannot be switched there.
    """
    server = controller(lab, where)
    if server is not None:
        strike(lab, server, name, on, {key: _value(text) for key, text in words.items()})
        return [server.name]
    nodes = _nodes(lab, where, name, on)
    for node in nodes:
        lab.fault(node.name, name, on, **words)
    return [node.name for node in nodes]


def controller(lab: "Lab", where: str) -> "DirectoryService | None":
    """The domain controller of that name, None when it is none. Raises `ValueError` in a lab without a directory."""
    if where.casefold() == DIRECTORY:
        if lab.directory is None:
            raise ValueError("This lab has no directory: add one to its definition.")
        return lab.directory
    return next((server for server in lab.directories if server.name.casefold() == where.casefold()), None)


def strike(lab: "Lab", server: "DirectoryService", name: str, on: bool, arguments: Mapping[str, Any]) -> None:
    """Switch a fault of a domain controller, and record it. Raises `ValueError`."""
    server.fault(name, on, **arguments)
    lab.world.record("fault", name, "", "on" if on else "off", node=DIRECTORY, by=server.name)


def _nodes(lab: "Lab", where: str, name: str, on: bool) -> list[Node]:
    world = lab.world
    with world.lock:
        named = [node for node in world.nodes if node.name.casefold() == where.casefold()]
        if named:
            return named
        cluster = next((item for item in world.clusters if item.name.casefold() == where.casefold()), None)
        if cluster is None:
            known = [node.name for node in world.nodes] + [item.name for item in world.clusters]
            known += [server.name for server in lab.directories]
            raise KeyError(f"No node, cluster or domain controller {where} in this lab; there are {', '.join(known)}.")
        found = _active(cluster) if on else [node for node in cluster.nodes if is_on(node, name)]
    if not on and not found:
        raise ValueError(f"No node of {cluster.name} has the fault {name}: there is nothing to switch off.")
    if on and len(found) != 1:
        names = " or ".join(node.name for node in cluster.nodes)
        raise ValueError(f"There is not one node of {cluster.name} that has its group now: name {names}.")
    return found


def _active(cluster: Cluster) -> list[Node]:
    """The nodes that have the group which carries Exchange: two when each takes the other for dead."""
    owners = [group.owner for group in cluster.every_group() if group.name == cluster.definition.group]
    return [node for node in cluster.nodes if node in owners]


def _value(text: str) -> Any:
    """A number or a truth value where the text is one: the directory's faults take them."""
    try:
        return json.loads(text)
    except ValueError:
        return text
