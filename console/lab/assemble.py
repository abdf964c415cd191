"""Puts a lab together from its definition: the nodes and, when one is described, the directory that they live in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.lab import definition
from console.lab.directory.definition import Account, Cluster, Forest, StorageGroup, Store
from console.lab.directory.server import DirectoryServer
from console.lab.server import Lab
from console.lab.world import World

PUBLIC_MARK = "public"
"""A store whose name holds this word is a public folder store."""


@dataclass
class DirectoryPart:
    """The `directory` part of a lab's definition."""

    mailboxes: int = 200
    """For each cluster."""
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


def assemble(world: definition.World, state: Path) -> Lab:
    """A lab ready to start; its directory shares authority and effect log. Raises `DefinitionError`."""
    lab = Lab(world, state)
    if world.directory:
        part = directory_part(world)
        server = DirectoryServer(
            forest(world, part),
            record=_recorder(lab.world),
            signer=lab.authority,
            host=part.host,
            port=part.port,
            tls_port=part.tls_port,
        )
        lab.join(server)
        lab.world.may_mount = server.may_mount
    return lab


def directory_part(world: definition.World) -> DirectoryPart:
    """The definition's `directory`, checked. Raises `DefinitionError`."""
    part: DirectoryPart = definition.build(DirectoryPart, world.directory, "definition.directory")
    return part


def forest(world: definition.World, part: DirectoryPart) -> Forest:
    """The forest of the lab's clusters: a server and a computer for each node, mailboxes for each cluster."""
    return Forest(
        base_dn=part.base_dn,
        netbios=part.netbios,
        organization=part.organization,
        domain_controller=part.domain_controller,
        clusters=tuple(_cluster(cluster, part) for cluster in world.clusters),
        accounts=(
            Account("Administrator", "administrator", part.administrator_password),
            Account(part.account, "service", part.password),
        ),
    )


def _cluster(cluster: definition.Cluster, part: DirectoryPart) -> Cluster:
    groups = tuple(
        StorageGroup(name, tuple(Store(store, public=PUBLIC_MARK in store.casefold()) for store in stores))
        for name, stores in cluster.storage_groups.items()
    )
    primary, standby = (node.name for node in cluster.nodes[:2])
    return Cluster(
        name=cluster.name,
        generation="2007" if cluster.generation == "2007" else "2003",
        primary=primary,
        standby=standby,
        storage_groups=groups,
        mailboxes=part.mailboxes,
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
