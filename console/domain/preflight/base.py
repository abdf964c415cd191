"""What the checks look at, and the short forms in which they answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.domain.checks import Check, Verdict
from console.domain.directory import DirectoryView
from console.domain.observation import ClusterObservation, NodeObservation
from console.domain.ports import Driver, Greeting
from console.domain.products import Generation
from console.domain.topology import Cluster, GreetingAt


@dataclass(frozen=True)
class Situation:
    """Everything that was read for one planned move from `source` to `target`."""

    cluster: Cluster
    generation: Generation
    driver: Driver
    source: str
    target: str
    observation: ClusterObservation
    view: DirectoryView
    greetings: Mapping[GreetingAt, Greeting]

    def seen(self, node: str) -> NodeObservation:
        """What was read on `node`."""
        return self.observation.nodes[node]


def passed(key: str, title: str, reason: str, *, about: str = "", evidence: str = "") -> Check:
    """The precondition holds."""
    return Check(key, title, Verdict.PASS, reason, about=about, evidence=evidence)


def failed(key: str, title: str, reason: str, remedy: str, *, about: str = "", evidence: str = "") -> Check:
    """The precondition does not hold; the move is refused."""
    return Check(key, title, Verdict.FAIL, reason, remedy, evidence, about)


def warned(key: str, title: str, reason: str, remedy: str, *, about: str = "", evidence: str = "") -> Check:
    """It may go on, but a person should know."""
    return Check(key, title, Verdict.WARN, reason, remedy, evidence, about)


def untold(key: str, title: str, reason: str, remedy: str, *, about: str = "", evidence: str = "") -> Check:
    """It cannot be told; the move needs a person's explicit acceptance."""
    return Check(key, title, Verdict.UNKNOWN, reason, remedy, evidence, about)
