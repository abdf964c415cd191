"""What the checks look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.domain.delegation.nodes import NodeRights
from console.domain.directory import DirectoryView
from console.domain.observation import ClusterObservation, NodeObservation, Seen
from console.domain.ports import Driver, Greeting
from console.domain.products import Generation
from console.domain.topology import Cluster, GreetingAt


@dataclass(frozen=True)
class NodeSituation:
    """What was read of the nodes and the floating IP for one planned move from `source` to `target`."""

    cluster: Cluster
    generation: Generation
    driver: Driver
    source: str
    target: str
    observation: ClusterObservation
    greetings: Mapping[GreetingAt, Greeting]

    def seen(self, node: str) -> NodeObservation:
        """What was read on `node`."""
        return self.observation.nodes[node]


@dataclass(frozen=True)
class Situation(NodeSituation):
    """Everything that was read for one planned move, with the directory that it switches."""

    view: DirectoryView
    target_controller: Seen[str] | None = None
    """The domain controller that the target uses, by its own name; None when none is set apart."""
    used_services: Mapping[str, Seen[frozenset[str]]] | None = None
    """The services that each node that answers runs or starts by itself, casefolded; None when not looked for."""
    node_rights: tuple[NodeRights, ...] = ()
    """What the nodes' own accounts lack, primary first; none when not looked for."""
    changeable: tuple[str, ...] = ()
    """The objects whose permissions the console's account may change; none when not looked for."""

    def scripts(self) -> Seen[str]:
        """What the group runs on both nodes: one word when they agree, unknown when they differ."""
        return script_state(self.observation, self.driver, (self.source, self.target))


def script_state(observation: ClusterObservation, driver: Driver, nodes: Sequence[str]) -> Seen[str]:
    """What the group runs on those of `nodes` that answer, when they agree; why that is unknown when they do not."""
    told = {name: _scripts(observation.nodes[name], driver) for name in nodes if observation.nodes[name].answered}
    if len({seen.value for seen in told.values()}) == 1:
        return next(iter(told.values()))
    words = "; ".join(f"{name}: {seen.value or seen.unknown}" for name, seen in told.items())
    return Seen.nothing(words or "no node answers")


def _scripts(seen: NodeObservation, driver: Driver) -> Seen[str]:
    resources = seen.group_resources.value
    if resources is not None and driver.script_state(resources) == "none":
        return Seen("none")
    return seen.scripts
