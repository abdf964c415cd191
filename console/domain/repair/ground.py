"""What a repair is planned on: who has the group, what else runs where, and what the doctor knows of each node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.domain.checks import Refusal
from console.domain.clustered import ClusteredSetup
from console.domain.doctor.facts import NodeFacts
from console.domain.field import Field
from console.domain.observation import ClusterView, GroupState


@dataclass(frozen=True)
class Ground:
    """The cluster as a repair finds it."""

    field: Field
    setup: ClusteredSetup
    holder: str
    """The node that has the Exchange group."""
    view: ClusterView
    """What a node says of the cluster, with the dependencies of the group's resources."""
    facts: Mapping[str, NodeFacts]

    @property
    def group(self) -> GroupState:
        """The Exchange group."""
        return self.view.groups[self.field.cluster.group]

    def groups_on(self, node: str) -> list[str]:
        """The names of every group that the node has."""
        return [name for name, group in self.view.groups.items() if group.current.casefold() == node.casefold()]

    def system(self, node: str) -> str:
        """The folder of Windows' own tools on the node."""
        return rf"{self.facts[node].windows}\System32"


def ground_of(field: Field, setup: ClusteredSetup, facts: Sequence[NodeFacts]) -> Ground:
    """The ground, from what the doctor knows of every node. Raises `Refusal` when nobody knows who has the group."""
    known = {one.node: one for one in facts}
    holder = _holder(field, known)
    view = next((one.view for one in (known[holder], *facts) if one.detailed), known[holder].view)
    if view is None or field.cluster.group not in view.groups:
        text = f"{holder} knows no group {field.cluster.group}."
        raise Refusal.of(text, "Correct the group's name in the inventory.", key="group.owner")
    return Ground(field, setup, holder, view, known)


def _holder(field: Field, facts: Mapping[str, NodeFacts]) -> str:
    """The node that has the group, as both say. Raises `Refusal`."""
    cluster = field.cluster
    said = {name: _owner(one, cluster.group) for name, one in facts.items()}
    owners = {owner.casefold() for owner in said.values()}
    known = [node.name for node in cluster.nodes if node.name.casefold() in owners]
    if len(owners) == 1 and known:
        return known[0]
    told = " and ".join(f"{name} says {owner or 'nobody'}" for name, owner in said.items())
    text = f"Who has {cluster.group} is not certain, or it is no node of {cluster.name}: {told}."
    raise Refusal.of(text, "See that the group is on a node of the inventory, and plan again.", key="group.owner")


def _owner(facts: NodeFacts, group: str) -> str:
    state = facts.view.groups.get(group) if facts.view else None
    return state.current if state else ""
