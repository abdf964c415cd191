"""What a lab consists of: typed definitions, read strictly from a dictionary or a YAML file."""

import dataclasses
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError


class DefinitionError(Exception):
    """The definition says something that no lab can be built from; the text names the place and the remedy."""


@dataclass
class Account:
    """Somebody who may sign in to the nodes. `domain` is a NetBIOS name or empty for a local account."""

    name: str
    password: str = field(repr=False)
    domain: str = ""
    administrator: bool = True
    delegated: bool = False
    """Set on a copy of it, for a logon that came with the password (CredSSP)."""


@dataclass
class Timings:
    """Durations in world seconds."""

    service_start: float = 0.05
    service_stop: float = 0.05
    services: dict[str, float] = field(default_factory=dict)  # start and stop time of single services
    store_mount: float = 0.01
    resource_start: float = 0.05
    resource_stop: float = 0.05
    engine_start: float = 0.05
    engine_stop: float = 0.05
    detect_failure: float = 0.3  # from a node's death to the other node's failover
    boot: float = 0.3
    is_alive: float = 0.1  # between two looks of a resource's DLL at its service
    wait_for_servers: float = 0.5  # how long the first engine of a cold start waits for the others


@dataclass
class Script:
    """A script resource: how the product runs it, and how the console's own scripts wait for their go.

    `normal_return` is the exit code that counts as success, None lets every code pass. `stall` says what follows a
    time-out that passes: shutdown or none. `silence` says what START.BAT does when the console has said nothing
    for `silence_after` seconds: start (bring Exchange up by itself and spool what it did) or fail.
    """

    start_timeout: float = 1800.0
    stop_timeout: float = 1800.0
    normal_return: int | None = 0
    stall: str = "shutdown"
    silence: str = "start"
    silence_after: float = 120.0
    retry: float = 2.0  # between two tries while the console does not answer


@dataclass
class Recovery:
    """What follows a resource that does not come up: so many retries, so many failovers, then nothing."""

    retries: int = 0
    failovers: int = 0


@dataclass
class Policy:
    """What a cluster service does with a resource that fails; Windows' own are 180, 3, 900 and 10.

    Durations are world seconds. With no failovers a group stays where it fails, so that what fails can be seen.
    """

    pending_timeout: float = 180.0
    restarts: int = 3
    period: float = 900.0  # in which the restarts are counted
    failovers: int = 0


@dataclass
class NodeKey:
    """A node's key for the webhook."""

    id: str
    key: str = field(repr=False)


@dataclass
class Webhook:
    """Where the nodes' scripts ask the console, and the key of each node by its name."""

    url: str = ""
    keys: dict[str, NodeKey] = field(default_factory=dict)


@dataclass
class Line:
    """A heartbeat or monitor line of clpstat: a name, a comment and its word while all is well."""

    name: str
    comment: str = ""
    status: str = "Normal"


@dataclass
class Resource:
    """One group resource; `kind` as in clp.conf (fip, sd, md, script, exec ...), with MSCS the resource type's name.

    With MSCS `subject` is what it brings up: an address, a host name, a drive or a store `GROUP\\STORE`.
    """

    name: str
    kind: str
    depth: int = 0
    depends: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)  # the possible owners, all nodes when empty
    subject: str = ""


@dataclass
class Group:
    """A failover group; `servers` in order of priority, all of the cluster's when empty."""

    name: str
    resources: list[Resource] = field(default_factory=list)
    servers: list[str] = field(default_factory=list)
    automatic: bool = True
    owner: str | None = None  # the node that has it when the lab starts; None: the first one


@dataclass
class Node:
    """A Windows server. `port` 0 takes a free one; `tls_port` None leaves HTTPS off."""

    name: str
    address: str = "127.0.0.1"
    port: int = 0
    tls_port: int | None = None
    windows: str = "2003"
    code_page: int | None = None  # None: what the client asks for; a number: this one whatever is asked
    basic: bool = True
    heartbeats: list[Line] | None = None


