"""One resource on a node: what coming online and going offline does, as its type's DLL would do it.

EXRES.DLL starts and stops the service behind a resource and watches it (Microsoft, KB810860). A resource must be
through within its pending timeout, 180 seconds unless the definition says otherwise; the information store may take
longer to come online (TechNet, "Setting Pending States").
"""

from console.lab import scm
from console.lab.event_log import enter
from console.lab.exchange import INFORMATION_STORE
from console.lab.mscs.resource_types import ADDRESS, DATABASE, DISK, exchange_kinds
from console.lab.mscs.state import FAILED, OFFLINE, OFFLINE_PENDING, ONLINE, ONLINE_PENDING, group_status, has_dll, of
from console.lab.resources import set_group, set_resource
from console.lab.schedule import Condition, Outcome, Procedure, Reason
from console.lab.state import RUNNING, STOPPED, Group, Node, Resource, Service
from console.lab.stores import dismount, mount
from console.lab.world import World

MONITOR = "ClusSvc"
CREATE_FAILED, ONLINE_FAILED = 5017, 5018
"""Win32 errors: the resource monitor could not make the resource; it could not bring it online."""


def service_behind(node: Node, resource: Resource) -> str:
    """The service that a resource starts and watches; empty for one without."""
    kinds = exchange_kinds(node.cluster.definition.generation)
    return next((kind.service for kind in kinds if kind.name == resource.definition.kind), "")


def serves(node: Node, name: str) -> bool:
    """Whether what answers by this service does so here: where a resource is in front of it, only that being online."""
    if node.cluster.mscs is None:
        return True
    found = [one for group in node.cluster.groups for one in group.resources if service_behind(node, one) == name]
    return not found or any(one.status == ONLINE for one in found)


def _stopped_with(node: Node, resource: Resource) -> Service | None:
    """The service that a resource stops when it goes offline; None when there is none, or it runs everywhere."""
    name = service_behind(node, resource)
    return None if name in node.cluster.definition.everywhere else node.service(name)


def put(world: World, group: Group, resource: Resource, node: Node, status: str, by: str) -> None:
    """Give a resource its state, and with it the group."""
    if resource.status != status:
        set_resource(world, node, resource, status, by)
    refresh(world, group, node, by)


def refresh(world: World, group: Group, node: Node, by: str) -> None:
    """Give the group the state that follows from its resources."""
    status = group_status(group)
    if status != group.status:
        set_group(world, group, node, status, by)


def bring_online(world: World, group: Group, resource: Resource, node: Node, by: str, holds: Condition) -> Procedure:
    """Bring one resource online on a node, as often as its restarts allow; the outcome's message says why it failed."""
    why_not = ""
    for _ in range(1 + node.cluster.definition.policy.restarts):
        put(world, group, resource, node, ONLINE_PENDING, by)
        why_not = yield from _online(world, resource, node, by, holds)
        if not why_not or not holds():
            break
    if not holds():
        return Outcome(1, "The node has gone.")
    if why_not:
        put(world, group, resource, node, FAILED, by)
        enter(world, node, "System", MONITOR, 1069, f"Cluster resource '{resource.definition.name}' failed. {why_not}")
        return Outcome(ONLINE_FAILED if has_dll(node, resource.definition.kind) else CREATE_FAILED, why_not)
    put(world, group, resource, node, ONLINE, by)
    return Outcome()


def take_offline(world: World, group: Group, resource: Resource, node: Node, by: str, holds: Condition) -> Procedure:
    """Take one resource offline; one that does not stop within its pending timeout fails."""
    put(world, group, resource, node, OFFLINE_PENDING, by)
    service = _stopped_with(node, resource)
    if service is None:
        yield node.cluster.definition.timings.resource_stop
    elif service.state != STOPPED:
        scm.stop(world, node, service.installed.name, by)
        limit = node.cluster.definition.policy.pending_timeout
        yield from world.schedule.until(lambda: service.state == STOPPED or not holds(), limit)
    if not holds():
        return Outcome(1, "The node has gone.")
    if service is not None and service.state != STOPPED:
        put(world, group, resource, node, FAILED, by)
        enter(world, node, "System", MONITOR, 1069, f"Cluster resource '{resource.definition.name}' timed out.")
        return Outcome(1, "It has not stopped within its pending timeout.")
    release(world, resource, node, by)
    put(world, group, resource, node, OFFLINE, by)
    return Outcome()


