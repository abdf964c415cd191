"""Groups of the cluster service: how they come online, go offline, move, fail and are taken over.

A group comes online layer by layer along its dependencies and goes offline the other way round; what does not depend
on each other does so at the same time. Each procedure ends when the group has come to rest; who asked for it may stop
waiting before, and it goes on.
"""

from collections.abc import Iterable

from console.lab.event_log import enter
from console.lab.mscs.bringing import (
    CREATE_FAILED,
    MONITOR,
    ONLINE_FAILED,
    bring_online,
    put,
    refresh,
    take_offline,
    terminate,
)
from console.lab.mscs.resource_types import DISK
from console.lab.mscs.state import FAILED, OFFLINE, ONLINE, in_order, of, possible_owners
from console.lab.resources import set_group
from console.lab.schedule import Condition, Outcome, Procedure
from console.lab.state import Cluster, Group, Node, Resource
from console.lab.world import World

LOST, RESOURCE_FAILED = 1726, 5038
"""Win32 errors: the call was lost with its node; a resource failed."""
NOT_ONLINE = (CREATE_FAILED, ONLINE_FAILED)
"""How what was to come online ends where a resource did not: the group is there all the same."""


def take_on(group: Group, node: Node) -> Condition:
    """Take a group on for a node; tells afterwards whether both are still the same."""
    group.turn += 1
    turn, boots = group.turn, node.boots
    return lambda: group.turn == turn and node.boots == boots and node.engine


def online_group(world: World, group: Group, by: str, *, everything: bool = True) -> Procedure:
    """Bring a group online where it is: all its resources, else only those that are wanted."""
    node = group.owner
    if node is None:
        return Outcome(LOST)
    group.wanted = True
    for resource in group.resources:
        resource.wanted = resource.wanted or everything
    outcome = yield from _online(world, group, node, by, [one for one in group.resources if one.wanted])
    return outcome


def offline_group(world: World, group: Group, by: str, *, for_good: bool = True) -> Procedure:
    """Take a group offline where it is; `for_good` leaves it so where it goes."""
    node = group.owner
    if node is None:
        return Outcome(LOST)
    group.wanted = group.wanted and not for_good
    return (yield from _offline(world, group, node, by, group.resources))


def move_group(world: World, group: Group, target: Node, by: str) -> Procedure:
    """Take a group offline, hand it over, and bring online there what is wanted of it."""
    if group.owner is target:
        return Outcome()
    outcome = yield from offline_group(world, group, by, for_good=False)
    if outcome.code:
        return outcome
    if target.engine:
        hand_over(world, group, target, by)
    if not group.wanted:
        return Outcome()
    return (yield from online_group(world, group, by, everything=False))


def hand_over(world: World, group: Group, target: Node, by: str) -> None:
    """Make a node the owner of a group."""
    source, group.owner = group.owner, target
    group.turn += 1
    world.record("owner", group.name, source.name if source else "", target.name, node=target.name, by=by)
    refresh(world, group, target, by)
    world.schedule.touch()


def online_resource(world: World, group: Group, resource: Resource, by: str) -> Procedure:
    """Bring a resource online, after what it depends on."""
    node = group.owner
    if node is None:
        return Outcome(LOST)
    wanted = [resource, *above(group, resource)]
    for one in wanted:
        one.wanted = True
    return (yield from _online(world, group, node, by, wanted))


def offline_resource(world: World, group: Group, resource: Resource, by: str, *, for_good: bool = True) -> Procedure:
    """Take a resource offline, after what depends on it; `for_good` it stays so where the group goes."""
    node = group.owner
    if node is None:
        return Outcome(LOST)
    going = [resource, *below(group, resource)]
    for one in going:
        one.wanted = one.wanted and not for_good
    return (yield from _offline(world, group, node, by, going))


def stop_server(world: World, group: Group, by: str) -> Procedure:
    """Take everything of a group but its disks offline, to stay so wherever the group goes."""
    node = group.owner
    if node is None:
        return Outcome(LOST)
    going = [one for one in group.resources if one.definition.kind != DISK]
    for one in going:
        one.wanted = False
    return (yield from _offline(world, group, node, by, going))


def resource_fails(world: World, group: Group, resource: Resource, by: str) -> Procedure:
    """An online resource fails: it is restarted with what depends on it, and past its threshold affects its group."""
    node = group.owner
    if node is None or resource.status != ONLINE:
        return Outcome()
    policy = node.cluster.definition.policy
    holds = take_on(group, node)
    name = resource.definition.name
    enter(world, node, "System", MONITOR, 1069, f"Cluster resource '{name}' in group '{group.name}' failed.")
    fallen = [one for one in below(group, resource) if one.status == ONLINE]
    for one in (*reversed(fallen), resource):
        terminate(world, one, node, by)
        put(world, group, one, node, FAILED if one is resource else OFFLINE, by)
    now = world.clock.now()
    resource.failures = [at for at in resource.failures if at > now - policy.period] + [now]
    if len(resource.failures) > policy.restarts:
        return (yield from _affect(world, group, node, RESOURCE_FAILED))
    yield node.cluster.definition.timings.resource_start
    if not holds():
        return Outcome(LOST)
    return (yield from _online(world, group, node, by, [resource, *(one for one in fallen if one.wanted)]))


