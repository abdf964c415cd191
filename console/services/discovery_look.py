"""Finding out about a cluster from one node's address: both nodes are asked and prove who they are; nothing is kept."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings

from console import catalog
from console.adapters.clock import SystemClock
from console.adapters.ldap import LdapDirectories
from console.adapters.winrm import WinrmNodes
from console.domain import discovery, topology
from console.domain import inventory_names as names
from console.domain.checks import Verdict
from console.domain.discovery import Fact, FoundCluster, FoundExchange, FoundGroup, Given, Surroundings, SurveyedNode
from console.domain.errors import AccessDenied, ChangeoverError, TrustFailed, Unreachable, WrongNode
from console.domain.inventory import ClusterSpec, NodeSpec, ServerSpec
from console.domain.observe import HOSTNAME
from console.domain.readings import read_hostname
from console.drivers import driver_keys, generation_for, read_configuration, surveyors
from console.services.trust import ca_file

REMEDIES: tuple[tuple[type[ChangeoverError], str], ...] = (
    (
        AccessDenied,
        "Check the user name (DOMAIN\\user or user@domain) and the password, that the account is an administrator of "
        "that machine, and that its clock and the console's differ by less than five minutes.",
    ),
    (TrustFailed, "Give the CA that signed the certificate, and the name that it carries, and look again."),
    (Unreachable, "Check that the machine is up, the address and the port, and the firewall between."),
    (WrongNode, "Give the address that leads to that machine alone, and look again."),
)
"""What to do while nothing of it is in the inventory yet."""
BLANK = NodeSpec("primary", "", "", "", "", "", ServerSpec(""))


@dataclass(frozen=True)
class Asked:
    """What is looked at, and as whom."""

    way: NodeSpec
    """How the first node is reached; the others likewise."""
    account: topology.Credential
    site: str = ""
    directory: topology.Directory | None = None
    other_address: str = ""


@dataclass(frozen=True)
class Looked:
    """What was found out; `said` is empty unless there is no cluster to propose."""

    facts: tuple[Fact, ...]
    spec: ClusterSpec | None = None
    said: str = ""
    remedy: str = ""


@dataclass
class _Seen:
    """What has been seen so far of the nodes of one cluster."""

    nodes: dict[str, SurveyedNode] = field(default_factory=dict)
    ways: dict[str, NodeSpec] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)


def look(asked: Asked) -> Looked:
    """Ask the nodes and the directory, and say what the inventory would be.

    Only reads. Raises `ReachError` and `Garbled` where the first node cannot be asked: then nothing is known.
    """
    around = surroundings()
    first = _survey(asked.way, asked.account, around)
    if first.cluster is None:
        why = next(fact for fact in reversed(first.facts) if fact.what == "Cluster")
        return Looked(first.facts, None, f"{first.name} answers, but tells of no cluster. {why.value}", why.remedy)
    cluster = first.cluster
    if cluster.server(first.name) is None:
        names = ", ".join(server.name for server in cluster.servers)
        text = f"The machine calls itself {first.name}, which is none of the nodes of its cluster: {names}."
        return Looked(first.facts, None, text, "Name another node; or its configuration is of an earlier time.")
    seen = _Seen()
    _proved(seen, first, asked.way)
    for server in cluster.servers:
        if server.name.casefold() not in seen.nodes:
            _other(seen, server.name, _addresses(cluster, first.name, server.name, asked), asked, around)
    servers, told = _directory(asked.directory)
    seen.facts += [*_agreement(cluster, seen), *_misled(cluster, asked.way), *told]
    given = Given(asked.way, asked.site, asked.directory.name if asked.directory else "", seen.ways)
    return proposed(cluster, seen.nodes, servers, given, seen.facts, around)


def look_at_file(data: bytes, name: str) -> Looked:
    """What the inventory would be, from the file in which a cluster product keeps its configuration.

    Raises `Garbled`.
    """
    cluster = read_configuration(data, name)
    return proposed(cluster, {}, None, Given(BLANK), [], surroundings())


def surroundings() -> Surroundings:
    """The products, and the services of each generation that does not run without them."""
    services = {
        key: {
            driver: frozenset(s.name.casefold() for s in generation_for(driver, key).running_services(()))
            for driver in driver_keys()
        }
        for key in catalog.generations()
    }
    every = {key: _all_services(key) for key in services}
    own = {
        key: mine - {name for other in every if other != key for name in every[other]} for key, mine in every.items()
    }
    return Surroundings({one.key: one for one in surveyors()}, services, own)


def _all_services(key: str) -> frozenset[str]:
    needs = catalog.generation(key)
    return frozenset(service.name.casefold() for service in (*needs.services, *needs.resource_services))


def proposed(
    cluster: FoundCluster,
    nodes: Mapping[str, SurveyedNode],
    servers: Sequence[FoundExchange] | None,
    given: Given,
    facts: Sequence[Fact],
    around: Surroundings,
) -> Looked:
    """What was found, as a cluster of the inventory."""
    surveyor, product = around.surveyors[cluster.driver], catalog.cluster_product(cluster.driver)
    told = {node.generation for node in nodes.values()} - {""}
    generation = next(iter(told)) if len(told) == 1 else ""
    fitting = [group for group in cluster.groups if not surveyor.group_problems(generation, group.resources)]
    made = discovery.propose(cluster, fitting, nodes, servers, given, name_moves=product.name_moves)
    head = Fact("Cluster product", cluster.name or "the cluster", product.title, cluster.source)
    spec = made.spec
    more: list[Fact] = [*_no_group(cluster, fitting, generation, around)]
    if product.tool(spec.generation):
        spec = replace(spec, nodes=tuple(_hopping(node) for node in spec.nodes))
        title = f"Exchange {spec.generation}'s own commands"
        text = f"They sign in to a domain controller: proposed is {spec.nodes[0].second_hop}."
        more.append(Fact("Second hop", spec.name or "the cluster", text, title, Verdict.WARN, "See Preparing nodes."))
    return Looked((head, *made.facts, *more, *facts), spec)


def _no_group(
    cluster: FoundCluster, fitting: Sequence[FoundGroup], generation: str, around: Surroundings
) -> Iterator[Fact]:
    """Where no group is Exchange's, what each lacks of it."""
    surveyor = around.surveyors[cluster.driver]
    for group in cluster.groups if not fitting else ():
        problems = surveyor.group_problems(generation, group.resources)
        text, remedy = " ".join(reason for reason, _ in problems), " ".join(remedy for _, remedy in problems)
        yield Fact("Not Exchange's group", group.name, text, cluster.source, Verdict.WARN, remedy)


