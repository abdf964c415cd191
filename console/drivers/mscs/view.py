"""The lists of a node's cluster service as the view that every driver gives, in the inventory's spelling."""

from collections.abc import Iterable, Mapping

from console.domain.errors import Garbled
from console.domain.observation import ClusterView, GroupState, ResourceState
from console.domain.topology import Cluster
from console.drivers.mscs.rows import Lists


def view_of(cluster: Cluster, lists: Lists) -> ClusterView:
    """The view. Raises `Garbled` for two nodes or groups of one name."""
    nodes = {node.name.casefold(): node.name for node in cluster.nodes}
    groups = {cluster.group.casefold(): cluster.group}
    _distinct(("node", row.name) for row in lists.nodes)
    _distinct(("group", row.name) for row in lists.groups)
    return ClusterView(
        cluster="",
        own="",
        servers={_spelled(row.name, nodes): row.status for row in lists.nodes},
        groups={
            (name := _spelled(row.name, groups)): GroupState(
                name, row.status, _spelled(row.node, nodes), _resources(lists, row.name)
            )
            for row in lists.groups
        },
    )


def _resources(lists: Lists, group: str) -> tuple[ResourceState, ...]:
    mine = [row for row in lists.resources if row.group.casefold() == group.casefold()]
    return tuple(ResourceState(row.name, row.kind, row.status) for row in mine)


def _spelled(name: str, known: Mapping[str, str]) -> str:
    return known.get(name.casefold(), name)


def _distinct(names: Iterable[tuple[str, str]]) -> None:
    seen = set()
    for what, name in names:
        if name.casefold() in seen:
            raise Garbled(f"The cluster shows two {what}s called {name}.")
        seen.add(name.casefold())
