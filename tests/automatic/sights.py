"""What a worker sees of a cluster of rows, made up: who has the group, whose store runs, who is silent."""

from collections.abc import Callable
from dataclasses import replace

from console.domain.observation import ClusterObservation, NodeObservation, Seen
from console.models import Cluster
from console.services.deciding import Sight
from tests.domain import worlds

EX1, EX2 = "TOK-EX1", "TOK-EX2"


def sight(
    *, holder: str | None = None, store_on: str = "", silent: str = "", named: str = EX1, each: str = ""
) -> Callable[[Cluster, str], Sight]:
    """A way to look: `holder` has the group by every engine (default: whoever asks); `named` is in the directory.

    With `each`, every engine says that its own node has the group, in that status.
    """

    def look(cluster: Cluster, caller: str) -> Sight:
        has = caller if holder is None else holder
        nodes = {
            name: _node(name, name if each else has, store_on == name, silent == name, each or "Online")
            for name in (EX1, EX2)
        }
        pair = replace(
            worlds.cluster(),
            name=cluster.name,
            primary=worlds.node(EX1, "10.0.0.1"),
            standby=worlds.node(EX2, "10.0.0.2"),
        )
        directory = Seen(named) if named else Seen.nothing("half of it names TOK-EX1")
        return Sight(pair, worlds.GENERATION, caller, ClusterObservation(cluster.name, worlds.AT, nodes), {}, directory)

    return look


def _node(name: str, holder: str, store: bool, silent: bool, status: str) -> NodeObservation:
    if silent:
        return NodeObservation(name, worlds.AT, unreachable="no answer within 5 s")
    return worlds.seen(name, active=store, engine=Seen(worlds.view(name, holder, status)))
