"""Nodes that do not hear each other any more, and what they do when they do again.

Without a network partition resource each side takes the other for dead and brings the groups up: dual activation.
With one, a node that cannot reach its target takes itself out. When both sides had a group and hear each other
again, both shut down.
"""

from console.lab.groups import crash, fail_over
from console.lab.mscs import membership
from console.lab.resources import log, set_group
from console.lab.schedule import Outcome, Procedure
from console.lab.state import Cluster, Group, Node, Resource
from console.lab.world import World

CUT, PAUSED = "heartbeats-lost", "paused"


def silent(node: Node) -> bool:
    """Whether a fault keeps this node's heartbeats from the others."""
    return node.faulty(CUT) or node.faulty(PAUSED)


def lose(world: World, node: Node) -> None:
    """The others hear nothing of this node from now on."""
    if node.cluster.mscs is not None:
        world.schedule.start(membership.silence(world, node))
        return
    world.schedule.start(_silence(world, node))


def start_alone(world: World, node: Node) -> None:
    """An engine that starts while no heartbeat passes never learns of the others, nor they of it."""
    cluster = node.cluster
    for other in cluster.nodes:
        if silent(other) and any(one is not other and cluster.reaches(one, other) for one in cluster.nodes):
            _part(world, other)


def regain(world: World, node: Node) -> None:
    """The nodes hear each other again, unless another fault still keeps them apart."""
    with world.lock:
        cluster = node.cluster
        if cluster.mscs is not None:
            membership.regain(world, node)
            return
        if any(silent(other) for other in cluster.nodes) or not any(n.view is not None for n in cluster.nodes):
            return
        for group in cluster.groups:
            owners = _owners(cluster, group.name)
            if len(owners) > 1:
                _shut_down_both(world, group, owners)
        cluster.groups = [_survivor(world, cluster, group) for group in cluster.groups]
        for other in cluster.nodes:
            other.view = None
        world.record("heartbeat", cluster.name, "apart", "together", node=node.name, by="heartbeat")
        world.schedule.touch()


def _silence(world: World, node: Node) -> Procedure:
    cluster, boots = node.cluster, node.boots
    yield cluster.definition.timings.detect_failure
    others = [other for other in cluster.nodes if other is not node and cluster.reaches(node, other)]
    if not silent(node) or node.boots != boots or not others:
        return Outcome()
    for one, gone in [(other, node) for other in others] + [(node, other) for other in others]:
        if one.engine and not one.faulty(PAUSED):
            log(world, one, "ERROR", "nm", f"Cannot communicate with server {gone.name}.")
    if cluster.definition.resolutions:
        for blind in [n for n in cluster.nodes if n.engine and n.faulty("ping-unreachable") and not n.faulty(PAUSED)]:
            log(world, blind, "ERROR", "nm", "Network partition was detected. Shut down the server.")
            crash(world, blind, "network partition")
    if node.engine and any(other.engine for other in others):
        _part(world, node)
    return Outcome()


def _part(world: World, node: Node) -> None:
    """Give the node a view of its own; each side takes over what the other one has."""
    cluster = node.cluster
    world.record("heartbeat", cluster.name, "together", "apart", node=node.name, by="heartbeat")
    own, theirs = [], []
    for group in cluster.groups:
        copy = Group(group.definition, [Resource(resource.definition) for resource in group.resources])
        own.append(group if group.owner is node else copy)
        theirs.append(copy if group.owner is node else group)
    pairs = list(zip(cluster.groups, own, theirs, strict=True))
    node.view, cluster.groups = own, theirs
    for group, mine, other in pairs:
        if group.owner is node:
            world.schedule.start(fail_over(world, other, node))
        elif group.owner is not None and not node.faulty(PAUSED):
            world.schedule.start(fail_over(world, mine, group.owner))


def _owners(cluster: Cluster, name: str) -> list[Node]:
    return [
        group.owner for group in cluster.every_group() if group.name == name and group.owner and group.owner.powered
    ]


def _shut_down_both(world: World, group: Group, owners: list[Node]) -> None:
    for node in owners:
        log(world, node, "ERROR", "rc", f"Group {group.name} has started on more than one server.")
    for node in owners:
        crash(world, node, f"{group.name} has started on more than one server")


def _survivor(world: World, cluster: Cluster, group: Group) -> Group:
    """What all call the group from now on: the side's that has it, none's where both have shut down."""
    found = [other for other in cluster.every_group() if other.name == group.name and other.owner]
    alive = [other for other in found if other.owner and other.owner.powered]
    if alive or not found:
        return alive[0] if alive else group
    owner = found[0].owner
    group.turn += 1
    for resource in group.resources:
        resource.status = "Offline"
    if owner:
        set_group(world, group, owner, "Offline", "heartbeat")
    group.owner = None
    return group
