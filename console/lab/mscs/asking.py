"""What a tool asks of the cluster service: each is refused at once with a Win32 error, or begins and goes on by itself.

cluster.exe, the FailoverClusters cmdlets and Exchange's cmdlets all come through here. The service of the node itself
answers; it is one cluster, so any member could.
"""

from console.lab.mscs import engine, errors
from console.lab.mscs.state import ONLINE, of, possible_owners
from console.lab.schedule import Job, Procedure
from console.lab.state import Cluster, Group, Node, Resource
from console.lab.world import World

GROUP_NOT_FOUND, RESOURCE_NOT_FOUND, NODE_NOT_FOUND = 5013, 5007, 5042
IN_LIST = 5011
NOT_OWNER, CANNOT_HOST, INVALID_STATE, NODE_DOWN, NODE_PAUSED = 5016, 5071, 5023, 5050, 5070


class Refused(Exception):
    """The cluster service will not do it; `code` is the Win32 error."""

    def __init__(self, code: int) -> None:
        super().__init__(errors.message(code))
        self.code = code


def member(node: Node) -> Cluster:
    """The cluster, of which this node must be a member now. Raises `Refused`."""
    if node.cluster.mscs is None or not node.engine:
        raise Refused(errors.NO_SERVICE)
    return node.cluster


def group_named(cluster: Cluster, name: str) -> Group:
    """The group of this name, in any case. Raises `Refused`."""
    for group in cluster.groups:
        if group.name.casefold() == name.casefold():
            return group
    raise Refused(GROUP_NOT_FOUND)


def resource_named(cluster: Cluster, name: str) -> tuple[Group, Resource]:
    """The resource of this name, in any case, with its group. Raises `Refused`."""
    for group in cluster.groups:
        for resource in group.resources:
            if resource.definition.name.casefold() == name.casefold():
                return group, resource
    raise Refused(RESOURCE_NOT_FOUND)


def node_named(cluster: Cluster, name: str) -> Node:
    """The node of this name. Raises `Refused`."""
    node = cluster.node(name)
    if node is None:
        raise Refused(NODE_NOT_FOUND)
    return node


def move(world: World, group: Group, target: Node, by: str, *, by_exchange: bool = False) -> Job:
    """Begin to move a group. Raises `Refused` for a node that cannot take it."""
    _at_rest(group)
    if not target.engine:
        raise Refused(NODE_DOWN)
    if engine.is_paused(target):
        raise Refused(NODE_PAUSED)
    if group.owner is not target and engine.not_hosted(group, target):
        raise Refused(NOT_OWNER if target.definition.windows == "2003" else CANNOT_HOST)
    return _begin(world, group, engine.move_group(world, group, target, by), by_exchange)


def online(world: World, group: Group, target: Node | None, by: str, *, by_exchange: bool = False) -> Job:
    """Begin to bring a whole group online, on a node when one is named. Raises `Refused`."""
    _at_rest(group)
    if target is not None and target is not group.owner:
        group.wanted = True
        for resource in group.resources:
            resource.wanted = True
        return move(world, group, target, by, by_exchange=by_exchange)
    return _begin(world, group, engine.online_group(world, group, by), by_exchange)


def offline(world: World, group: Group, by: str) -> Job:
    """Begin to take a group offline where it is. Raises `Refused`."""
    _at_rest(group)
    return world.schedule.start(engine.offline_group(world, group, by))


def stop_server(world: World, group: Group, by: str) -> Job:
    """Begin to take the server of a group down for good, its disks left online. Raises `Refused`."""
    _at_rest(group)
    return world.schedule.start(engine.stop_server(world, group, by))


def switch(world: World, group: Group, resource: Resource, by: str, *, up: bool) -> Job:
    """Begin to bring one resource online with what it needs, or to take it offline with what needs it."""
    _at_rest(group)
    if up:
        return _begin(world, group, engine.online_resource(world, group, resource, by), by_exchange=False)
    return world.schedule.start(engine.offline_resource(world, group, resource, by))


def fail(world: World, group: Group, resource: Resource, by: str) -> Job:
    """Let a resource that is online fail. Raises `Refused`."""
    _at_rest(group)
    if resource.status != ONLINE:
        raise Refused(5004)
    return world.schedule.start(engine.resource_fails(world, group, resource, by))


def pause(world: World, node: Node, by: str, *, on: bool) -> None:
    """Have a node take no group on, or take them on again. Raises `Refused`."""
    if not node.engine:
        raise Refused(NODE_DOWN)
    paused = of(node.cluster).paused
    before = node.name.casefold() in paused
    if on:
        paused.add(node.name.casefold())
    else:
        paused.discard(node.name.casefold())
    world.record("paused", node.name, str(before), str(on), node=node.name, by=by)


def set_owner(world: World, resource: Resource, node: Node, by: str, *, may: bool) -> int:
    """Have a node be a possible owner of a resource, or no longer be one; the Win32 error."""
    cluster = node.cluster
    names = [owner.name for owner in possible_owners(cluster, resource)]
    if (node.name in names) == may:
        return IN_LIST if may else NODE_NOT_FOUND
    resource.owners = [
        one.name for one in cluster.nodes if (one is node and may) or (one is not node and one.name in names)
    ]
    subject = f"possible owners of {resource.definition.name}"
    world.record("cluster", subject, ", ".join(names), ", ".join(resource.owners), node=node.name, by=by)
    return 0


def _at_rest(group: Group) -> None:
    if group.busy or any(resource.status.endswith("Pending") for resource in group.resources):
        raise Refused(INVALID_STATE)


def _begin(world: World, group: Group, procedure: Procedure, by_exchange: bool) -> Job:
    if group.owner is not None:
        of(group.owner.cluster).by_exchange = by_exchange
    return world.schedule.start(procedure)
