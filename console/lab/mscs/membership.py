"""Which nodes are members: the cluster service starting and stopping, dying, and losing sight of the other nodes.

The service follows `ClusSvc` in the service control manager. A node that stops it in order hands its groups over
first; one that dies, or is not heard any more, loses them to the others. Where both sides live the quorum disk
decides: the node that has the cluster's own group stays, the other one's cluster service ends.
"""

from console.lab import scm
from console.lab.event_log import enter
from console.lab.mscs.bringing import MONITOR, service_behind
from console.lab.mscs.engine import drop, fail_over, hosts, move_group, offline_group, recover, resource_fails
from console.lab.mscs.state import CORE_GROUP, ONLINE, SERVICE, of
from console.lab.schedule import Outcome, Procedure
from console.lab.state import RUNNING, STOP_PENDING, STOPPED, Cluster, Group, Node, Resource, Service
from console.lab.world import World

CUT, PAUSED = "heartbeats-lost", "paused"


def joins(world: World, node: Node, by: str) -> Procedure:
    """The service has come up: the node is a member, and takes on what runs nowhere."""
    yield node.cluster.definition.timings.engine_start
    service = node.service(SERVICE)
    if not node.powered or service is None or service.state != RUNNING or node.engine:
        return Outcome(1)
    world.record("engine", node.name, "down", "up", node=node.name, by=by)
    node.engine = True
    of(node.cluster).paused.discard(node.name.casefold())
    enter(world, node, "System", MONITOR, 1061, "The cluster service has started on this node.", 3)
    world.schedule.touch()
    for group in node.cluster.groups:
        if group.owner in (None, node) or not group.owner.engine:
            world.schedule.start(recover(world, group, group.owner or node, node))
    return Outcome()


def leaves(world: World, node: Node, by: str) -> Procedure:
    """The service is told to stop: its groups move away, or go offline when nobody can take them."""
    boots, service = node.boots, node.service(SERVICE)
    jobs = [(group, world.schedule.start(_leave(world, group, node, by))) for group in _groups(node)]
    yield lambda: all(job.outcome is not None or group.owner is not node for group, job in jobs)
    if node.boots == boots and node.engine and service is not None and service.state == STOP_PENDING:
        _end(world, node, by)
    return Outcome()


def _leave(world: World, group: Group, node: Node, by: str) -> Procedure:
    targets = hosts(node.cluster, group, but=node)
    if targets:
        return (yield from move_group(world, group, targets[0], by))
    return (yield from offline_group(world, group, by, for_good=False))


def dies(world: World, node: Node, by: str) -> None:
    """The service's process ends while Windows stays: its resource monitors end what it had."""
    with world.lock:
        service = node.service(SERVICE)
        if service is not None and service.state != STOPPED:
            scm.set_state(world, node, service, STOPPED, by, scm.DIED)
        if node.engine:
            _end(world, node, by)


def revives(world: World, node: Node, by: str) -> None:
    """Start the service again after `dies`."""
    if node.powered:
        scm.start(world, node, SERVICE, by)


def notice(world: World, node: Node) -> Procedure:
    """The other nodes miss a node's heartbeat, and after a while take its groups on."""
    boots = node.boots
    orphans = [(group, group.turn) for group in _groups(node)]
    yield node.cluster.definition.timings.detect_failure
    if node.boots == boots:
        node.unnoticed = False
    for group, turn in orphans:
        if group.turn == turn and group.owner is node:
            world.schedule.start(fail_over(world, group, node))
    return Outcome()


def silence(world: World, node: Node) -> Procedure:
    """No heartbeat passes: after a while the quorum decides who stays; a node that stands still never does."""
    cluster = node.cluster
    yield cluster.definition.timings.detect_failure
    if not (node.faulty(CUT) or node.faulty(PAUSED)):
        return Outcome()
    loser = _loser(cluster, node)
    if loser is not None and loser.engine:
        enter(world, loser, "System", MONITOR, 1135, f"{loser.name} was removed from the active cluster membership.")
        dies(world, loser, "lost the quorum")
    return Outcome()


def regain(world: World, node: Node) -> None:
    """Heartbeats pass again: a cluster service that has ended for want of them is started again."""
    for other in node.cluster.nodes:
        if other.powered and not other.engine and not other.faulty("engine-down") and not other.faulty(PAUSED):
            scm.start(world, other, SERVICE, "recovery of the service")


def watched(world: World, node: Node, service: Service) -> None:
    """What EXRES.DLL's monitor does when a service has ended: its resource, if it is online, fails soon."""
    if node.engine:
        for group in _groups(node):
            for resource in group.resources:
                if resource.status == ONLINE and service_behind(node, resource) == service.installed.name:
                    world.schedule.start(_look(world, group, resource, service))


def _look(world: World, group: Group, resource: Resource, service: Service) -> Procedure:
    turn = group.turn
    yield group.owner.cluster.definition.timings.is_alive if group.owner else 0.0
    if group.turn == turn and resource.status == ONLINE and service.state == STOPPED:
        return (yield from resource_fails(world, group, resource, "IsAlive"))
    return Outcome()


def _loser(cluster: Cluster, node: Node) -> Node | None:
    """Who goes: a node that stands still; else whoever does not have the quorum disk."""
    others = [other for other in cluster.nodes if other is not node and other.engine]
    if node.faulty(PAUSED) or not others:
        return node if others else None
    core = next((group for group in cluster.groups if group.name == CORE_GROUP), None)
    return node if core is None or core.owner is not node else others[0]


def _groups(node: Node) -> list[Group]:
    return [group for group in node.cluster.groups if group.owner is node]


def _end(world: World, node: Node, by: str) -> None:
    """The node is no member any more: what it still has of its groups ends, and the others will notice."""
    node.engine = False
    world.record("engine", node.name, "up", "down", node=node.name, by=by)
    for group in _groups(node):
        drop(world, group, node, by)
    world.schedule.start(notice(world, node))
    world.schedule.touch()


scm.STARTED[SERVICE] = joins
scm.STOPPING[SERVICE] = leaves
scm.WATCHERS.append(watched)
