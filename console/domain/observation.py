"""What was seen on the nodes, and when: every fact is either read, or unknown with the reason why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Seen(Generic[T]):
    """A fact that was looked for: its value, or why it could not be read."""

    value: T | None = None
    unknown: str = ""
    """Why there is no value; empty when there is one."""

    @classmethod
    def nothing(cls, why: str) -> "Seen[T]":
        """A fact that could not be read."""
        return cls(None, why)


@dataclass(frozen=True)
class ServiceState:
    """One Windows service as `sc` shows it. `state` is one of the names in `SERVICE_STATES`."""

    name: str
    state: str
    exit_code: int = 0
    start_type: str = ""
    """`AUTO`, `DEMAND` or `DISABLED`; empty when not read."""
    depends_on: tuple[str, ...] = ()


SERVICE_STATES = (
    "ABSENT",
    "STOPPED",
    "START_PENDING",
    "STOP_PENDING",
    "RUNNING",
    "CONTINUE_PENDING",
    "PAUSE_PENDING",
    "PAUSED",
)


@dataclass(frozen=True)
class ResourceState:
    """One resource of a failover group: `kind` is the product's (`fip`, `sd`, `script`), empty when unknown."""

    name: str
    kind: str
    status: str
    depends_on: tuple[str, ...] = ()
    """The names of the resources that it needs; read only where details were asked for."""
    owners: tuple[str, ...] | None = None
    """The nodes that may run it; None when that was not read."""


@dataclass(frozen=True)
class GroupState:
    """A failover group as one node sees it. `current` is the name of the node that has it, or empty."""

    name: str
    status: str
    current: str
    resources: tuple[ResourceState, ...] = ()


@dataclass(frozen=True)
class ClusterView:
    """The cluster as one node's engine tells it."""

    cluster: str
    """Its name by the product's own word; empty where the product does not say."""
    own: str
    """The node that answered, likewise."""
    servers: Mapping[str, str]
    """Server name to status."""
    groups: Mapping[str, GroupState]
    monitors: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    """Heartbeats and network-partition resources, `server/name` to status."""


@dataclass(frozen=True)
class PartitionUser:
    """Something that uses the switching partition: a process, a share session, a working directory."""

    what: str
    """`handle`, `share` or `image`."""
    process: str
    path: str
    pid: int = 0


def describe(users: Sequence[PartitionUser], most: int = 5) -> str:
    """The users in a sentence's middle, at most `most` of them by name."""
    named = [f"{user.process} ({user.path})" if user.path else user.process for user in users[:most]]
    more = f" and {len(users) - most} more" if len(users) > most else ""
    return ", ".join(named) + more


@dataclass(frozen=True)
class PartitionUse:
    """Who uses the switching partition on a node, and which kinds of use could not be listed."""

    users: tuple[PartitionUser, ...] = ()
    unlisted: tuple[str, ...] = ()
    """One sentence for each kind of use that could not be listed."""

    @property
    def complete(self) -> bool:
        """Whether every kind of use was listed."""
        return not self.unlisted


@dataclass(frozen=True)
class NodeObservation:
    """Everything one batched round read on one node."""

    node: str
    at: datetime
    unreachable: str = ""
    """Why nothing could be read; empty when the node answered."""
    remedy: str = ""
    hostname: Seen[str] = field(default_factory=lambda: Seen.nothing("not read"))
    windows: Seen[str] = field(default_factory=lambda: Seen.nothing("not read"))
    clock_offset: Seen[float] = field(default_factory=lambda: Seen.nothing("not read"))
    """Seconds by which the node's clock is ahead of ours."""
    engine: Seen[ClusterView] = field(default_factory=lambda: Seen.nothing("not read"))
    group_resources: Seen[tuple[str, ...]] = field(default_factory=lambda: Seen.nothing("not read"))
    """The group's resources by configuration, each `kind@name`."""
    scripts: Seen[str] = field(default_factory=lambda: Seen.nothing("not read"))
    """What the group runs on this node when it comes up: `none`, `console` or `guide/unknown`."""
    services: Mapping[str, Seen[ServiceState]] = field(default_factory=dict)
    """Service name (casefolded) to what was seen."""
    stores: Seen[frozenset[str]] = field(default_factory=lambda: Seen.nothing("not read"))
    """The mounted stores, each `storage group/store` casefolded."""
    partition: PartitionUse = field(default_factory=lambda: PartitionUse(unlisted=("not read",)))
    evidence: str = ""
    """What the commands printed, for a person."""

    @property
    def answered(self) -> bool:
        """Whether the node could be read at all."""
        return not self.unreachable

    def service(self, name: str) -> Seen[ServiceState]:
        """What was seen of the service `name`."""
        return self.services.get(name.casefold(), Seen.nothing("not read"))


@dataclass(frozen=True)
class ClusterObservation:
    """Both nodes of a cluster, read in one round."""

    cluster: str
    at: datetime
    nodes: Mapping[str, NodeObservation]
    """Node name to what was read there."""

    def owner(self, group: str) -> Seen[str]:
        """The node that has `group`: what every engine that answered says, unknown when they disagree.

        The value is the name of a node, or empty when every engine that answered says that nobody has it.
        """
        answers = {
            name: view.groups[group].current
            for name, seen in self.nodes.items()
            if (view := seen.engine.value) is not None and group in view.groups
        }
        if not answers:
            missing = "its cluster product has no such group"
            reasons = "; ".join(f"{n}: {o.unreachable or o.engine.unknown or missing}" for n, o in self.nodes.items())
            return Seen.nothing(f"no node could tell who has the group {group} ({reasons})")
        told = {current.casefold() for current in answers.values()}
        if len(told) > 1:
            words = ", ".join(f"{name} says {current or 'nobody'}" for name, current in answers.items())
            return Seen.nothing(f"the nodes disagree about who has the group {group}: {words}")
        return Seen(next(iter(answers.values())))

    def group_status(self, group: str) -> Seen[str]:
        """The group's status by the node that has it, else by any that answers."""
        owner = (self.owner(group).value or "").casefold()
        names = sorted(self.nodes, key=lambda name: name.casefold() != owner)
        for name in names:
            view = self.nodes[name].engine.value
            if view is not None and group in view.groups:
                return Seen(view.groups[group].status)
        return Seen.nothing(f"no node could tell the state of the group {group}")
