"""Observing many clusters in one process of many threads: what its threads share from one observation to the next."""

from functools import partial

from django.db import connection

from console.adapters.clock import SystemClock
from console.adapters.winrm import KeptNodes
from console.domain.field import Field
from console.models import Cluster, ObservationRecord
from console.services import observe, turns
from console.services.fields import open_field

LINGER = 0.1
"""Seconds for which the first who has something to keep waits for others, so that one transaction keeps it all."""

_here: list[KeptNodes] = []


def share() -> None:
    """From now on this process keeps connections, and its threads write together. Not for one that is to be forked."""
    _here[:] = [KeptNodes(SystemClock())]
    observe.KEEPING.linger = LINGER


def observe_taken(cluster_id: int) -> ObservationRecord:
    """Observe the cluster whose turn was taken up, over connections that are kept where `share` was called.

    Nodes that did not answer lately are left alone for a while, unless something waits for the observation.
    """
    cluster = Cluster.objects.select_related("site", "directory").get(pk=cluster_id)
    return observe.observe(cluster, partial(open_kept, pressing=turns.is_pressing(cluster_id)))


def open_kept(cluster: Cluster, *, pressing: bool = False) -> Field:
    """The cluster's field over the connections that are kept here, or over its own where none are.

    The thread holds no connection to a database server while it waits for nodes: there are only so many. Raises
    `CredentialUnavailable`.
    """
    if not _here:
        return open_field(cluster)
    field = open_field(cluster, nodes=_here[0].pressing() if pressing else _here[0])
    if connection.vendor != "sqlite" and not connection.in_atomic_block:
        connection.close()
    return field
