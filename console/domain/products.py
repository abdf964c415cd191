"""The shapes that the catalog fills: what a generation of Exchange needs and what a cluster product is called."""

from dataclasses import dataclass, replace

from console.domain.clustered import ClusteredSetup


@dataclass(frozen=True)
class Service:
    """A Windows service of Exchange, in its place in the start order."""

    name: str
    display: str
    images: tuple[str, ...] = ()
    """Executables by which it shows up among the users of the partition."""
    optional: bool = False
    """Run only where the cluster's settings ask for it."""
    mounts_stores: bool = False
    """Its start brings the stores up."""


@dataclass(frozen=True)
class Note:
    """A note of the guide about running Exchange in a cluster: said as advice, or carried by something else."""

    key: str
    place: str
    """Where the guide says it: `Notes, item 3`."""
    text: str = ""
    """The advice; `{source}`, `{target}`, `{floating_ip}`, `{protocols}` and `{grace}` are filled in."""
    shown: tuple[str, ...] = ()
    """The pages that say it: `plan`, `operation` (once it has succeeded), `cluster`."""
    when: str = "always"
    """The condition under which they do, by its name in `console.domain.advice`."""
    carried: str = ""
    """What takes care of it where it is no advice: a check, or the event log's reader."""


@dataclass(frozen=True)
class EventRule:
    """How an event of Windows' event log is taken: folded away with the reason, or explained."""

    key: str
    sources: tuple[str, ...]
    says: str
    """Why it is harmless; or what it means, and what to do."""
    place: str
    """Where that is from."""
    codes: tuple[int, ...] = ()
    """Event numbers; every one when empty."""
    mentions: tuple[str, ...] = ()
    """Texts that the message must hold, all of them, in any case."""
    benign: bool = False
    only_away: bool = False
    """Harmless only on a node that does not have the group at that moment."""
    finding: str = ""
    """The code of the finding that the doctor makes of it; none when it leaves it to the event log's reader."""


@dataclass(frozen=True)
class ServerSetting:
    """A setting that each Exchange server has for itself in the directory, and which side is likely right."""

    title: str
    object_class: str
    """The class of the object below the server, or of the server itself, that carries it."""
    attribute: str
    right: str
    """How that is told, by its name in `console.domain.server_settings`: `active`, `partition`, `newer`."""


@dataclass(frozen=True)
class Function:
    """A function of Exchange that the guide's functional range names, inside of it or outside."""

    title: str
    supported: bool
    consequence: str
    """What a move means for who uses it."""
    services: tuple[str, ...] = ()
    """The Windows services by which a node shows that it is used; none when no service is its own."""
    public_stores: bool = False
    """Whether a public folder store shows it, too."""


@dataclass(frozen=True)
class ResourceType:
    """A type of cluster resource that Exchange's set-up brings, on products that run Exchange as clustered servers."""

    name: str
    """The name of the type, which is also the one that people see."""
    dll: str
    """The resource DLL, as the cluster keeps it."""
    service: str
    """The Windows service behind it; empty where there is none of its own."""
    created: bool
    """Whether an instance comes by itself, made by set-up or by the System Attendant."""
    needs: tuple[str, ...]
    """The types of the resources that an instance depends on."""
    mark: str
    """How sure that is, and by which source."""
    optional: bool = False
    """Whether a group may well be without one."""
    single: bool = False
    """Whether a cluster has at most one, in whichever group."""
    certain: bool = False
    """Whether the name is certain and every group has one: only then its absence tells something of a group."""


