"""Failover groups: how ExpressCluster starts, stops and moves them, resource by resource.

Starting goes by dependency depth and stopping the other way round. A partition that cannot be released because
something is open on it takes the node down, after which the group fails over (final action on deactivation
failure: stop the cluster service and shut down the OS).
"""

from collections.abc import Callable

from console.lab import scm
from console.lab.exchange import START_ORDER
from console.lab.files import append_userlog
from console.lab.partition import holders
from console.lab.schedule import Outcome, Procedure
from console.lab.state import Cluster, Group, Node, Resource
from console.lab.world import World

STARTED = Outcome(0, "Command succeeded.")
START_FAILED = Outcome(1, "Failed to start one or more group resources. Check the status of group resources.")
STOP_FAILED = Outcome(1, "Failed to stop one or more group resources. Check the status of group resources.")
ENGINE_LOST = Outcome(1, "Internal communication timeout has occurred in the cluster server.")


def log(world: World, node: Node, level: str, module: str, text: str) -> None:
    """Write a line to the engine's log on the node."""
    stamp = world.clock.date().strftime("%Y/%m/%d %H:%M:%S.%f")[:-3]
    append_userlog(node, stamp, level, module, text)


def _holds(group: Group, node: Node) -> Callable[[], bool]:
    """Take a group on for a node; tells afterwards whether both are still the same."""
    group.turn += 1
    turn, boots = group.turn, node.boots
    return lambda: group.turn == turn and node.boots == boots


def start_group(world: World, group: Group, node: Node, by: str) -> Procedure:
    """Bring a group up on a node."""
    holds = _holds(group, node)
    log(world, node, "INFO", "rc", f"Activating group {group.name} has started.")
    group.owner = node
    _set_group(world, group, node, "Online Pending", by)
    for resource in group.resources:
        if resource.status == "Online":
            continue
        _set_resource(world, node, group, resource, "Online Pending", by)
        yield node.cluster.definition.timings.resource_start
        if resource.definition.kind == "script" and holds():
            yield from _run_script(world, node, by, up=True)
        if not holds():
            return ENGINE_LOST
        if node.faulty("group-fails", resource.definition.name):
            _set_resource(world, node, group, resource, "Online Failure", by)
            _set_group(world, group, node, "Online Failure", by)
            log(world, node, "ERROR", "rc", f"Activating group {group.name} has failed.")
            return START_FAILED
        _activate(world, node, group, resource, by)
        _set_resource(world, node, group, resource, "Online", by)
    _set_group(world, group, node, "Online", by)
    log(world, node, "INFO", "rc", f"Activating group {group.name} has completed.")
    return STARTED


def stop_group(world: World, group: Group, by: str) -> Procedure:
    """Take a group down where it is. A partition in use takes the node down with it."""
    node = group.owner
    if node is None:
        return STARTED
    holds = _holds(group, node)
    log(world, node, "INFO", "rc", f"Stopping group {group.name} has started.")
    _set_group(world, group, node, "Offline Pending", by)
    for resource in reversed(group.resources):
        if resource.status == "Offline":
            continue
        _set_resource(world, node, group, resource, "Offline Pending", by)
        if resource.definition.kind == "script":
            yield from _run_script(world, node, by, up=False)
        yield node.cluster.definition.timings.resource_stop
        if not holds():
            return ENGINE_LOST
        if _is_partition(node.cluster, group, resource) and holders(node):
            _set_resource(world, node, group, resource, "Offline Failure", by)
            log(world, node, "ERROR", "rc", f"Stopping {resource.definition.name} resource has failed.")
            crash(world, node, f"{resource.definition.name} is in use")
            return STOP_FAILED
        _deactivate(world, node, group, resource, by)
        _set_resource(world, node, group, resource, "Offline", by)
    _set_group(world, group, node, "Offline", by)
    group.owner = None
    log(world, node, "INFO", "rc", f"Stopping group {group.name} has completed.")
    return STARTED


def move_group(world: World, group: Group, target: Node, by: str) -> Procedure:
    """Stop a group where it is and start it on the target."""
    source = group.owner
    if source is not None:
        log(world, source, "INFO", "rc", f"Moving group {group.name} has started.")
        outcome = yield from stop_group(world, group, by)
        if outcome.code:
            return outcome
    if not target.engine:
        return ENGINE_LOST
    outcome = yield from start_group(world, group, target, by)
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
    _set_resource(world, target, group, resource, f"O{'n' if up else 'ff'}line Pending", by)
    timings = target.cluster.definition.timings
    yield timings.resource_start if up else timings.resource_stop
    if not holds():
        return ENGINE_LOST
    if not up and _is_partition(target.cluster, group, resource) and holders(target):
        _set_resource(world, target, group, resource, "Offline Failure", by)
        crash(world, target, f"{resource.definition.name} is in use")
        return STOP_FAILED
    (_activate if up else _deactivate)(world, target, group, resource, by)
    _set_resource(world, target, group, resource, "Online" if up else "Offline", by)
    if not any(item.status == "Online" for item in group.resources):
        _set_group(world, group, target, "Offline", by)
        group.owner = None
    elif all(item.status == "Online" for item in group.resources):
        _set_group(world, group, target, "Online", by)
    return STARTED