def fail_over(world: World, group: Group, dead: Node) -> Procedure:
    """Bring a dead node's group up on another node, by itself; it stays where it was when there is none."""
    choices = hosts(dead.cluster, group, but=dead)
    of(dead.cluster).by_exchange = True
    return (yield from recover(world, group, dead, choices[0] if choices else None))


def recover(world: World, group: Group, dead: Node, target: Node | None) -> Procedure:
    """Take a group from a node where nothing of it runs any more, and bring its wanted resources up on the target."""
    by = f"failover from {dead.name}"
    for resource in group.resources:
        resource.status = OFFLINE
    group.turn += 1
    set_group(world, group, dead, OFFLINE, by)
    if target is None:
        return Outcome(LOST)
    hand_over(world, group, target, by)
    return (yield from online_group(world, group, by, everything=False)) if group.wanted else Outcome()


def drop(world: World, group: Group, node: Node, by: str) -> None:
    """End at once whatever a group has on a node, what needs others first: the cluster service there is gone."""
    group.turn += 1
    for layer in reversed(list(in_order(group))):
        for resource in layer:
            terminate(world, resource, node, by)


def hosts(cluster: Cluster, group: Group, but: Node | None = None) -> list[Node]:
    """The nodes that could take a group now: up, not paused, and best those that may own all of it."""
    up = [node for node in cluster.nodes if node.engine and node is not but and not is_paused(node)]
    return sorted(up, key=lambda node: len(not_hosted(group, node)))


def not_hosted(group: Group, node: Node) -> list[Resource]:
    """The resources of a group that this node is no possible owner of."""
    return [one for one in group.resources if node not in possible_owners(node.cluster, one)]


def is_paused(node: Node) -> bool:
    """Whether the node takes no group on."""
    return node.name.casefold() in of(node.cluster).paused


def above(group: Group, resource: Resource) -> list[Resource]:
    """What a resource depends on, directly or not."""
    names = {name.casefold() for name in resource.depends}
    direct = [one for one in group.resources if one.definition.name.casefold() in names]
    return _unique(one for found in direct for one in (found, *above(group, found)))


def below(group: Group, resource: Resource) -> list[Resource]:
    """What depends on a resource, directly or not."""
    name = resource.definition.name.casefold()
    direct = [one for one in group.resources if name in (needed.casefold() for needed in one.depends)]
    return _unique(one for found in direct for one in (found, *below(group, found)))


def _unique(resources: Iterable[Resource]) -> list[Resource]:
    return list({id(resource): resource for resource in resources}.values())


def _online(world: World, group: Group, node: Node, by: str, wanted: list[Resource]) -> Procedure:
    holds = take_on(group, node)
    code = 0
    for layer in in_order(group):
        due = [one for one in layer if one in wanted and one.status != ONLINE and _ready(group, one)]
        jobs = [world.schedule.start(bring_online(world, group, one, node, by, holds)) for one in due]
        yield lambda jobs=jobs: all(job.outcome is not None for job in jobs)  # type: ignore[misc]
        if not holds():
            return Outcome(LOST)
        code = max([code, *(job.outcome.code for job in jobs if job.outcome is not None)])
    if code:
        return (yield from _affect(world, group, node, code))
    group.failovers = 0
    return Outcome()


def _ready(group: Group, resource: Resource) -> bool:
    """Whether all that a resource depends on is online."""
    return all(one.status == ONLINE for one in above(group, resource))


def _offline(world: World, group: Group, node: Node, by: str, going: list[Resource]) -> Procedure:
    holds = take_on(group, node)
    for layer in reversed(list(in_order(group))):
        for one in layer:
            if one in going and one.status == FAILED:
                terminate(world, one, node, by)
                put(world, group, one, node, OFFLINE, by)
        due = [one for one in layer if one in going and one.status != OFFLINE]
        jobs = [world.schedule.start(take_offline(world, group, one, node, by, holds)) for one in due]
        yield lambda jobs=jobs: all(job.outcome is not None for job in jobs)  # type: ignore[misc]
        if not holds():
            return Outcome(LOST)
        if any(job.outcome is not None and job.outcome.code for job in jobs):
            return Outcome(RESOURCE_FAILED)
    return Outcome()


def _affect(world: World, group: Group, node: Node, code: int) -> Procedure:
    """A resource failed for good: its group goes to another node as often as the policy says, and then stays."""
    choices = hosts(node.cluster, group, but=node)
    if choices and group.failovers < node.cluster.definition.policy.failovers:
        group.failovers += 1
        yield from move_group(world, group, choices[0], f"a resource failed on {node.name}")
    return Outcome(code)
