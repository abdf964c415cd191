"""The second opinion before a go: does the other node hold the group? Never two actives (design rule 12).

A node *holds* the group when it says so itself or its store service runs. One exception makes two nodes that start
at the same time decidable: a node whose own START.BAT has asked us and has no go is not active, whatever its engine
calls itself, as long as its store service is seen stopped; it starts nothing without our answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from console.domain.events.facts import RunView
from console.domain.observation import ClusterObservation, NodeObservation, Seen
from console.domain.ports import Greeting
from console.domain.products import Generation
from console.domain.topology import Cluster, GreetingAt

IDLE_STATES = ("STOPPED", "ABSENT")
TELLING = ("smtp",)
"""Protocols whose greeting comes from a service of Exchange in every generation; others Windows may give by itself."""


class Holding(StrEnum):
    """Whether the other node holds the group."""

    FREE = "free"
    HELD = "held"
    UNREACHABLE = "unreachable"
    """Nobody could tell; the go is given, and this is said loudly."""


@dataclass(frozen=True)
class Opinion:
    """What was seen, right now, about the node that is not asking."""

    caller: str
    other: str
    caller_says: Seen[str]
    """Who has the group by the caller's own engine; empty for nobody."""
    other_says: Seen[str]
    other_store_runs: Seen[bool]
    floating_ip: Seen[bool]
    """Whether mail answers on the floating IP although the caller's services are all stopped."""
    other_asks: bool = False
    """Whether the other node's script has asked too and has no go."""

    def verdict(self) -> Holding:
        """Held by any sign; unreachable when the other node's engine or store could not be read; else free."""
        if self.signs():
            return Holding.HELD
        unread = self.other_says.value is None and not self._store_stopped
        return Holding.UNREACHABLE if unread or self.other_store_runs.value is None else Holding.FREE

    def signs(self) -> tuple[str, ...]:
        """Every sign that the other node holds the group, a clause each."""
        found = []
        if self.other_store_runs.value:
            found.append(f"the store service runs on {self.other}")
        if self._is_other(self.other_says) and not (self.other_asks and self._store_stopped):
            found.append(f"{self.other} itself says that it has the group")
        if self._is_other(self.caller_says):
            found.append(f"{self.caller} itself says that {self.other} has the group")
        if self.floating_ip.value:
            found.append(f"mail answers on the floating IP although no service runs on {self.caller}")
        return tuple(found)

    @property
    def sentence(self) -> str:
        """The opinion in one sentence."""
        match self.verdict():
            case Holding.HELD:
                return f"{self.other} holds the group: {'; '.join(self.signs())}."
            case Holding.UNREACHABLE:
                why = self.other_says.unknown or self.other_store_runs.unknown
                return f"WHETHER {self.other} HOLDS THE GROUP COULD NOT BE TOLD ({why}); going on without its word."
        return f"{self.other} does not hold the group, and its store service is stopped."

    @property
    def _store_stopped(self) -> bool:
        return self.other_store_runs.value is False

    def _is_other(self, told: Seen[str]) -> bool:
        return told.value is not None and told.value.casefold() == self.other.casefold()


def form_opinion(
    cluster: Cluster,
    generation: Generation,
    observation: ClusterObservation,
    greetings: Mapping[GreetingAt, Greeting],
    caller: str,
    other_run: RunView | None,
) -> Opinion:
    """The opinion on the node that is not `caller`; `other_run` is that node's last run. Raises `KeyError`."""
    node, other = cluster.node(caller), cluster.other(caller)
    return Opinion(
        caller=node.name,
        other=other.name,
        caller_says=_says(observation.nodes[node.name], cluster.group),
        other_says=_says(observation.nodes[other.name], cluster.group),
        other_store_runs=_store_runs(observation.nodes[other.name], generation),
        floating_ip=_answers(observation.nodes[node.name], cluster, generation, greetings),
        other_asks=other_run is not None and other_run.asks,
    )


def _says(seen: NodeObservation, group: str) -> Seen[str]:
    view = seen.engine.value
    if view is None:
        return Seen.nothing(f"{seen.node}: {seen.unreachable or seen.engine.unknown}")
    if group not in view.groups:
        return Seen.nothing(f"{seen.node}: its engine shows no group {group}")
    return Seen(view.groups[group].current)


def _store_runs(seen: NodeObservation, generation: Generation) -> Seen[bool]:
    """Anything but a stopped or missing store service counts as running."""
    for service in generation.services:
        if service.mounts_stores:
            state = seen.service(service.name)
            if state.value is None:
                return Seen.nothing(f"{seen.node}: {seen.unreachable or state.unknown}")
            if state.value.state not in IDLE_STATES:
                return Seen(True)
    return Seen(False)


def _answers(
    caller: NodeObservation, cluster: Cluster, generation: Generation, greetings: Mapping[GreetingAt, Greeting]
) -> Seen[bool]:
    """Whether somebody else gives a telling greeting; unknown when a service of the caller may be the one."""
    states = [caller.service(s.name).value for s in generation.running_services(cluster.extra_services)]
    if any(state is None or state.state not in IDLE_STATES for state in states):
        return Seen.nothing(f"services of {caller.node} run or could not be read")
    return Seen(any(said.ok for at, said in greetings.items() if at.protocol in TELLING))