@dataclass(frozen=True)
class Generation:
    """What Exchange 2003 or 2007 needs: services in start order and what the directory holds for it."""

    key: str
    title: str
    services: tuple[Service, ...]
    has_public_stores: bool
    mandatory_spn_classes: tuple[str, ...]
    needs_x64: bool
    windows: tuple[str, ...]
    source: str
    """The section of the guide that the data comes from."""
    notes: tuple[Note, ...] = ()
    """The guide's notes, in its order."""
    event_rules: tuple[EventRule, ...] = ()
    """How events are taken; the first that fits counts."""
    server_settings: tuple[ServerSetting, ...] = ()
    """What must be equal on both servers."""
    functions: tuple[Function, ...] = ()
    """The guide's functional range, both lists of it."""
    resource_types: tuple[ResourceType, ...] = ()
    """The types that set-up creates in a cluster that Exchange knows of, in the order in which they start."""
    resource_services: tuple[Service, ...] = ()
    """Services behind resource types that `services` does not have."""
    clustered: ClusteredSetup | None = None
    """What set-up leaves on the nodes of a cluster that Exchange knows of."""

    def running_services(self, extra: tuple[str, ...]) -> tuple[Service, ...]:
        """The services that a cluster runs, in start order: all but the optional ones not named in `extra`."""
        wanted = {name.casefold() for name in extra}
        return tuple(s for s in self.services if not s.optional or s.name.casefold() in wanted)

    def behind_types(self) -> "Generation":
        """This generation where the cluster starts and stops Exchange: only the services behind its resource types."""
        known = {service.name: service for service in (*self.services, *self.resource_services)}
        typed = [kind for kind in self.resource_types if kind.service]
        return replace(self, services=tuple(replace(known[k.service], optional=k.optional) for k in typed))


@dataclass(frozen=True)
class Tool:
    """What alone may move, start and stop the group of some generation, where that is not the product's own command."""

    generation: str
    name: str
    why: str
    """Why the product's own command is not used, said to who looks for it."""
    notes: tuple[str, ...] = ()
    """What a move by it does beside, said on its plan."""


@dataclass(frozen=True)
class ExitCode:
    """What an exit code of a product's commands means."""

    number: int
    name: str
    says: str
    """A sentence."""
    remedy: str
    goes_on: bool = False
    """The command has only stopped waiting: what it began goes on."""
    silent: bool = False
    """The cluster service of that node does not answer."""


@dataclass(frozen=True)
class GroupRule:
    """How the inventory may call a product's Exchange group, and who says what such a group holds."""

    source: str
    name: str
    """A regular expression that its name fits."""
    remedy: str


@dataclass(frozen=True)
class Environment:
    """A Windows on which a product runs a generation of Exchange; service packs are numbers, 0 for none."""

    generation: str
    windows: str
    architecture: str
    windows_pack: int
    exchange_pack: int
    source: str


@dataclass(frozen=True)
class ClusterProduct:
    """What a cluster product is called, how it is asked and told, and which resources its Exchange group may hold.

    Commands are argument lists; `{group}`, `{node}` and `{product_folder}` in them are filled in whole.
    """

    key: str
    title: str
    source: str
    questions: tuple[tuple[str, ...], ...]
    move: tuple[str, ...]
    start: tuple[str, ...]
    stop: tuple[str, ...]
    script_files: tuple[str, ...]
    """The files that a script resource runs; `{resource}` is its name."""
    healthy: str
    """The status word of a group or resource that is well."""
    up: str
    """The status word of a server that is well."""
    down: str
    """The status word of a server that the product itself has given up."""
    floating_ip_kinds: tuple[str, ...]
    forbidden_kinds: tuple[str, ...]
    partition_kinds: tuple[str, ...]
    script_kinds: tuple[str, ...]
    """Resource kinds that run something of their own when the group comes up."""
    group_rule: GroupRule
    folder: str = ""
    """Where it is installed on a node unless the inventory says otherwise; empty when nothing of it is read there."""
    environments: tuple[Environment, ...] = ()
    """Where Exchange runs with it; none when the guide's sections *Operating Environment* hold."""
    name_moves: bool = False
    """The Exchange server's name and address move with the group: it is one server, known to the product, and nothing
    in the directory changes with a move."""
    needs_free_partition: bool = False
    """A node is shut down when somebody uses the switching partition at a move, so its users are looked for."""
    tools: tuple[Tool, ...] = ()
    """The generations that have a tool of their own."""
    exit_codes: tuple[ExitCode, ...] = ()
    """Those whose meaning is known, by number."""

    def tool(self, generation: str) -> Tool | None:
        """The tool of a generation, None where the product's own commands serve."""
        return next((tool for tool in self.tools if tool.generation == generation), None)
