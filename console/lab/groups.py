"""Failover groups: how ExpressCluster starts, stops and moves them, resource by resource.

Starting goes by dependency depth and stopping the other way round. A partition that cannot be released because
something is open on it takes the node down, after which the group fails over (final action on deactivation
failure: stop the cluster service and shut down the OS). `event` is what the group's script is told: START for a
start or a move, FAILOVER when the product itself brings the group to another node.
"""

from collections.abc import Callable

from console.lab import resources, scripts
from console.lab.mscs import engine
from console.lab.partition import holders
from console.lab.resources import log, set_group, set_resource
from console.lab.schedule import Outcome, Procedure, Reason
from console.lab.state import Cluster, Group, Node, Resource
from console.lab.world import World

STARTED = Outcome(0, "Command succeeded.")
START_FAILED = Outcome(1, "Failed to start one or more group resources. Check the status of group resources.")
STOP_FAILED = Outcome(1, "Failed to stop one or more group resources. Check the status of group resources.")
ENGINE_LOST = Outcome(1, "Internal communication timeout has occurred in the cluster server.")
NO_DESTINATION = Outcome(1, "There is no appropriate destination for the group.")


def _holds(group: Group, node: Node) -> Callable[[], bool]:
    """Take a group on for a node; tells afterwards whether both are still the same."""
    group.turn += 1
    turn, boots = group.turn, node.boots
    return lambda: group.turn == turn and node.boots == boots


def start_group(world: World, group: Group, node: Node, by: str, event: str = "START") -> Procedure:
    """Bring a group up on a node."""
    holds = _holds(group, node)
    log(world, node, "INFO", "rc", f"Activating group {group.name} has started.")
    group.owner, group.event = node, event
    set_group(world, group, node, "Online Pending", by)
    for resource in group.resources:
        if resource.status == "Online":
            continue
        why_not = yield from _start_resource(world, group, resource, node, by, holds)
        if not holds():
            return ENGINE_LOST
        if why_not:
            _start_failed(world, group, resource, node, why_not, by)
            return START_FAILED
        resources.activate(world, node, group, resource, by)
        set_resource(world, node, resource, "Online", by)
    group.failovers = 0
    set_group(world, group, node, "Online", by)
    log(world, node, "INFO", "rc", f"Activating group {group.name} has completed.")
    return STARTED


def _start_resource(
    world: World, group: Group, resource: Resource, node: Node, by: str, holds: Callable[[], bool]
) -> Reason:
    """Try a resource as often as the definition says; returns why it did not come up, or nothing."""
    why_not = ""
    for _ in range(1 + node.cluster.definition.recovery.retries):
        set_resource(world, node, resource, "Online Pending", by)
        yield node.cluster.definition.timings.resource_start
        if not holds():
            return ""
        why_not = resources.why_not(world, node, group, resource)
        if not why_not and resource.definition.kind == "script":
            why_not = yield from _script(world, group, node, by, "START.BAT", group.event)
        if not why_not or not holds():
            break
    return why_not


def _script(world: World, group: Group, node: Node, by: str, name: str, event: str) -> Reason:
    """Run the group's script. When its time-out passes, the node goes down as the definition says."""
    result = yield from scripts.run(world, group, node, name, event, by)
    if result.stalled:
        log(world, node, "ERROR", "rc", f"Stall: {name} of group {group.name} has not ended in time.")
        if node.cluster.definition.script.stall == "shutdown":
            crash(world, node, f"{name} has not ended in time")
    return result.why_failed


def _start_failed(world: World, group: Group, resource: Resource, node: Node, why: str, by: str) -> None:
    """A resource has failed: the group fails, and goes to another node where the definition says so."""
    set_resource(world, node, resource, "Online Failure", by)
    set_group(world, group, node, "Online Failure", by)
    log(world, node, "ERROR", "rc", why)
    log(world, node, "ERROR", "rc", f"Activating group {group.name} has failed.")
    choices = node_choices(node.cluster, group, but=node)
    if group.failovers < node.cluster.definition.recovery.failovers and choices:
        group.failovers += 1
        log(world, node, "WARN", "rc", f"Failover group {group.name} has started.")
        procedure = move_group(world, group, choices[0], f"{resource.definition.name} failed", "FAILOVER")
        world.schedule.start(procedure)


def stop_group(world: World, group: Group, by: str) -> Procedure:
    """Take a group down where it is. A partition in use, or a script that fails, takes the node down with it."""
    node = group.owner
    if node is None:
        return STARTED
    holds = _holds(group, node)
    log(world, node, "INFO", "rc", f"Stopping group {group.name} has started.")
    set_group(world, group, node, "Offline Pending", by)
    for resource in reversed(group.resources):
        if resource.status == "Offline":
            continue
        set_resource(world, node, resource, "Offline Pending", by)
        why_not = ""
        if resource.definition.kind == "script":
            why_not = yield from _script(world, group, node, by, "STOP.BAT", group.event)
        yield node.cluster.definition.timings.resource_stop
        if not holds():
            return ENGINE_LOST
        if resources.is_partition(node.cluster, group, resource) and holders(node):
            why_not = f"{resource.definition.name} is in use"
        if why_not:
            return _stop_failed(world, resource, node, why_not, by)
        resources.deactivate(world, node, group, resource, by)
        set_resource(world, node, resource, "Offline", by)
    set_group(world, group, node, "Offline", by)
    group.owner = None
    log(world, node, "INFO", "rc", f"Stopping group {group.name} has completed.")
    return STARTED


