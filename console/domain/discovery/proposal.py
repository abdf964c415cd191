"""What the inventory would say of a cluster, from what its nodes and its directory told; a person corrects it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from console.domain.discovery.clusters import FoundCluster, FoundGroup
from console.domain.discovery.directory import FoundExchange, exchange_facts, server_called
from console.domain.discovery.facts import Fact, unknown
from console.domain.discovery.nodes import SurveyedNode
from console.domain.discovery.windows import Machine
from console.domain.inventory import ClusterSpec, NodeSpec, ServerSpec

ROLES = ("primary", "standby")


@dataclass(frozen=True)
class Given:
    """What is not found out but was said: where the cluster belongs, and how the nodes are reached.

    `nodes` has, by casefolded name, each node that has proved who it is, as it was reached; `usual` is for the rest.
    """

    usual: NodeSpec
    site: str = ""
    directory: str = ""
    nodes: Mapping[str, NodeSpec] | None = None


@dataclass(frozen=True)
class Proposal:
    """A cluster for the inventory in which everything unknown is empty, and what it rests on."""

    spec: ClusterSpec
    facts: tuple[Fact, ...]


def propose(
    cluster: FoundCluster,
    fitting: Sequence[FoundGroup],
    surveyed: Mapping[str, SurveyedNode],
    servers: Sequence[FoundExchange] | None,
    given: Given,
    *,
    name_moves: bool,
) -> Proposal:
    """The cluster as the inventory would say it.

    `fitting` are the groups that may be Exchange's; `surveyed` the nodes that were asked, by casefolded name;
    `servers` what the directory has, None when nobody looked. `name_moves` is the product's rule.
    """
    group = fitting[0] if len(fitting) == 1 else None
    names = _in_order(cluster, group)
    own = {n: _server_of(n, group, servers or (), name_moves=name_moves) for n in names}
    generation = _generation(surveyed.values(), own.values())
    nodes = [_node(role, n, cluster, surveyed, own[n], given) for role, n in zip(ROLES, names, strict=False)]
    if name_moves:
        moving = group.network_name if group else ""
        nodes = [replace(node, server=_moving(moving, own[node.name], node.server)) for node in nodes]
    spec = ClusterSpec(
        name=cluster.name,
        site=given.site,
        directory=given.directory,
        driver=cluster.driver,
        generation=generation,
        group=group.name if group else "",
        floating_ips=_only(group.addresses if group else ()),
        partitions=_only(_drives(group, name_moves=name_moves)),
        product_folder=cluster.folder,
        nodes=tuple(nodes),
    )
    facts = [*_of_cluster(cluster), *_of_groups(cluster, fitting), *_of_group(cluster, group, name_moves=name_moves)]
    facts += [fact for n in names for fact in _of_node(n, cluster, surveyed)]
    facts += [fact for n in names for fact in exchange_facts(n, own[n], servers is not None)]
    return Proposal(spec, tuple(facts))


def _only(values: Sequence[str]) -> tuple[str, ...]:
    """The one value there is; with more than one it is not known which is meant."""
    return tuple(values) if len(values) == 1 else ("",)


def _drives(group: FoundGroup | None, *, name_moves: bool) -> tuple[str, ...]:
    """The drive to name: where Exchange's name moves the group may have several, and the first one is named."""
    drives = group.drives if group else ()
    return drives[:1] if name_moves else drives


def _in_order(cluster: FoundCluster, group: FoundGroup | None) -> list[str]:
    """The servers, the one to be the primary first: as the group prefers them, then as the cluster does."""
    names = [server.name for server in cluster.servers]
    first = [n for wanted in (group.servers if group else ()) for n in names if n.casefold() == wanted.casefold()]
    return list(dict.fromkeys([*first, *names]))


def _server_of(
    node: str, group: FoundGroup | None, servers: Sequence[FoundExchange], *, name_moves: bool
) -> FoundExchange | None:
    if name_moves:
        return server_called(servers, [group.network_name]) if group and group.network_name else None
    return server_called(servers, [node])