@dataclass
class Cluster:
    """Two (or more) nodes under one ExpressCluster, or one cluster service (`mscs`); the named group carries Exchange.

    With `mscs` the Exchange server has a network name of its own, which moves with the group. `resources` are then the
    group's, those that an administrator and set-up make when there are none; `disks` its drives beside `partition`.
    `everywhere` names services behind resources that run on every node all the time, as SMTP and HTTP may do.
    """

    name: str
    nodes: list[Node]
    product: str = "expresscluster"
    network_name: str = ""
    resources: list[Resource] = field(default_factory=list)
    disks: list[str] = field(default_factory=list)
    everywhere: list[str] = field(default_factory=list)
    generation: str = "2003"
    group: str = "EXCHANGE"
    automatic: bool = True  # whether the group starts with the cluster
    floating_ip: str = ""
    greetings: dict[str, int] = field(default_factory=dict)  # smtp, pop3, imap4, http: port on the floating IP
    partition: str = "X:"
    partition_resource: str = "sd1"
    fip_resource: str = "fip1"
    fip_force: bool = True  # a floating IP that another node has is taken all the same, with a warning
    scripts: str = "none"
    script: Script = field(default_factory=Script)
    recovery: Recovery = field(default_factory=Recovery)
    policy: Policy = field(default_factory=Policy)
    storage_groups: dict[str, list[str]] = field(default_factory=dict)
    other_groups: list[Group] = field(default_factory=list)
    exchange_group: bool = True
    owner: str | None = None
    engine: bool = True
    services_running: bool = True
    prepared: bool = True  # False: nothing of what the guide has one do is done yet
    mailboxes: int | None = None  # None: as many as the directory's part says
    heartbeats: list[Line] = field(default_factory=lambda: [Line("lankhb1", "Kernel Mode LAN Heartbeat")])
    resolutions: list[Line] = field(default_factory=list)  # network partition resources, as pingnp1
    monitors: list[Line] = field(default_factory=lambda: [Line("sdw1"), Line("userw")])
    status_padding: bool = True
    down_screen: bool = False  # with the engine down clpstat shows an all-Offline screen, not an error
    handle_tool: bool = True
    timings: Timings = field(default_factory=Timings)


@dataclass
class World:
    """A whole lab. `clock` is `real` or `driven`; `speed` counts world seconds per real second."""

    clusters: list[Cluster]
    accounts: list[Account] = field(default_factory=list)
    domain: str = "LAB"
    clock: str = "real"
    speed: float = 1.0
    directory: dict[str, Any] = field(default_factory=dict)
    webhook: Webhook = field(default_factory=Webhook)


def world_from(data: Any) -> World:
    """Build and check a definition from plain dictionaries and lists. Raises `DefinitionError`."""
    world: World = build(World, data, "definition")
    for cluster in world.clusters:
        _check_cluster(cluster)
    for account in world.accounts:
        if ":" in account.password or ":" in account.name:
            raise DefinitionError(f"Account {account.name}: name and password must not contain a colon: choose others.")
    names = [node.name.casefold() for cluster in world.clusters for node in cluster.nodes]
    if len(names) != len(set(names)):
        raise DefinitionError("Two nodes have the same name: give every node a name of its own.")
    return world


def load(path: Path) -> World:
    """Read a definition from a YAML file. Raises `DefinitionError` or `OSError`."""
    return world_from(_yaml(path))


def load_webhook(source: Path | TextIO) -> Webhook:
    """Read only the `webhook` part, from YAML of its own. Raises `DefinitionError` or `OSError`."""
    webhook: Webhook = build(Webhook, _yaml(source), "webhook")
    return webhook


