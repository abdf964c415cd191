"""The clusters of the inventory's list as plain values: what a line tells of one, and nothing that it does not."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import QuerySet

from console.models import Cluster, Node
from console.services.access import Account, clusters_with, may_somewhere, sees_all

OF_CLUSTER = ("pk", "name", "generation", "driver", "group", "floating_ip", "directory__name", "site__name")
OF_NODE = ("name", "role", "address", "port", "allow_clear_text")

Asked = QuerySet[Cluster, tuple[object, ...]]


class ListedNode(NamedTuple):
    """Everything of a node that the list tells."""

    name: str
    role: str
    address: str
    port: int
    allow_clear_text: bool


class Listed(NamedTuple):
    """Everything of a cluster that the list tells, but for its nodes."""

    pk: int
    name: str
    generation: str
    driver: str
    group: str
    floating_ip: str
    directory: str
    site: str


class Line(NamedTuple):
    """Everything that the line of a cluster tells: it is the same as long as this is."""

    cluster: Listed
    nodes: tuple[ListedNode, ...]
    changeable: bool
    """Whether it leads to the cluster's form."""


def asked(clusters: QuerySet[Cluster]) -> Asked:
    """What is read of the clusters: a part of it makes lines."""
    return clusters.values_list(*OF_CLUSTER)


def lines(part: Iterable[tuple[object, ...]], user: Account) -> list[Line]:
    """A line for each row of that part of `asked`, as `user` may have it."""
    found = [Listed._make(row) for row in part]
    keys = [one.pk for one in found]
    nodes, changeable = _nodes(keys), _changeable(keys, user)
    return [Line(one, tuple(nodes[one.pk]), one.pk in changeable) for one in found]


def _nodes(clusters: Sequence[int]) -> dict[int, list[ListedNode]]:
    """The nodes of those clusters, by their clusters' keys."""
    found = defaultdict(list)
    rows = Node.objects.filter(cluster__in=clusters).order_by("role").values_list("cluster_id", *OF_NODE)
    for cluster, *told in rows if clusters else ():
        found[cluster].append(ListedNode._make(told))
    return found


def _changeable(clusters: Sequence[int], user: Account) -> frozenset[int]:
    """Those of the clusters that `user` may change; nothing is asked where what they hold says it of all."""
    if not clusters or not may_somewhere(user, "change-inventory"):
        return frozenset()
    if sees_all(user, "change-inventory"):
        return frozenset(clusters)
    return frozenset(clusters_with(user, "change-inventory").filter(pk__in=clusters).values_list("pk", flat=True))
