"""The lab's world: all clusters with their nodes, one clock, one lock, one effect log."""

import functools
import itertools
from pathlib import Path
from typing import Protocol

from console.lab import definition
from console.lab.clock import Clock
from console.lab.disk import Disk
from console.lab.effects import Effect, EffectLog
from console.lab.equipment import equip
from console.lab.exchange import INFORMATION_STORE, START_ORDER, installed
from console.lab.files import furnish, furnish_partition
from console.lab.hooks import Hooks
from console.lab.mscs.begin import begin
from console.lab.mscs.services import installed_on
from console.lab.network import adapters_of
from console.lab.schedule import Scheduler
from console.lab.state import RUNNING, Cluster, Group, Node, Resource, Service
from console.lab.unprepared import strip


class StoreRule(Protocol):
    """Whether a store that last lived on another server mounts on this one (the directory knows)."""

    def __call__(self, server_name: str, storage_group: str, store: str) -> bool: ...


class World:
    """Pure state and the means to change it. Take `lock` to read more than one thing at a time."""

    def __init__(self, world: definition.World, *, effects: Path | None = None) -> None:
        self.definition = world
        self.clock = Clock(speed=world.speed, driven=world.clock == "driven")
        self.schedule = Scheduler(self.clock)
        self.lock = self.schedule.lock
        self.log = EffectLog(lambda: self.clock.date().isoformat(timespec="milliseconds"), effects)
        self.may_mount: StoreRule | None = None
        self.hooks = Hooks(self.schedule, world.webhook, self.record)
        self._pids = itertools.count(1432, 4)
        self.clusters = [self._cluster(item) for item in world.clusters]

    @property
    def nodes(self) -> list[Node]:
        """Those of all clusters, in the order of the definition."""
        return [node for cluster in self.clusters for node in cluster.nodes]

    def node(self, name: str) -> Node:
        """The node of this name. Raises `KeyError`."""
        for node in self.nodes:
            if node.name.casefold() == name.casefold():
                return node
        raise KeyError(f"No node {name} in this lab; there are {', '.join(node.name for node in self.nodes)}.")

    def cluster(self, name: str) -> Cluster:
        """The cluster of this name. Raises `KeyError`."""
        for cluster in self.clusters:
            if cluster.name.casefold() == name.casefold():
                return cluster
        raise KeyError(f"No cluster {name} in this lab; there are {', '.join(c.name for c in self.clusters)}.")

    def record(
        self, kind: str, subject: str, before: str = "", after: str = "", *, node: str = "", by: str = ""
    ) -> Effect:
        """Put an effect into the log. Needs no lock: a directory server may call it from its own threads."""
        return self.log.record(kind, subject, before, after, node=node, by=by)

    def new_pid(self) -> int:
        """A process id that no process of the lab has yet."""
        return next(self._pids)

    def _cluster(self, item: definition.Cluster) -> Cluster:
        cluster = Cluster(item.name, item)
        cluster.nodes = [self._node(cluster, node) for node in item.nodes]
        if item.product == "mscs":
            begin(self, cluster)
        else:
            self._set_up(cluster)
        for node in cluster.nodes:
            node.disk.on_new_file = functools.partial(self._new_file, node.name)
        if not item.prepared:
            strip(cluster)
        return cluster

    def _set_up(self, cluster: Cluster) -> None:
        """An ExpressCluster's groups, disks and names."""
        item = cluster.definition
        cluster.names = {cluster.nodes[0].name.casefold(): [item.floating_ip]}
        groups = [exchange_group(item)] if item.exchange_group else []
        cluster.groups = [
            Group(group, [Resource(r) for r in sorted(group.resources, key=lambda r: r.depth)])
            for group in groups + item.other_groups
        ]
        if item.engine:
            for group in cluster.groups:
                self._bring_up(cluster, group)
        furnish_partition(cluster)
        equip(cluster)
        for node in cluster.nodes:
            furnish(cluster, node)

    def _node(self, cluster: Cluster, item: definition.Node) -> Node:
        find = installed_on if cluster.definition.product == "mscs" else installed
        services = {
            entry.name.casefold(): Service(entry, entry.start, RUNNING if entry.start == 2 else 1, pid=self.new_pid())
            for entry in find(cluster.definition.generation)
        }
        node = Node(item.name, cluster, item, Disk(), services, self.clock.date(), engine=cluster.definition.engine)
        node.disk.clock = self.clock.date
        node.adapters = adapters_of(item)
        for service in services.values():
            if service.state != RUNNING:
                service.pid = 0
        return node

    def _new_file(self, node: str, path: str) -> None:
        self.log.record("file", path, "", "created", node=node)

    def _bring_up(self, cluster: Cluster, group: Group) -> None:
        """The state in which the lab starts: groups online where the definition wants them, Exchange running."""
        item = cluster.definition
        node = cluster.node(group.definition.owner or cluster.servers(group)[0].name)
        if node is None:
            raise definition.DefinitionError(
                f"Group {group.name}: owner {group.definition.owner} is no node of {cluster.name}."
            )
        group.owner, group.status = node, "Online"
        for resource in group.resources:
            resource.status = "Online"
        if item.exchange_group and group.name == item.group:
            node.disk.volumes[item.partition[0].upper()] = cluster.partition
            node.addresses.add(item.floating_ip)
            if item.services_running:
                self._exchange_runs(cluster, node)

    def _exchange_runs(self, cluster: Cluster, node: Node) -> None:
        names = ["EXIFS", *START_ORDER[cluster.definition.generation]]
        for service in filter(None, map(node.service, names)):
            service.state, service.pid = RUNNING, self.new_pid()
        cluster.keys_of = node.name
        if node.service(INFORMATION_STORE):
            node.mounted = set(cluster.stores())
            cluster.store_homes = dict.fromkeys(cluster.stores(), node.name)


def exchange_group(item: definition.Cluster) -> definition.Group:
    """The group that carries Exchange: a floating IP, the switching partition and, as the guide has it, a script."""
    resources = [
        definition.Resource(item.fip_resource, "fip", 0),
        definition.Resource(item.partition_resource, "sd", 1),
    ]
    if item.scripts != "none":
        resources.append(definition.Resource("script1", "script", 2))
    return definition.Group(item.group, resources, automatic=item.automatic, owner=item.owner)