def crash(world: World, node: Node, by: str) -> None:
    """Power a node off at once; its groups fail over when the others have missed its heartbeat."""
    with world.lock:
        if not node.powered:
            return
        node.unnoticed = node.engine
        world.record("power", node.name, "on", "off", node=node.name, by=by)
        node.powered = node.engine = False
        _lose_everything(node)
        world.schedule.start(_notice(world, node))


def _lose_everything(node: Node) -> None:
    node.boots += 1
    for service in node.services.values():
        service.state, service.pid, service.exit_code = 1, 0, 1077
    node.disk.volumes.pop(node.cluster.definition.partition[0].upper(), None)
    node.addresses.clear()
    node.mounted.clear()
    node.handles.clear()
    node.sessions.clear()
    for task in node.tasks.values():
        task.status = "Ready"


def _notice(world: World, node: Node) -> Procedure:
    boots = node.boots
    orphans = [(group, group.turn) for group in node.cluster.groups if group.owner is node]
    yield node.cluster.definition.timings.detect_failure
    if node.boots == boots:
        node.unnoticed = False
    for group, turn in orphans:
        if group.turn == turn:
            world.schedule.start(fail_over(world, group, node))
    return Outcome()


def fail_over(world: World, group: Group, dead: Node) -> Procedure:
    """Bring a dead node's group up on the next node that has its engine running."""
    group.turn += 1
    for resource in group.resources:
        resource.status = "Offline"
    _set_group(world, group, dead, "Offline", "failover")
    group.owner = None
    choices = node_choices(dead.cluster, group, but=dead)
    if not choices:
        return Outcome(1, "There is no appropriate destination for the group.")
    log(world, choices[0], "INFO", "rc", f"Failover group {group.name} has started.")
    return (yield from start_group(world, group, choices[0], f"failover from {dead.name}"))


def node_choices(cluster: Cluster, group: Group, but: Node | None) -> list[Node]:
    """The nodes that could take a group now, by priority."""
    return [node for node in cluster.servers(group) if node.engine and node is not but]


def _run_script(world: World, node: Node, by: str, *, up: bool) -> Procedure:
    order = START_ORDER[node.cluster.definition.generation]
    for name in order if up else reversed(order):
        if up:
            yield from scm.start_and_wait(world, node, name, f"START.BAT ({by})")
        else:
            yield from scm.stop_and_wait(world, node, name, f"STOP.BAT ({by})")
    return Outcome()


def _is_partition(cluster: Cluster, group: Group, resource: Resource) -> bool:
    return resource.definition.kind == "sd" and group.name == cluster.definition.group


def _activate(world: World, node: Node, group: Group, resource: Resource, by: str) -> None:
    cluster = node.cluster
    if _is_partition(cluster, group, resource):
        node.disk.volumes[cluster.definition.partition[0].upper()] = cluster.partition
        world.record("partition", cluster.definition.partition, "unmounted", "mounted", node=node.name, by=by)
    elif resource.definition.kind == "fip" and group.name == cluster.definition.group:
        node.addresses.add(cluster.definition.floating_ip)
        world.record("address", cluster.definition.floating_ip, "down", "up", node=node.name, by=by)


def _deactivate(world: World, node: Node, group: Group, resource: Resource, by: str) -> None:
    cluster = node.cluster
    if _is_partition(cluster, group, resource):
        node.disk.volumes.pop(cluster.definition.partition[0].upper(), None)
        world.record("partition", cluster.definition.partition, "mounted", "unmounted", node=node.name, by=by)
    elif resource.definition.kind == "fip" and group.name == cluster.definition.group:
        node.addresses.discard(cluster.definition.floating_ip)
        world.record("address", cluster.definition.floating_ip, "up", "down", node=node.name, by=by)


def _set_group(world: World, group: Group, node: Node, status: str, by: str) -> None:
    before, group.status = group.status, status
    world.record("group", group.name, before, status, node=node.name, by=by)
    world.schedule.touch()


def _set_resource(world: World, node: Node, group: Group, resource: Resource, status: str, by: str) -> None:
    before, resource.status = resource.status, status
    world.record("resource", resource.definition.name, before, status, node=node.name, by=by)
    world.schedule.touch()
