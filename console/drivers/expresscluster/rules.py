"""What ExpressCluster's Exchange group must be made of, and what in a node's view forbids a planned move."""

from collections.abc import Iterator, Sequence

from console.domain.observation import ClusterView, GroupState
from console.domain.products import ClusterProduct
from console.domain.topology import Cluster

Problem = tuple[str, str]
"""A reason and its remedy."""

_WAIT = "Wait until it is done, then look again."


def group_problems(product: ClusterProduct, resources: Sequence[str]) -> tuple[Problem, ...]:
    """What is wrong with the make-up of the group: exactly one floating IP, no virtual IP, one switching partition.

    Source: Configuration Guide, "Group settings".
    """
    problems = []
    floating = _of_kinds(resources, product.floating_ip_kinds)
    forbidden = _of_kinds(resources, product.forbidden_kinds)
    partitions = _of_kinds(resources, product.partition_kinds)
    if len(floating) != 1:
        problems.append(_count("floating IP", floating, "Give the group exactly one floating IP resource."))
    if forbidden:
        names = ", ".join(forbidden)
        problems.append((f"The group holds a virtual IP: {names}.", "Take the virtual IP out of the group."))
    if len(partitions) != 1:
        problems.append(_count("switching partition", partitions, "Give the group exactly one disk resource."))
    return tuple(problems)


def view_problems(product: ClusterProduct, cluster: Cluster, view: ClusterView, target: str) -> tuple[Problem, ...]:
    """What in a node's view forbids a planned move of the group to `target`."""
    problems = [*_server_problems(product, cluster, view), *_link_problems(view, target)]
    group = view.groups.get(cluster.group)
    if group is None:
        shown = ", ".join(view.groups) or "none"
        reason = f"The cluster shows no group {cluster.group}; it shows {shown}."
        problems.append((reason, "Correct the group's name in the inventory, or create the group."))
    else:
        problems.extend(_group_problems(product, group))
    return (*problems, *_monitor_problems(view))


def move_back_problems(
    product: ClusterProduct, cluster: Cluster, view: ClusterView, target: str, *, waits: bool
) -> tuple[Problem, ...]:
    """What in a node's view forbids that the group is moved back to `target`: a group that has failed may be moved.

    With `waits` its script waits for an answer that it will get: then it may also be pending.
    """
    problems = [*_server_problems(product, cluster, view), *_link_problems(view, target)]
    group = view.groups.get(cluster.group)
    if group is None:
        reason = f"The cluster shows no group {cluster.group}; it shows {', '.join(view.groups) or 'none'}."
        problems.append((reason, "Correct the group's name in the inventory, or create the group."))
    elif group.status.endswith("Pending") and not waits:
        problems.append((f"The group {group.name} is {group.status}: something moves it already.", _WAIT))
    elif not group.current:
        remedy = f"Start it on the node that has its disk (`clpgrp -s {group.name} -h NODE`); then plan the undo again."
        problems.append((f"The group {group.name} is {group.status} on no node.", remedy))
    return (*problems, *_monitor_problems(view))


def takeover_problems(product: ClusterProduct, cluster: Cluster, view: ClusterView, target: str) -> tuple[Problem, ...]:
    """What in the target's own view forbids that a person brings the group up there by hand.

    The product must itself have given the other server up: any other word means that it may still be active.
    A group that the product has brought up on the target already needs no command, and so no such word.
    """
    other, group = cluster.other(target).name, view.groups.get(cluster.group)
    status = view.servers.get(other)
    problems: list[Problem] = []
    if group is not None and group.status == product.healthy and group.current == target:
        return ()
    if status != product.down:
        reason = (
            f"EXPRESSCLUSTER on {target} calls the server {other} {status or 'nothing at all'}, not {product.down}."
        )
        remedy = f"If {other} is dead, switch its power off and wait until {target} calls it {product.down}."
        problems.append((reason, remedy))
    if view.servers.get(target) != product.up:
        reason = f"The server {target} is {view.servers.get(target) or 'not known to its own cluster'}."
        problems.append((reason, "Start that server's cluster engine first (`clpcl -s`)."))
    if group is None:
        reason = f"The cluster shows no group {cluster.group}; it shows {', '.join(view.groups) or 'none'}."
        problems.append((reason, "Correct the group's name in the inventory."))
    elif group.status.endswith("Pending"):
        problems.append((f"The group {group.name} is {group.status}: something moves it already.", _WAIT))
    elif group.status == product.healthy and group.current:
        remedy = "Nothing has to be taken over; move it with a failover."
        problems.append((f"The group {group.name} is {group.status} on {group.current}.", remedy))
    return tuple(problems)


def _of_kinds(resources: Sequence[str], kinds: Sequence[str]) -> list[str]:
    return [resource for resource in resources if resource.partition("@")[0] in kinds]


def _count(what: str, found: Sequence[str], remedy: str) -> Problem:
    names = ", ".join(found)
    return (f"The group has {len(found)} {what}s ({names})." if found else f"The group has no {what}.", remedy)


def _server_problems(product: ClusterProduct, cluster: Cluster, view: ClusterView) -> Iterator[Problem]:
    for node in cluster.nodes:
        status = view.servers.get(node.name)
        if status is None:
            shown = ", ".join(view.servers)
            remedy = "Correct the node's name in the inventory; it must be the one that the cluster uses."
            yield (f"The cluster does not know the server {node.name}; it knows {shown}.", remedy)
        elif status == "Suspend":
            yield (f"The cluster is suspended on {node.name}.", "Resume the cluster: `clpcl --resume`.")
        elif status.endswith("Pending"):
            yield (f"The server {node.name} is {status}.", _WAIT)
        elif status != product.up:
            remedy = "Start that server's cluster engine (`clpcl -s`) and clear what its alert log shows."
            yield (f"The server {node.name} is {status}, not {product.up}.", remedy)


def _link_problems(view: ClusterView, target: str) -> Iterator[Problem]:
    for link, status in view.links.items():
        server, _, name = link.rpartition("/")
        if status == "Error" and server.casefold() == target.casefold():
            remedy = "Repair that link; a server that fails its network check may shut itself down."
            yield (f"{name} of the target {server} is in Error.", remedy)


def _group_problems(product: ClusterProduct, group: GroupState) -> Iterator[Problem]:
    if group.status.endswith("Pending"):
        yield (f"The group {group.name} is {group.status}: something moves it already.", _WAIT)
    elif group.status != product.healthy or not group.current:
        place = f" on {group.current}" if group.current else ""
        remedy = f"Bring the group up first (`clpgrp -s {group.name} -h NODE`), or use a takeover."
        yield (f"The group {group.name} is {group.status}{place}; only a group that is up can be moved.", remedy)
    else:
        for resource in group.resources:
            if resource.status != product.healthy:
                remedy = "Repair the resource; the product's alert log says why it is not up."
                yield (f"The resource {resource.name} is {resource.status}, though its group is up.", remedy)


def _monitor_problems(view: ClusterView) -> Iterator[Problem]:
    for name, status in view.monitors.items():
        if status == "Suspend":
            remedy = f"Resume it on each server: `clpmonctrl -r -m {name}`."
            yield (f"The monitor {name} is suspended: a failure would go unnoticed.", remedy)
        elif name.startswith("md") and status in ("Caution", "Error", "Unknown"):
            remedy = "Wait until the mirror disk has been copied, then look again."
            yield (f"The mirror disk's monitor {name} is in {status}: its data may not be fresh on both sides.", remedy)
