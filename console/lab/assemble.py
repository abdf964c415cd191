"""Puts a lab together from its definition: the nodes and, when one is described, the directory that they live in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from console.lab import definition, state
from console.lab.directory.definition import (
    DEFAULT_OUS,
    Account,
    Cluster,
    Forest,
    Generation,
    Server,
    StorageGroup,
    Store,
)
from console.lab.directory.replication import Replication
from console.lab.directory.server import DirectoryServer
from console.lab.schedule import Outcome, Procedure
from console.lab.server import Lab
from console.lab.world import World

PUBLIC_MARK = "public"
"""A store whose name holds this word is a public folder store."""


@dataclass
class SecondController:
    """Another domain controller over the same forest; changes pass between the two after `delay` world seconds.

    It is the one that the nodes named in `nodes` (all when empty) use: their stores mount by its flags.
    """

    delay: float
    name: str = "DC2"
    nodes: list[str] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 0
    tls_port: int = 0


@dataclass
class DirectoryPart:
    """The `directory` part of a lab's definition."""

    mailboxes: int = 200
    """For each cluster that does not say itself how many."""
    base_dn: str = "DC=lab,DC=example"
    netbios: str = "LAB"
    organization: str = "Changeover Lab"
    domain_controller: str = "DC1"
    host: str = "127.0.0.1"
    port: int = 0
    tls_port: int = 0
    account: str = "svc-changeover"
    password: str = "Changeover-Lab-1"
    administrator_password: str = "Changeover-Lab-Admin-1"
    second_controller: SecondController | None = None


def assemble(world: definition.World, state: Path) -> Lab:
    """A lab ready to start; its directory shares authority and effect log. Raises `DefinitionError`."""
    lab = Lab(world, state)
    if world.directory:
        part = directory_part(world)
        server = _controller(lab, part, part.domain_controller, part)
        lab.join(server)
        lab.world.may_mount = server.may_mount
        for cluster in lab.world.clusters:
            if not cluster.definition.prepared:
                _not_installed(server, cluster)
        if part.second_controller:
            _join_second(lab, part, part.second_controller, server)
    return lab


def _not_installed(server: DirectoryServer, cluster: state.Cluster) -> None:
    """The directory before Exchange: no server objects of that cluster; for Exchange 2007 a domain in mixed mode."""
    for node in cluster.nodes[:2]:
        server.dialogs.withhold(node.name)
    if cluster.definition.generation == "2007":
        server.dialogs.set(server.forest.base_dn, "nTMixedDomain", "1")


def _controller(lab: Lab, part: DirectoryPart, name: str, where: DirectoryPart | SecondController) -> DirectoryServer:
    return DirectoryServer(
        forest(lab.world.definition, part),
        record=_recorder(lab.world),
        signer=lab.authority,
        host=where.host,
        port=where.port,
        tls_port=where.tls_port,
        name=name,
    )


def _join_second(lab: Lab, part: DirectoryPart, item: SecondController, first: DirectoryServer) -> None:
    second = _controller(lab, part, item.name, item)
    schedule = lab.world.schedule
    Replication(first.service, second.service, item.delay, lambda s, run: schedule.start(_after(s, run)))
    lab.join(second)

    def may_mount(server_name: str, storage_group: str, store: str) -> bool:
        used = second if not item.nodes or server_name in item.nodes else first
        return used.may_mount(server_name, storage_group, store)

    lab.world.may_mount = may_mount


def _after(seconds: float, run: Callable[[], None]) -> Procedure:
    yield seconds
    run()
    return Outcome()


def directory_part(world: definition.World) -> DirectoryPart:
    """The definition's `directory`, checked. Raises `DefinitionError`."""
    part: DirectoryPart = definition.build(DirectoryPart, world.directory, "definition.directory")
    return part


def forest(world: definition.World, part: DirectoryPart) -> Forest:
    """The forest of the lab's clusters, with mailboxes for each.

    A server and a computer for each node of an ExpressCluster; one server under its network name for a cluster that
    moves it, and computers for its nodes.
    """
    moved = [cluster for cluster in world.clusters if cluster.product == "mscs"]
    return Forest(
        base_dn=part.base_dn,
        netbios=part.netbios,
        organization=part.organization,
        domain_controller=part.domain_controller,
        other_controllers=(part.second_controller.name,) if part.second_controller else (),
        clusters=tuple(_cluster(cluster, part) for cluster in world.clusters if cluster not in moved),
        servers=tuple(_named(cluster, part) for cluster in moved),
        members=tuple((node.name, _generation(cluster)) for cluster in moved for node in cluster.nodes),
        accounts=(
            Account("Administrator", "administrator", part.administrator_password),
            Account(part.account, "service", part.password),
        ),
    )


def _cluster(cluster: definition.Cluster, part: DirectoryPart) -> Cluster:
    primary, standby = (node.name for node in cluster.nodes[:2])
    return Cluster(
        name=cluster.name,
        generation=_generation(cluster),
        primary=primary,
        standby=standby,
        storage_groups=_storage_groups(cluster),
        mailboxes=part.mailboxes if cluster.mailboxes is None else cluster.mailboxes,
    )


def _named(cluster: definition.Cluster, part: DirectoryPart) -> Server:
    return Server(
        name=cluster.network_name,
        generation=_generation(cluster),
        storage_groups=_storage_groups(cluster),
        mailboxes=part.mailboxes if cluster.mailboxes is None else cluster.mailboxes,
        ous=DEFAULT_OUS,
    )


def _generation(cluster: definition.Cluster) -> Generation:
    return "2007" if cluster.generation == "2007" else "2003"


def _storage_groups(cluster: definition.Cluster) -> tuple[StorageGroup, ...]:
    return tuple(
        StorageGroup(name, tuple(Store(store, public=PUBLIC_MARK in store.casefold()) for store in stores))
        for name, stores in cluster.storage_groups.items()
    )


def _recorder(world: World) -> Callable[..., None]:
    """Puts the directory's effects, one for each changed attribute, into the lab's log."""

    def record(*, kind: str, subject: str, attribute: str, before: Any, after: Any, by: str) -> None:
        world.record(f"{kind}.{attribute}", subject, _text(before), _text(after), node="directory", by=by)

    return record


def _text(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(str(part) for part in value))
    return "" if value is None else str(value)
