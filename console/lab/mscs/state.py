"""What a cluster service knows beside nodes and groups: its resource types, its disks, and what is kept stopped.

Groups and resources are those of `console.lab.state`: a resource's definition has its type as `kind`, its status is
the word that cluster.exe prints, and what may change while the lab runs (dependencies, possible owners, whether it is
wanted online) is in the resource itself. The cluster's database is one for all nodes, as the real one is; what each
node has of its own are the DLL files of the types, in `%SystemRoot%\\Cluster`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.lab.disk import Volume

if TYPE_CHECKING:
    from console.lab.state import Cluster, Group, Node, Resource

FOLDER = r"C:\WINDOWS\Cluster"
SERVICE = "ClusSvc"
CORE_GROUP = "Cluster Group"
ONLINE, OFFLINE, FAILED = "Online", "Offline", "Failed"
ONLINE_PENDING, OFFLINE_PENDING = "Online Pending", "Offline Pending"
PARTIALLY, PENDING = "Partially Online", "Pending"


@dataclass(eq=False)
class ResourceType:
    """A resource type as the cluster has it registered; the poll intervals are milliseconds."""

    name: str
    dll: str
    looks_alive: int = 5000
    is_alive: int = 60000
    admin_extensions: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Mscs:
    """The part of a cluster's state that only the cluster service has.

    `types` by their casefolded names, `disks` by drive letter, the partition's among them. `paused` names the nodes
    that take no group on. `by_exchange` tells whether the group was last moved by Exchange's own command or the
    cluster service itself: these tell the store which databases may mount, the cluster's tools do not.
    """

    types: dict[str, ResourceType] = field(default_factory=dict)
    disks: dict[str, Volume] = field(default_factory=dict)
    paused: set[str] = field(default_factory=set)
    by_exchange: bool = True

    def type(self, name: str) -> ResourceType | None:
        """The resource type of this name, in any case."""
        return self.types.get(name.casefold())


def of(cluster: Cluster) -> Mscs:
    """The cluster service's state. Raises `LookupError` for a cluster of another product."""
    if cluster.mscs is None:
        raise LookupError(f"{cluster.name} is no cluster of the cluster service.")
    return cluster.mscs


def has_dll(node: Node, kind: str) -> bool:
    """Whether the DLL of a resource type lies on this node: without it no resource of the type can be made there."""
    found = of(node.cluster).type(kind)
    return found is not None and node.disk.item(rf"{FOLDER}\{found.dll}") is not None


def possible_owners(cluster: Cluster, resource: Resource) -> list[Node]:
    """The nodes that may own a resource; all of the cluster's when none is named."""
    names = {name.casefold() for name in resource.owners}
    return [node for node in cluster.nodes if not names or node.name.casefold() in names]


def in_order(group: Group) -> Iterator[list[Resource]]:
    """The group's resources as they come up: each layer depends only on the layers before it."""
    left, done = list(group.resources), set[str]()
    names = {resource.definition.name.casefold() for resource in left}
    while left:
        layer = [r for r in left if all(n.casefold() in done for n in r.depends if n.casefold() in names)]
        layer = layer or left  # a circle, which adddep refuses: as one layer
        done |= {resource.definition.name.casefold() for resource in layer}
        left = [resource for resource in left if resource not in layer]
        yield layer


def group_status(group: Group) -> str:
    """The state of a group as it follows from its resources: a failure before what is pending, both before the rest."""
    words = {resource.status for resource in group.resources}
    if FAILED in words:
        return FAILED
    if words & {ONLINE_PENDING, OFFLINE_PENDING}:
        return PENDING
    if len(words) == 1:
        return next(iter(words))
    return PARTIALLY if ONLINE in words else OFFLINE
