"""What proofs look at, and the short forms in which they answer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from console.domain.checks import Verdict
from console.domain.errors import ChangeoverError
from console.domain.observation import ClusterObservation, NodeObservation
from console.domain.ports import Argv, CommandResult, Driver
from console.domain.procedures.model import Side
from console.domain.procedures.reading import DirectorySetup, DomainLevel, ServerSetup
from console.domain.products import Generation
from console.domain.topology import Cluster


@dataclass(frozen=True)
class Finding:
    """What a proof found."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Grounds:
    """Everything that was read for one round of proofs."""

    cluster: Cluster
    generation: Generation
    driver: Driver
    observation: ClusterObservation
    setup: DirectorySetup | None
    no_setup: str
    """Why the directory could not be read; empty when it was."""
    answers: Mapping[str, Mapping[Argv, CommandResult]]
    """Node name to what its proofs' own questions answered there; a node that does not answer is not in it."""
    domain: DomainLevel | None = None
    """The domain's level, which is there before Exchange is; None when the domain does not tell it."""

    def nodes(self, side: Side) -> tuple[NodeObservation, ...]:
        """What was seen on the nodes of that side; none for the active one while nobody knows which it is."""
        cluster = self.cluster
        owner = self.observation.owner(cluster.group).value or ""
        names = {
            Side.PRIMARY: [cluster.primary.name],
            Side.STANDBY: [cluster.standby.name],
            Side.ACTIVE: [node.name for node in cluster.nodes if node.name.casefold() == owner.casefold()],
        }.get(side, [node.name for node in cluster.nodes])
        return tuple(self.observation.nodes[name] for name in names)

    def servers(self, side: Side) -> tuple[ServerSetup, ...]:
        """The directory's server objects of that side. Raises `ChangeoverError` when the directory was not read."""
        if self.setup is None:
            raise ChangeoverError(self.no_setup, remedy="Mend the way to the directory, then check again.")
        chosen = {Side.PRIMARY: (self.setup.primary,), Side.STANDBY: (self.setup.standby,)}
        return chosen.get(side, (self.setup.primary, self.setup.standby))

    def answer(self, node: NodeObservation, argv: Argv) -> CommandResult:
        """What the node answered to one of the proofs' own questions. Raises `ChangeoverError` when it did not."""
        if node.node not in self.answers:
            raise ChangeoverError(node.unreachable or f"{node.node} did not answer.", remedy=node.remedy)
        answer = self.answers[node.node].get(argv)
        if answer is None:
            text = f"{node.node} did not answer in time what {' '.join(argv)} prints."
            raise ChangeoverError(text, remedy="Run it by hand on the node; then check again.")
        return answer


Judge = Callable[[Grounds, Side, tuple[str, ...]], Finding]
"""Says how a goal stands on a side, given what the step is about. May raise `ChangeoverError`: then it is unknown."""


def no_questions(_: Grounds, __: tuple[str, ...]) -> tuple[Argv, ...]:
    """For a proof that needs no more than the observation and the directory."""
    return ()


@dataclass(frozen=True)
class Asked:
    """How a proof is had: what it asks on every node, read-only, and how the answers are judged."""

    judge: Judge
    asks: Callable[[Grounds, tuple[str, ...]], tuple[Argv, ...]] = no_questions
    """Given what was read before: the observation and, where it could be read, the directory; no answers yet."""


def holds(reason: str) -> Finding:
    """The goal holds."""
    return Finding(Verdict.PASS, reason)


def lacks(reason: str) -> Finding:
    """The goal does not hold."""
    return Finding(Verdict.FAIL, reason)


def untold(reason: str) -> Finding:
    """It cannot be told."""
    return Finding(Verdict.UNKNOWN, reason)


def without(missing: Iterable[str], otherwise: str) -> Finding:
    """Fails with everything that is missing, one sentence each; holds when nothing is."""
    found = tuple(missing)
    return lacks(" ".join(found)) if found else holds(otherwise)