def _stop_failed(world: World, resource: Resource, node: Node, why: str, by: str) -> Outcome:
    set_resource(world, node, resource, "Offline Failure", by)
    log(world, node, "ERROR", "rc", f"Stopping {resource.definition.name} resource has failed.")
    crash(world, node, why)
    return STOP_FAILED


def move_group(world: World, group: Group, target: Node, by: str, event: str = "START") -> Procedure:
    """Stop a group where it is and start it on the target."""
    source = group.owner
    if source is not None:
        log(world, source, "INFO", "rc", f"Moving group {group.name} has started.")
        outcome = yield from stop_group(world, group, by)
        if outcome.code:
            return outcome
    if target not in node_choices(target.cluster, group, but=None):
        return ENGINE_LOST
    outcome = yield from start_group(world, group, target, by, event)
    end = "failed" if outcome.code else "completed"
    log(world, target, "ERROR" if outcome.code else "INFO", "rc", f"Moving group {group.name} has {end}.")
    return outcome


def switch_resource(world: World, group: Group, resource: Resource, node: Node, by: str, *, up: bool) -> Procedure:
    """Start or stop a single resource of a group on the node that has the group (or is to have it)."""
    target = group.owner or node
    if (resource.status == "Online") == up:
        return Outcome(1, f"The resource has already been {'started' if up else 'stopped'}.")
    group.owner = target
    holds = _holds(group, target)
    set_resource(world, target, resource, f"O{'n' if up else 'ff'}line Pending", by)
    timings = target.cluster.definition.timings
    yield timings.resource_start if up else timings.resource_stop
    if not holds():
        return ENGINE_LOST
    if not up and resources.is_partition(target.cluster, group, resource) and holders(target):
        return _stop_failed(world, resource, target, f"{resource.definition.name} is in use", by)
    (resources.activate if up else resources.deactivate)(world, target, group, resource, by)
    set_resource(world, target, resource, "Online" if up else "Offline", by)
    if not any(item.status == "Online" for item in group.resources):
        set_group(world, group, target, "Offline", by)
        group.owner = None
    elif all(item.status == "Online" for item in group.resources):
        set_group(world, group, target, "Online", by)
    return STARTED


def crash(world: World, node: Node, by: str) -> None:
    """Power a node off at once; its groups fail over when the others have missed its heartbeat."""
    with world.lock:
        if not node.powered:
            return
        node.unnoticed = node.engine
        world.record("power", node.name, "on", "off", node=node.name, by=by)
        node.powered = node.engine = False
        _lose_everything(world, node)
        world.schedule.start(_notice(world, node))


def _lose_everything(world: World, node: Node) -> None:
    node.boots += 1
    for job in node.scripts:
        world.schedule.end(job, ENGINE_LOST)
    node.scripts.clear()
    for service in node.services.values():
        service.state, service.pid, service.exit_code = 1, 0, 1077
    shared = node.cluster.mscs.disks if node.cluster.mscs else (node.cluster.definition.partition[0].upper(),)
    for letter in shared:
        node.disk.volumes.pop(letter, None)
    node.addresses.clear()
    node.mounted.clear()
    node.handles.clear()
    node.sessions.clear()
    for task in node.tasks.values():
        task.status = "Ready"


def _notice(world: World, node: Node) -> Procedure:
    boots = node.boots
    orphans = [(group, group.turn) for group in node.cluster.every_group() if group.owner is node]
    yield node.cluster.definition.timings.detect_failure
    if node.boots == boots:
        node.unnoticed = False
    for group, turn in orphans:
        if group.turn == turn:
            world.schedule.start(fail_over(world, group, node))
    return Outcome()


def fail_over(world: World, group: Group, dead: Node) -> Procedure:
    """Bring a dead node's group up on the next node that has its engine running."""
    if dead.cluster.mscs is not None:
        return (yield from engine.fail_over(world, group, dead))
    group.turn += 1
    for resource in group.resources:
        resource.status = "Offline"
    set_group(world, group, dead, "Offline", "failover")
    group.owner = None
    choices = node_choices(dead.cluster, group, but=dead)
    if not choices:
        return NO_DESTINATION
    log(world, choices[0], "INFO", "rc", f"Failover group {group.name} has started.")
    return (yield from start_group(world, group, choices[0], f"failover from {dead.name}", "FAILOVER"))


def node_choices(cluster: Cluster, group: Group, but: Node | None) -> list[Node]:
    """The nodes that could take a group now, by priority: those that see this very group and have an engine."""
    return [n for n in cluster.servers(group) if n.engine and n is not but and group in cluster.groups_of(n)]