def _generation(surveyed: Iterable[SurveyedNode], own: Iterable[FoundExchange | None]) -> str:
    """The generation on which nodes and directory agree; empty when they tell none, or different ones."""
    told = {node.generation for node in surveyed} | {server.generation for server in own if server}
    return next(iter(told - {""})) if len(told - {""}) == 1 else ""


def _node(
    role: str,
    name: str,
    cluster: FoundCluster,
    surveyed: Mapping[str, SurveyedNode],
    server: FoundExchange | None,
    given: Given,
) -> NodeSpec:
    found = surveyed.get(name.casefold())
    machine = found.machine if found else Machine()
    reached = (given.nodes or {}).get(name.casefold())
    told = cluster.server(name)
    base = reached or replace(given.usual, address=next(iter(told.addresses if told else ()), ""))
    pack = server.service_pack if server and server.service_pack is not None else 0
    return replace(
        base,
        role=role,
        name=name,
        windows=machine.windows,
        edition=machine.edition or "standard",
        service_pack=machine.service_pack or 0,
        architecture=machine.architecture,
        server=ServerSpec(server.name if server else name, pack),
    )


def _moving(network_name: str, server: FoundExchange | None, usual: ServerSpec) -> ServerSpec:
    return ServerSpec(server.name if server else network_name, usual.service_pack)


def _of_cluster(cluster: FoundCluster) -> Iterator[Fact]:
    about = cluster.name or "the cluster"
    if cluster.name:
        yield Fact("Cluster", about, cluster.name, cluster.source)
    else:
        yield unknown("Cluster", about, "Its name is not told.", cluster.source, "Give it a name below.")
    names = ", ".join(server.name for server in cluster.servers)
    if len(cluster.servers) == len(ROLES):
        yield Fact("Nodes", about, names, cluster.source)
        return
    why = f"It has {len(cluster.servers)} nodes: {names or 'none'}."
    remedy = "The console operates clusters of two nodes: choose the two of Exchange below, if no other may run it."
    yield unknown("Nodes", about, why, cluster.source, remedy)


def _of_groups(cluster: FoundCluster, fitting: Sequence[FoundGroup]) -> Iterator[Fact]:
    about = cluster.name or "the cluster"
    if len(fitting) == 1:
        holder = f", now on {fitting[0].holder}" if fitting[0].holder else ""
        yield Fact("Group of Exchange", about, f"{fitting[0].name}{holder}", f"its resources ({cluster.source})")
        return
    named = ", ".join(group.name for group in (fitting or cluster.groups)) or "none"
    why = (
        f"It may be any of {named}." if fitting else f"None has the resources of Exchange's group; there are: {named}."
    )
    yield unknown("Group of Exchange", about, why, cluster.source, "Enter the name of Exchange's group below.")


def _of_group(cluster: FoundCluster, group: FoundGroup | None, *, name_moves: bool) -> Iterator[Fact]:
    if group is None:
        return
    yield Fact("Resources", group.name, ", ".join(group.resources) or "none", cluster.source)
    for what, values, many, remedy in (
        ("Floating IP address", group.addresses, False, "Enter the address of the group below."),
        ("Switching partition", group.drives, name_moves, "Enter the drive that holds Exchange's data below."),
    ):
        if len(values) == 1 or (values and many):
            yield Fact(what, group.name, ", ".join(values), cluster.source)
        else:
            why = f"There are {len(values)}: {', '.join(values)}." if values else "The resources do not tell it."
            yield unknown(what, group.name, why, cluster.source, remedy)


def _of_node(name: str, cluster: FoundCluster, surveyed: Mapping[str, SurveyedNode]) -> Iterator[Fact]:
    """What the node told, or that nobody has asked it."""
    found = surveyed.get(name.casefold())
    if found is not None:
        yield from found.facts
        return
    remedy = "Have it asked, or choose them below."
    yield unknown("Windows and Exchange", name, "The node has not been asked.", cluster.source, remedy)
