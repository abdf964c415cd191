"""What can go wrong when the cluster service moves a group, as faults of the lab."""

from console.lab.fault import Fault
from console.lab.mscs.bringing import put
from console.lab.mscs.resource_types import DATABASE
from console.lab.mscs.state import OFFLINE, ONLINE, possible_owners
from console.lab.state import Node
from console.lab.world import World

_OWNER = "not-possible-owner"


def _not_owner(world: World, node: Node) -> None:
    for group in node.cluster.groups:
        for resource in group.resources:
            if node.faulty(_OWNER, resource.definition.name):
                others = [one.name for one in possible_owners(node.cluster, resource) if one is not node]
                resource.owners = others or resource.owners


def _owner(world: World, node: Node) -> None:
    for group in node.cluster.groups:
        for resource in group.resources:
            resource.owners = list(resource.definition.owners)


def databases_follow(world: World, node: Node, by: str) -> None:
    """Where databases are resources of their own, give each the state of its database on this node."""
    for group in node.cluster.groups:
        for resource in group.resources:
            if resource.definition.kind == DATABASE and group.owner is node and resource.status in (ONLINE, OFFLINE):
                storage_group, _, store = resource.definition.subject.partition("\\")
                mounted = (storage_group, store) in node.mounted
                put(world, group, resource, node, ONLINE if mounted else OFFLINE, by)


FAULTS = {
    _OWNER: Fault(
        "A resource may not run here: this node is none of its possible owners.",
        "resource",
        _not_owner,
        _owner,
        product="mscs",
    ),
    "resource-hangs": Fault(
        "A resource that is brought online here stays Online Pending, until its pending timeout.",
        "resource",
        product="mscs",
    ),
    "mount-not-allowed": Fault(
        "A mailbox server that the cluster's own tools bring here finds a database that may not mount.",
        "store",
        product="mscs",
    ),
}
"""By name, what `faults.FAULTS` has of this product for moves."""