def _hopping(node: NodeSpec) -> NodeSpec:
    return replace(node, second_hop="kerberos" if node.windows == "2003" else "credssp")


def _survey(way: NodeSpec, account: topology.Credential, around: Surroundings) -> SurveyedNode:
    """One node, known by its own name from the first question on. Raises `ReachError`, `WrongNode`, `Garbled`."""
    clock = SystemClock()
    if not way.name:
        with WinrmNodes(clock).open(_node(way, account)) as session:
            (told,) = session.batch([HOSTNAME], within=discovery.WITHIN)
        way = replace(way, name=read_hostname(told))
    with WinrmNodes(clock).open(_node(way, account)) as session:
        return discovery.survey(session, around, clock)


def _node(way: NodeSpec, account: topology.Credential) -> topology.Node:
    return topology.Node(
        name=way.name or topology.UNNAMED,
        address=way.address,
        port=way.port,
        scheme=way.scheme,  # type: ignore[arg-type]
        auth=way.auth,  # type: ignore[arg-type]
        credential=account,
        tls_name=way.tls_name,
        ca_file=ca_file(way.ca, settings.STATE_DIR),
        codepage=way.codepage,
        allow_clear_text=way.allow_clear_text,
    )


def _proved(seen: _Seen, node: SurveyedNode, way: NodeSpec) -> None:
    key = node.name.casefold()
    seen.nodes[key] = node
    seen.ways[key] = way
    seen.facts.append(Fact("Identity", node.name, f"{way.address} answers as {node.name}", "hostname, over WinRM"))


