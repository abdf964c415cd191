"""How a cluster of the cluster service stands when the lab starts: set up, its groups online where they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.lab import definition
from console.lab.disk import Volume
from console.lab.exchange import INFORMATION_STORE
from console.lab.files import furnish_partition
from console.lab.mscs.equipment import equip
from console.lab.mscs.make_up import exchange_group
from console.lab.mscs.resource_types import ADDRESS, DISK, IS_ALIVE, LOOKS_ALIVE, NAME, all_kinds, exchange_kinds
from console.lab.mscs.state import FOLDER, ONLINE, SERVICE, Mscs, ResourceType
from console.lab.state import RUNNING, STOPPED, Cluster, Components, Group, Node, Resource

if TYPE_CHECKING:
    from console.lab.world import World

_FOLDERS = (r"C:\WINDOWS\system32", r"C:\WINDOWS\Temp", r"C:\Documents and Settings\Administrator", FOLDER)


def begin(world: World, cluster: Cluster) -> None:
    """Give the cluster its database, its groups, its disks and names, and let what shall run be running."""
    item = cluster.definition
    kinds = all_kinds(item.generation)
    types = {kind.name.casefold(): ResourceType(kind.name, kind.dll, LOOKS_ALIVE, IS_ALIVE) for kind in kinds}
    cluster.mscs = Mscs(types, {item.partition[0].upper(): cluster.partition})
    groups = [exchange_group(item)] if item.exchange_group else []
    cluster.groups = [Group(one, [Resource(entry) for entry in one.resources]) for one in groups + item.other_groups]
    cluster.names = {node.name.casefold(): [node.definition.address] for node in cluster.nodes}
    furnish_partition(cluster)
    for node in cluster.nodes:
        _furnish(world, node)
    equip(cluster)
    for group in cluster.groups:
        for resource in group.resources:
            _know(cluster, cluster.mscs, resource)
        if item.engine:
            _bring_up(world, cluster, group)


def _know(cluster: Cluster, mscs: Mscs, resource: Resource) -> None:
    """Every disk has a volume, and every network name its address in DNS."""
    entry = resource.definition
    if entry.kind == DISK:
        mscs.disks.setdefault(entry.subject[0].upper(), Volume())
    elif entry.kind == NAME:
        addresses = [
            other.definition.subject
            for group in cluster.groups
            for other in group.resources
            if other.definition.kind == ADDRESS and other.definition.name in resource.depends
        ]
        cluster.names[entry.subject.casefold()] = addresses


def _furnish(world: World, node: Node) -> None:
    """Windows' folders, the DLLs of the resource types, services that run all the time; 2008 has its features."""
    for folder in _FOLDERS:
        if node.disk.item(folder) is None:
            node.disk.mkdir(folder)
    for dll in {kind.dll for kind in all_kinds(node.cluster.definition.generation)}:
        node.disk.write(rf"{FOLDER}\{dll}", b"MZ")
    node.components = Components(set(), 1, node.definition.windows != "2003")
    for everywhere in filter(None, map(node.service, node.cluster.definition.everywhere)):
        everywhere.start, everywhere.state, everywhere.pid = 2, RUNNING, world.new_pid()
    service = node.service(SERVICE)
    if service is not None and not node.cluster.definition.engine:
        service.state, service.pid = STOPPED, 0
    if node.cluster.definition.generation == "2007":
        node.remoting.service["auth_credssp"] = 1


def _bring_up(world: World, cluster: Cluster, group: Group) -> None:
    owner = group.definition.owner or cluster.nodes[0].name
    node = cluster.node(owner)
    if node is None:
        raise definition.DefinitionError(f"Group {group.name}: owner {owner} is no node of {cluster.name}.")
    group.owner, group.status = node, ONLINE
    services = {kind.name: kind.service for kind in exchange_kinds(cluster.definition.generation)}
    for resource in group.resources:
        resource.status = ONLINE
        entry = resource.definition
        if entry.kind == DISK and cluster.mscs:
            letter = entry.subject[0].upper()
            node.disk.volumes[letter] = cluster.mscs.disks[letter]
        elif entry.kind == ADDRESS:
            node.addresses.add(entry.subject)
        elif services.get(entry.kind) and cluster.definition.services_running:
            _runs(world, node, services[entry.kind])


def _runs(world: World, node: Node, name: str) -> None:
    for needed in ("EXIFS", name):
        service = node.service(needed)
        if service is not None:
            service.state, service.pid = RUNNING, service.pid or world.new_pid()
    if name == INFORMATION_STORE:
        node.mounted = set(node.cluster.stores())
        node.cluster.store_homes = dict.fromkeys(node.cluster.stores(), node.server)
        node.cluster.keys_of = node.server