def _yaml(source: Path | TextIO) -> Any:
    try:
        return YAML(typ="safe").load(source)
    except (YAMLError, UnicodeDecodeError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        at = f" from line {mark.line + 1} on" if mark else ""
        # Without the parser's own words: they repeat the line, and there may be a key or a password in it.
        raise DefinitionError(f"This is no YAML{at}: mend the file there.") from None


def to_dict(world: World) -> dict[str, Any]:
    """The definition as plain data, ready for YAML; `world_from` takes it back."""
    return dataclasses.asdict(world)


def _check_cluster(cluster: Cluster) -> None:
    if not cluster.nodes:
        raise DefinitionError(f"Cluster {cluster.name} has no nodes: list two under `nodes`.")
    if cluster.generation not in ("2003", "2007"):
        raise DefinitionError(f'Cluster {cluster.name}: generation {cluster.generation!r}: write "2003" or "2007".')
    _one_of(cluster, "product", cluster.product, ("expresscluster", "mscs"))
    if cluster.product == "mscs":
        _check_clustered(cluster)
    _one_of(cluster, "scripts", cluster.scripts, ("none", "guide", "console"))
    _one_of(cluster, "script.stall", cluster.script.stall, ("shutdown", "none"))
    _one_of(cluster, "script.silence", cluster.script.silence, ("start", "fail"))
    for node in cluster.nodes:
        if node.windows not in ("2003", "2008", "2008r2"):
            raise DefinitionError(f'Node {node.name}: windows {node.windows!r}: write "2003", "2008" or "2008r2".')


def _check_clustered(cluster: Cluster) -> None:
    """The cluster service moves a server with a name, runs no scripts, and no set-up procedure is for it."""
    if not cluster.network_name:
        raise DefinitionError(f"Cluster {cluster.name}: network_name missing: name the Exchange server of the group.")
    if not cluster.prepared or cluster.scripts != "none":
        raise DefinitionError(f"Cluster {cluster.name}: leave prepared and scripts out: they are ExpressCluster's.")


def _one_of(cluster: Cluster, key: str, value: str, words: tuple[str, ...]) -> None:
    if value not in words:
        raise DefinitionError(f"Cluster {cluster.name}: {key} {value!r}: write {' or '.join(words)}.")


def build(kind: Any, data: Any, where: str) -> Any:
    """`data` as the dataclass `kind`, strictly. Raises `DefinitionError`, naming `where`."""
    if not isinstance(data, dict):
        raise DefinitionError(f"{where} must be a mapping of {kind.__name__} keys, not {type(data).__name__}.")
    hints = typing.get_type_hints(kind)
    known = {item.name: item for item in dataclasses.fields(kind)}
    for key in data:
        if key not in known:
            raise DefinitionError(f"{where}: unknown key {key!r}; known are {', '.join(known)}.")
    missing = [
        name
        for name, item in known.items()
        if name not in data and item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise DefinitionError(f"{where}: {', '.join(missing)} missing: add it.")
    return kind(**{key: _value(hints[key], value, f"{where}.{key}") for key, value in data.items()})


def _value(hint: Any, value: Any, where: str) -> Any:
    options = [option for option in typing.get_args(hint) if option is not type(None)]
    if type(None) in typing.get_args(hint):
        return None if value is None else _value(options[0], value, where)
    if dataclasses.is_dataclass(hint):
        return build(hint, value, where)
    if typing.get_origin(hint) is list:
        if not isinstance(value, list):
            raise DefinitionError(f"{where} must be a list.")
        return [_value(options[0], item, f"{where}[{index}]") for index, item in enumerate(value)]
    if typing.get_origin(hint) is dict:
        if not isinstance(value, dict):
            raise DefinitionError(f"{where} must be a mapping.")
        if dataclasses.is_dataclass(options[1]):
            return {key: build(options[1], item, f"{where}.{key}") for key, item in value.items()}
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in (str, int, float, bool) and type(value) is not hint:
        # Not the value itself: it may be a key or a password.
        raise DefinitionError(f"{where} must be {hint.__name__}, not {type(value).__name__}.")
    return value
