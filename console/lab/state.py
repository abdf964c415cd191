"""The lab's state: nodes, services, groups and resources as they are now. Rules live elsewhere."""

from dataclasses import dataclass, field
from datetime import datetime

from console.lab import definition
from console.lab.disk import Disk, Volume
from console.lab.exchange import Installed
from console.lab.mscs.state import Mscs
from console.lab.network import Adapter
from console.lab.registry import Registry
from console.lab.remoting import Remoting
from console.lab.schedule import Job

STOPPED, START_PENDING, STOP_PENDING, RUNNING = 1, 2, 3, 4
STATE_WORDS = {1: "STOPPED", 2: "START_PENDING", 3: "STOP_PENDING", 4: "RUNNING"}


@dataclass(eq=False)
class Service:
    """An installed service with its state as sc.exe counts."""

    installed: Installed
    start: int
    state: int = STOPPED
    exit_code: int = 0
    pid: int = 0


@dataclass
class Task:
    """A scheduled task."""

    name: str
    run: str
    user: str
    status: str = "Ready"
    last_result: int = 0
    last_run: datetime | None = None
    schedule: str = "ONCE"


@dataclass(frozen=True, slots=True)
class Handle:
    """An open file that belongs to no service: `image` with `pid` holds `path`."""

    image: str
    pid: int
    path: str


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An entry of a node's event log; `kind` as WMI counts (1 error, 2 warning, 3 information)."""

    number: int
    log: str
    source: str
    code: int
    kind: int
    at: datetime
    message: str


@dataclass
class Components:
    """What Windows has beside itself: features of 2008, and for 2003 .NET Framework 2.0 and PowerShell."""

    features: set[str] = field(default_factory=set)
    framework: int | None = None
    """The service pack of .NET Framework 2.0; None while it is not installed."""
    powershell: bool = False


@dataclass(eq=False)
class Node:
    """A node's state. `boots` counts its lives: a procedure of an earlier life must end."""

    name: str
    cluster: "Cluster"
    definition: definition.Node
    disk: Disk
    services: dict[str, Service]
    booted: datetime
    powered: bool = True
    engine: bool = False
    boots: int = 1
    addresses: set[str] = field(default_factory=set)
    mounted: set[tuple[str, str]] = field(default_factory=set)
    tasks: dict[str, Task] = field(default_factory=dict)
    handles: list[Handle] = field(default_factory=list)
    sessions: list[str] = field(default_factory=lambda: ["Administrator"])
    open_files: list[tuple[str, str]] = field(default_factory=list)  # (user, path) through shares
    own_disk: bool = False  # Exchange keeps its files on the node's own disk, as its set-up put them
    unnoticed: bool = False  # its engine is gone, but the others still wait for its heartbeat
    events: list[LoggedEvent] = field(default_factory=list)
    adapters: list[Adapter] = field(default_factory=list)  # in binding order, the public one first
    service_pack: int = 2  # of Windows
    fixes: list[str] = field(default_factory=list)  # of Windows, as KB898060
    components: Components = field(default_factory=Components)
    remoting: Remoting = field(default_factory=Remoting)
    registry: Registry = field(default_factory=Registry)  # but for what `remoting`, `adapters` and `components` hold
    ports: dict[str, int] = field(default_factory=dict)  # where WinRM listens, by HTTP and HTTPS
    faults: dict[str, dict[str, str]] = field(default_factory=dict)
    scripts: list[Job] = field(default_factory=list)  # script runs under way: they end with the node's power
    view: "list[Group] | None" = None  # the groups as it sees them alone, while it is apart from the others

    def faulty(self, name: str, subject: str = "") -> bool:
        """Whether a fault is on, for this subject or for all."""
        fault = self.faults.get(name)
        if fault is None:
            return False
        wanted = next(iter(fault.values()), "")
        return not wanted or wanted.casefold() == subject.casefold()

    @property
    def server(self) -> str:
        """The name of the Exchange server that runs here: the node's own, or the one that moves with the group."""
        return self.cluster.definition.network_name or self.name

    def service(self, name: str) -> Service | None:
        """The service of this name, in any case."""
        return self.services.get(name.casefold())


@dataclass(eq=False)
class Resource:
    """A resource of a group with its status word; the rest is the cluster service's (`mscs`)."""

    definition: definition.Resource
    status: str = "Offline"
    depends: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)  # the possible owners, all nodes when empty
    wanted: bool = True  # whether it comes online with its group
    failures: list[float] = field(default_factory=list)  # when it failed, in world seconds

    def __post_init__(self) -> None:
        self.depends = self.depends or list(self.definition.depends)
        self.owners = self.owners or list(self.definition.owners)


@dataclass(eq=False)
class Group:
    """A failover group: where it is (`owner`) and its status word as clpstat prints it."""

    definition: definition.Group
    resources: list[Resource]
    owner: Node | None = None
    status: str = "Offline"
    turn: int = 0  # grows with every procedure that takes the group on: an earlier one must end
    event: str = "START"  # the CLP_EVENT with which it was started where it is
    failovers: int = 0  # since it was last Online
    wanted: bool = True  # whether it comes online where it goes (mscs)

    @property
    def name(self) -> str:
        """As the product calls it."""
        return self.definition.name

    @property
    def busy(self) -> bool:
        """Whether something takes it up or down at this moment."""
        return self.status.endswith("Pending")


@dataclass(eq=False)
class Cluster:
    """A cluster's state."""

    name: str
    definition: definition.Cluster
    nodes: list[Node] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    partition: Volume = field(default_factory=Volume)
    suspended: bool = False
    keys_of: str = ""  # the node whose System Attendant published its keys last
    store_homes: dict[tuple[str, str], str] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)  # host name, casefolded, to its A records
    folders: dict[str, list[str]] = field(default_factory=dict)  # public folder, by path, to the servers with a replica
    mscs: Mscs | None = None  # what the cluster service knows, where that is the product

    @property
    def databases_apart(self) -> bool:
        """Whether each database is a resource of its own, which mounts it, and the information store mounts none."""
        return self.mscs is not None and self.definition.generation == "2007"

    def node(self, name: str) -> Node | None:
        """The node of this name, in any case."""
        return next((node for node in self.nodes if node.name.casefold() == name.casefold()), None)

    def groups_of(self, node: Node) -> list[Group]:
        """The groups as this node sees them: everybody's, or its own while it is apart."""
        return self.groups if node.view is None else node.view

    def every_group(self) -> list[Group]:
        """The groups in everybody's eyes and in those of each node that is apart."""
        return [*self.groups, *(group for node in self.nodes for group in node.view or ())]

    def reaches(self, node: Node, other: Node) -> bool:
        """Whether two nodes' engines hear each other's heartbeat (as far as they have noticed)."""
        return node is other or (node.view is None and other.view is None)

    def servers(self, group: Group) -> list[Node]:
        """The nodes that may own a group, by priority."""
        names = group.definition.servers
        return [node for node in self.nodes if not names or node.name in names]

    def stores(self) -> list[tuple[str, str]]:
        """Every (storage group, store) of the cluster's Exchange server."""
        return [(name, store) for name, stores in self.definition.storage_groups.items() for store in stores]
