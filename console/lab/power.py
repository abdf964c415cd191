"""Nodes and cluster engines that start and stop, in an orderly way."""

from console.lab import heartbeat, scripts
from console.lab.groups import STARTED, crash, fail_over, move_group, node_choices, start_group, stop_group
from console.lab.mscs import membership
from console.lab.resources import log
from console.lab.schedule import Outcome, Procedure
from console.lab.state import RUNNING, Node
from console.lab.world import World


def boot(world: World, node: Node, by: str) -> None:
    """Switch a node on: Windows and automatic services come up, then the engine. Groups stay where they are."""
    with world.lock:
        if node.powered:
            return
        node.powered, node.booted = True, world.clock.date()
        node.boots += 1
        node.unnoticed = False
        node.sessions = ["Administrator"]
        for service in node.services.values():
            if service.start == 2:
                service.state, service.pid, service.exit_code = RUNNING, world.new_pid(), 0
        world.record("power", node.name, "off", "on", node=node.name, by=by)
        for group in [group for group in node.cluster.every_group() if group.owner is node]:
            world.schedule.start(fail_over(world, group, node))  # the others learn of its death at the latest now
        world.schedule.start(_engine_after_boot(world, node))


def start_engine(world: World, node: Node, by: str) -> Procedure:
    """Start the cluster service; groups that run nowhere and start automatically come up here.

    The first engine of a cold start waits for the other servers, so that a group starts where its policy wants it.
    """
    boots, cluster = node.boots, node.cluster
    if cluster.mscs is not None:
        return (yield from membership.joins(world, node, by))
    yield cluster.definition.timings.engine_start
    if node.boots != boots or not node.powered:
        return Outcome(1, "Server is not active. Check if the cluster service is active.")
    heartbeat.start_alone(world, node)
    cold = not any(other.engine for other in cluster.nodes if cluster.reaches(node, other))
    _set_engine(world, node, up=True, by=by)
    world.schedule.start(_start_groups(world, node, cold=cold))
    return STARTED


def _start_groups(world: World, node: Node, *, cold: bool) -> Procedure:
    """Start what should run and runs nowhere; a group that runs elsewhere is told that its node is back."""
    boots, cluster = node.boots, node.cluster
    if cold:
        log(world, node, "INFO", "nm", "Wait for all servers to start.")
        seconds = cluster.definition.timings.wait_for_servers
        yield from world.schedule.until(
            lambda: all(o.engine and cluster.reaches(node, o) for o in cluster.nodes), seconds
        )
    if node.boots != boots or not node.engine:
        return Outcome()
    for group in cluster.groups_of(node):
        choices = node_choices(cluster, group, but=None)
        waits = group.definition.automatic and group.owner is None and group.status == "Offline"
        if waits and choices and (cold or choices[0] is node):
            world.schedule.start(start_group(world, group, choices[0], f"start of {node.name}"))
        elif group.owner not in (None, node):
            scripts.come_back(world, group, node)
    return Outcome()


def stop_engine(world: World, node: Node, by: str, *, everywhere: bool) -> Procedure:
    """Stop the cluster service; its groups fail over to another node, or stop when all nodes are stopping."""
    boots = node.boots
    for group in [group for group in node.cluster.groups_of(node) if group.owner is node]:
        targets = [] if everywhere else node_choices(node.cluster, group, but=node)
        if targets:
            yield from move_group(world, group, targets[0], by, "FAILOVER")
        else:
            yield from stop_group(world, group, by)
    yield node.cluster.definition.timings.engine_stop
    if node.boots == boots:
        _set_engine(world, node, up=False, by=by)
    return STARTED


def shut_down(world: World, node: Node, by: str, *, reboot: bool, everywhere: bool = False) -> Procedure:
    """Stop the cluster service, then Windows; with `reboot` the node comes up again."""
    boots = node.boots
    yield from stop_engine(world, node, by, everywhere=everywhere)
    if node.boots != boots:
        return Outcome(1, "The server has gone down before its cluster service had stopped.")
    crash(world, node, by)
    if reboot:
        boot(world, node, by)
    return STARTED


def kill_engine(world: World, node: Node, by: str) -> None:
    """The engine's processes end while Windows, its services and the group's resources stay as they are.

    With the cluster service its resource monitors end the resources, and the other node takes the groups on.
    """
    if node.cluster.mscs is not None:
        membership.dies(world, node, by)
        return
    with world.lock:
        _set_engine(world, node, up=False, by=by)


def revive_engine(world: World, node: Node, by: str) -> None:
    """The opposite of `kill_engine`."""
    if node.cluster.mscs is not None:
        membership.revives(world, node, by)
        return
    with world.lock:
        if node.powered:
            _set_engine(world, node, up=True, by=by)


def _engine_after_boot(world: World, node: Node) -> Procedure:
    boots = node.boots
    yield node.cluster.definition.timings.boot
    if node.boots != boots:
        return Outcome(1, "The server has gone down again.")
    if node.faulty("engine-down"):
        if node.cluster.mscs is not None:
            membership.dies(world, node, "fault")
        return Outcome(1, "The cluster service is kept down.")
    return (yield from start_engine(world, node, "boot"))


def _set_engine(world: World, node: Node, *, up: bool, by: str) -> None:
    if node.engine == up:
        return
    node.engine = up
    world.record("engine", node.name, "down" if up else "up", "up" if up else "down", node=node.name, by=by)
    log(world, node, "INFO", "nm", f"Server {node.name} has {'started' if up else 'been stopped'}.")
    world.schedule.touch()
