"""What the Exchange group of a Microsoft cluster must be made of, and what in a node's view forbids a move."""

from collections import Counter
from collections.abc import Iterator, Sequence

from console.domain.observation import ClusterView, GroupState, ResourceState
from console.domain.products import ClusterProduct, Generation
from console.domain.topology import Cluster
from console.drivers.mscs.status_list import ServerStatus

Problem = tuple[str, str]
"""A reason and its remedy."""

NETWORK_NAME = "Network Name"
_WAIT = "Wait until it is done, then look again."


def group_problems(product: ClusterProduct, needs: Generation, resources: Sequence[str]) -> tuple[Problem, ...]:
    """What is wrong with the make-up of the group: one network name, its IP address, disks, what every set-up makes.

    A type whose name is not certain is not missed here: a diagnosis looks for those.
    Source: Microsoft KB821833 (dependencies of Exchange's resources).
    """
    kinds = Counter(resource.partition("@")[0] for resource in resources)
    problems = []
    if kinds[NETWORK_NAME] != 1:
        reason = f"The group has {kinds[NETWORK_NAME] or 'no'} network name{'s' if kinds[NETWORK_NAME] > 1 else ''}."
        problems.append((reason, "Give the group the one network name of its Exchange server."))
    if not any(kinds[kind] for kind in product.floating_ip_kinds):
        problems.append(("The group has no IP address.", "Give the group the IP address of its network name."))
    if not any(kinds[kind] for kind in product.partition_kinds):
        problems.append(("The group has no disk.", "Put the disks with Exchange's data into the group."))
    missing = [kind.name for kind in needs.resource_types if kind.certain and not kinds[kind.name]]
    if missing:
        remedy = "Diagnose the cluster: it finds which part of set-up is missing, and offers to mend it."
        problems.append((f"The group has no resource of the type {', '.join(missing)}.", remedy))
    return tuple(problems)


def view_problems(product: ClusterProduct, cluster: Cluster, view: ClusterView, target: str) -> tuple[Problem, ...]:
    """What in a node's view forbids a planned move of the group to `target`."""
    problems = list(_node_problems(product, cluster, view))
    group = view.groups.get(cluster.group)
    if group is None:
        problems.append(_no_group(cluster, view))
    else:
        problems += _group_problems(product, group)
        problems += _owner_problems(group.resources, target)
    return tuple(problems)


def move_back_problems(
    product: ClusterProduct, cluster: Cluster, view: ClusterView, target: str
) -> tuple[Problem, ...]:
    """What in a node's view forbids that the group is moved back to `target`: a group that has failed may be moved."""
    problems = list(_node_problems(product, cluster, view))
    group = view.groups.get(cluster.group)
    if group is None:
        problems.append(_no_group(cluster, view))
    else:
        problems += _pending(group)
        problems += _owner_problems(group.resources, target)
    return tuple(problems)


def takeover_problems(product: ClusterProduct, cluster: Cluster, view: ClusterView, target: str) -> tuple[Problem, ...]:
    """What in the target's own view forbids that a person has the group brought up there, whatever its state.

    The cluster service lets a group be on one node only and moves it itself when a node dies; so the other node may be
    up, and a group that is online there may have stores that are down, which is not the cluster's to tell.
    """
    group = view.groups.get(cluster.group)
    if group is not None and group.status == product.healthy and group.current == target:
        return ()
    problems: list[Problem] = []
    status = view.servers.get(target)
    if status != product.up:
        remedy = (
            f"Start the cluster service of {target} and have it join; a paused node: `cluster node {target} /resume`."
        )
        problems.append((f"The node {target} is {status or 'not known to its own cluster'}.", remedy))
    if group is None:
        return (*problems, _no_group(cluster, view))
    problems += _pending(group)
    return (*problems, *_owner_problems(group.resources, target))


def server_problems(server: str, status: ServerStatus) -> tuple[Problem, ...]:
    """What the state of a clustered mailbox server, by Exchange's own tool, says against a planned move."""
    problems: list[Problem] = []
    if status.state.replace(" ", "") != "Online":
        reason = f"Exchange calls the clustered mailbox server {server} {status.state}; only one that is up is moved."
        problems.append((reason, "Start it (Start-ClusteredMailboxServer), or use a takeover."))
    if status.failed:
        remedy = "Bring these resources up again; a move does not mend them."
        problems.append((f"Exchange calls resources of {server} failed: {', '.join(status.failed)}.", remedy))
    return tuple(problems)


def _no_group(cluster: Cluster, view: ClusterView) -> Problem:
    shown = ", ".join(view.groups) or "none"
    reason = f"The cluster shows no group {cluster.group}; it shows {shown}."
    return reason, "Correct the group's name in the inventory, or create the group."


def _node_problems(product: ClusterProduct, cluster: Cluster, view: ClusterView) -> Iterator[Problem]:
    for node in cluster.nodes:
        status = view.servers.get(node.name)
        if status is None:
            remedy = "Correct the node's name in the inventory; it must be the one that the cluster uses."
            yield (f"The cluster does not know the node {node.name}; it knows {', '.join(view.servers)}.", remedy)
        elif status == "Paused":
            yield (
                f"The node {node.name} is paused and takes no group.",
                f"Resume it: `cluster node {node.name} /resume`.",
            )
        elif status == "Joining":
            yield (f"The node {node.name} is joining the cluster.", _WAIT)
        elif status != product.up:
            remedy = "Start its cluster service (`net start clussvc`) and clear what its System event log shows."
            yield (f"The node {node.name} is {status}, not {product.up}.", remedy)
    for name in view.servers:
        if name not in {node.name for node in cluster.nodes}:
            remedy = "Changeover operates clusters of two nodes; evict it, or manage this cluster by hand."
            yield (f"The cluster has a third node {name}, which the inventory does not have.", remedy)


def _group_problems(product: ClusterProduct, group: GroupState) -> Iterator[Problem]:
    pending = list(_pending(group))
    if pending:
        yield from pending
    elif group.status != product.healthy:
        remedy = "Bring the group up first, or use a takeover."
        yield (
            f"The group {group.name} is {group.status} on {group.current}; only a group that is up is moved.",
            remedy,
        )
    else:
        for resource in group.resources:
            if resource.status != product.healthy:
                remedy = "Repair the resource; the node's System and Application event logs say why it is not up."
                yield (f"The resource {resource.name} is {resource.status}, though its group is up.", remedy)


def _pending(group: GroupState) -> Iterator[Problem]:
    if group.status.endswith("Pending"):
        yield (f"The group {group.name} is {group.status}: something moves it already.", _WAIT)


def _owner_problems(resources: Sequence[ResourceState], target: str) -> Iterator[Problem]:
    """Resources that may not run on `target`, as far as it was read which nodes may."""
    for resource in resources:
        if resource.owners is not None and target.casefold() not in {name.casefold() for name in resource.owners}:
            may = ", ".join(resource.owners) or "no node"
            remedy = f"Add {target} to its possible owners, once all that the resource needs is installed there."
            yield (f"The resource {resource.name} cannot run on {target}; it may run on {may}.", remedy)
