"""The resources of a group on a node: what coming up and going down does to partition and address."""

from console.lab.files import append_userlog
from console.lab.state import Cluster, Group, Node, Resource
from console.lab.world import World


def log(world: World, node: Node, level: str, module: str, text: str) -> None:
    """Write a line to the engine's log on the node."""
    stamp = world.clock.date().strftime("%Y/%m/%d %H:%M:%S.%f")[:-3]
    append_userlog(node, stamp, level, module, text)


def set_group(world: World, group: Group, node: Node, status: str, by: str) -> None:
    """Give a group a status word and record it."""
    before, group.status = group.status, status
    world.record("group", group.name, before, status, node=node.name, by=by)
    world.schedule.touch()


def set_resource(world: World, node: Node, resource: Resource, status: str, by: str) -> None:
    """Give a resource a status word and record it."""
    before, resource.status = resource.status, status
    world.record("resource", resource.definition.name, before, status, node=node.name, by=by)
    world.schedule.touch()


def is_partition(cluster: Cluster, group: Group, resource: Resource) -> bool:
    """Whether this is the switching partition that carries Exchange."""
    return resource.definition.kind == "sd" and group.name == cluster.definition.group


def is_address(cluster: Cluster, group: Group, resource: Resource) -> bool:
    """Whether this is the floating IP of Exchange."""
    return resource.definition.kind == "fip" and group.name == cluster.definition.group


def why_not(world: World, node: Node, group: Group, resource: Resource) -> str:
    """Why this resource does not come up on this node now; empty when it does.

    An address that another node has is a conflict: the product logs it, and takes the address all the same when
    the definition forces it (`fip_force`).
    """
    if node.faulty("group-fails", resource.definition.name):
        return f"Activating {resource.definition.name} resource has failed."
    if not is_address(node.cluster, group, resource):
        return ""
    address = node.cluster.definition.floating_ip
    others = [other for other in node.cluster.nodes if other is not node and address in other.addresses]
    duplicate = node.faulty("fip-duplicate")
    if not others and not duplicate:
        return ""
    text = f"IP address {address} already exists on the network."
    if duplicate or not node.cluster.definition.fip_force:
        return text
    log(world, node, "WARN", "fip", text)
    world.record("address-conflict", address, others[0].name, node.name, node=node.name, by="floating IP")
    return ""


def activate(world: World, node: Node, group: Group, resource: Resource, by: str) -> None:
    """What a resource that comes up changes: the partition is mounted, the address is up."""
    cluster = node.cluster
    if is_partition(cluster, group, resource):
        node.disk.volumes[cluster.definition.partition[0].upper()] = cluster.partition
        world.record("partition", cluster.definition.partition, "unmounted", "mounted", node=node.name, by=by)
    elif is_address(cluster, group, resource):
        node.addresses.add(cluster.definition.floating_ip)
        world.record("address", cluster.definition.floating_ip, "down", "up", node=node.name, by=by)


def deactivate(world: World, node: Node, group: Group, resource: Resource, by: str) -> None:
    """What a resource that goes down changes."""
    cluster = node.cluster
    if is_partition(cluster, group, resource):
        node.disk.volumes.pop(cluster.definition.partition[0].upper(), None)
        world.record("partition", cluster.definition.partition, "mounted", "unmounted", node=node.name, by=by)
    elif is_address(cluster, group, resource):
        node.addresses.discard(cluster.definition.floating_ip)
        world.record("address", cluster.definition.floating_ip, "up", "down", node=node.name, by=by)