def _online(world: World, resource: Resource, node: Node, by: str, holds: Condition) -> Reason:
    entry = resource.definition
    name = service_behind(node, resource)
    if not has_dll(node, entry.kind):
        return f"Its DLL cannot be loaded on {node.name}."
    if not name:
        timings = node.cluster.definition.timings
        yield timings.store_mount if entry.kind == DATABASE else timings.resource_start
    hangs = yield from _while_it_hangs(world, resource, node, holds)
    if hangs or not holds():
        return hangs
    if node.faulty("group-fails", entry.name):
        return "Its DLL reports a failure."
    if name:
        return (yield from _service_online(world, node, name, by, holds))
    return _take(world, resource, node, by)


def _while_it_hangs(world: World, resource: Resource, node: Node, holds: Condition) -> Reason:
    """A fault keeps the resource pending, until it ends or the pending timeout passes."""

    def hanging() -> bool:
        return node.faulty("resource-hangs", resource.definition.name) and holds()

    if hanging():
        yield from world.schedule.until(lambda: not hanging(), node.cluster.definition.policy.pending_timeout)
    return "It has not come online within its pending timeout." if hanging() else ""


def _service_online(world: World, node: Node, name: str, by: str, holds: Condition) -> Reason:
    service = node.service(name)
    code = scm.start(world, node, name, by)
    if service is None or code not in (scm.OK, scm.RUNNING_ALREADY):
        return f"The service {name} cannot be started: Win32 error {code}."

    def ready() -> bool:
        return service.state in (RUNNING, STOPPED) or not holds()

    if name == INFORMATION_STORE:
        yield ready
    else:
        yield from world.schedule.until(ready, node.cluster.definition.policy.pending_timeout)
    if service.state == RUNNING:
        return ""
    ended = f"The service {name} has ended: Win32 error {service.exit_code}."
    return ended if ready() else "It has not come online within its pending timeout."


def _take(world: World, resource: Resource, node: Node, by: str) -> str:
    """Mount the disk, put the address on, mount the database; why not, or nothing."""
    entry, cluster = resource.definition, node.cluster
    if entry.kind == DISK:
        letter = entry.subject[0].upper()
        node.disk.volumes[letter] = of(cluster).disks[letter]
        world.record("partition", entry.subject, "unmounted", "mounted", node=node.name, by=by)
    elif entry.kind == ADDRESS:
        others = [n.name for n in cluster.nodes if n is not node and n.powered and entry.subject in n.addresses]
        if others or node.faulty("fip-duplicate"):
            return f"The IP address {entry.subject} is in use already."
        node.addresses.add(entry.subject)
        world.record("address", entry.subject, "down", "up", node=node.name, by=by)
    elif entry.kind == DATABASE:
        group, _, store = entry.subject.partition("\\")
        if node.faulty("mount-not-allowed", store) and not of(cluster).by_exchange:
            return "The database is not allowed to mount."
        if (group, store) not in node.mounted and not mount(world, node, group, store, by):
            return "The database cannot be mounted."
    return ""


def release(world: World, resource: Resource, node: Node, by: str) -> None:
    """What a resource has on a node goes: disk, address, database. Does nothing where it has nothing."""
    entry = resource.definition
    if entry.kind == DISK and node.disk.volumes.pop(entry.subject[0].upper(), None) is not None:
        world.record("partition", entry.subject, "mounted", "unmounted", node=node.name, by=by)
    elif entry.kind == ADDRESS and entry.subject in node.addresses:
        node.addresses.discard(entry.subject)
        world.record("address", entry.subject, "up", "down", node=node.name, by=by)
    elif entry.kind == DATABASE:
        group, _, store = entry.subject.partition("\\")
        dismount(world, node, group, store, by)


def terminate(world: World, resource: Resource, node: Node, by: str) -> None:
    """End a resource at once, as the resource monitor does with what nobody answers for any more."""
    service = _stopped_with(node, resource)
    if service is not None and service.state != STOPPED:
        if service.installed.name == INFORMATION_STORE:
            for group, store in sorted(node.mounted):
                dismount(world, node, group, store, by)
        scm.set_state(world, node, service, STOPPED, by, scm.DIED)
    release(world, resource, node, by)