def _other(seen: _Seen, name: str, addresses: Sequence[str], asked: Asked, around: Surroundings) -> None:
    """Ask the node `name` at the first of `addresses` at which it proves to be that one."""
    failures: list[ChangeoverError] = []
    for address in addresses:
        host, port = place(address, asked.way.port)
        way = replace(asked.way, address=host, port=port, name=name, tls_name="")
        try:
            _proved(seen, _survey(way, asked.account, around), replace(way, name=""))
            return
        except ChangeoverError as error:
            failures.append(error)
    why = " ".join(error.message for error in failures) or "No address of it is known."
    remedy = remedy_of(failures[-1]) if failures else "Say the other node's address, and look again."
    seen.facts.append(Fact("Identity", name, why, "WinRM", Verdict.UNKNOWN, remedy))


def _addresses(cluster: FoundCluster, first: str, other: str, asked: Asked) -> Sequence[str]:
    """Where the node `other` may be reached: as somebody said, or in the network in which the first one was."""
    if asked.other_address:
        return [asked.other_address]
    mine, theirs = (server.addresses if server else () for server in (cluster.server(first), cluster.server(other)))
    if asked.way.address in mine and len(theirs) == len(mine):
        return [theirs[mine.index(asked.way.address)]]
    return theirs


def place(text: str, port: int) -> tuple[str, int]:
    """Host and port of `text`, which names `port` unless it ends with another one, as `10.0.0.2:5986` does."""
    if names.host(text) is not None and names.endpoint(text) is None:
        host, _, number = text.rpartition(":")
        return host, int(number)
    return text, port


def _agreement(cluster: FoundCluster, seen: _Seen) -> Iterator[Fact]:
    """Whether the nodes tell of one and the same cluster: a node may have a configuration of an earlier time."""
    for node in seen.nodes.values():
        if node.cluster is None or _shape(node.cluster) != _shape(cluster):
            text = f"{node.name} tells of the cluster otherwise than the node that was named."
            remedy = "Look at both configurations; give both nodes the same before anything is moved."
            yield Fact("Agreement", node.name, text, "both nodes", Verdict.WARN, remedy)


def _shape(cluster: FoundCluster) -> object:
    """What both nodes have to say alike: not who has a group, which may change between two questions."""
    plain = replace(cluster, groups=tuple(replace(group, holder="") for group in cluster.groups))
    return dataclasses.astuple(plain)


def _misled(cluster: FoundCluster, way: NodeSpec) -> Iterator[Fact]:
    for group in cluster.groups:
        if way.address in group.addresses:
            text = f"{way.address} is the address of the group {group.name}: whichever node has it answers there."
            remedy = "Give the node's own address, and look again."
            yield Fact("Management address", group.name, text, cluster.source, Verdict.WARN, remedy)


def _directory(directory: topology.Directory | None) -> tuple[Sequence[FoundExchange] | None, Sequence[Fact]]:
    """The Exchange servers of the directory; None where nobody looked or it could not be read."""
    if directory is None:
        return None, ()
    try:
        with LdapDirectories(SystemClock()).open(directory) as session:
            return discovery.look_at_directory(session, directory.name)
    except ChangeoverError as error:
        fact = Fact("Directory", directory.name, error.message, "LDAP", Verdict.UNKNOWN, remedy_of(error))
        return None, (fact,)


def with_credential(spec: ClusterSpec, credential: str) -> ClusterSpec:
    """`spec` with the account by which its nodes are asked."""
    return replace(spec, nodes=tuple(replace(node, credential=credential) for node in spec.nodes))


def remedy_of(error: ChangeoverError) -> str:
    """What to do about it before there is an inventory to correct."""
    return next((remedy for kind, remedy in REMEDIES if isinstance(error, kind)), error.remedy)
