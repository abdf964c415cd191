"""The second opinion before a go: does the other node hold the group? Never two actives (design rule 12).

A node *holds* the group when it says so itself or its store service runs. One exception makes two nodes that start
at the same time decidable: where START.BAT has asked us and has no go, the node's claim is no sign of its own as long
as its store service is seen stopped. Such a script may still turn to the kit when it stops hearing us, so nobody else
is let start before it has been told no and has ended: its engine no longer calls the group pending.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from console.domain.events.facts import RunAnswer, RunView
from console.domain.observation import ClusterObservation, NodeObservation, Seen
from console.domain.ports import Greeting
from console.domain.products import Generation
from console.domain.topology import Cluster, GreetingAt

IDLE_STATES = ("STOPPED", "ABSENT")
ENDED = ("online", "offline", "online failure", "offline failure")
"""Statuses of a group of which no script is under way; any other, also one that nobody knows, counts as pending."""
TELLING = ("smtp",)
"""Protocols whose greeting comes from a service of Exchange in every generation; others Windows may give by itself."""


class Holding(StrEnum):
    """Whether the other node holds the group."""

    FREE = "free"
    HELD = "held"
    ASKS = "asks"
    """A script there has asked, or has a go, and may still be under way: what it comes to is waited for."""
    UNREACHABLE = "unreachable"
    """Nobody could tell; the go is given, and this is said loudly."""


class Script(StrEnum):
    """What is known of the other node's START.BAT."""

    NONE = "none"
    """It has not asked lately, or has reported how it ended."""
    ASKS = "asks"
    """It has asked and has no go; it may still be under way."""
    OVER = "over"
    """It was told no, and the node's own engine shows that it has ended."""
    STARTS = "starts"
    """It has a go, or has had one, and has not said how it went."""


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
    other_script: Script = Script.NONE

    @property
    def other_claims(self) -> bool:
        """Whether the other node itself says that it has the group."""
        return self._is_other(self.other_says)

    def verdict(self) -> Holding:
        """Held by any sign; asks while its script may yet start; unreachable when engine or store could not be read."""
        if self.signs():
            return Holding.HELD
        if self._store_stopped and self._may_start():
            return Holding.ASKS
        unread = self.other_says.value is None and not self._store_stopped
        return Holding.UNREACHABLE if unread or self.other_store_runs.value is None else Holding.FREE

    def signs(self) -> tuple[str, ...]:
        """Every sign that the other node holds the group, a clause each."""
        found = []
        if self.other_store_runs.value:
            found.append(f"the store service runs on {self.other}")
        asked = self.other_script in (Script.ASKS, Script.OVER)
        if self.other_claims and not (asked and self._store_stopped):
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
            case Holding.ASKS:
                return (
                    f"START.BAT on {self.other} may be under way, and its store service is stopped: "
                    f"{self.caller} has to wait until it has ended."
                )
            case Holding.UNREACHABLE:
                why = self.other_says.unknown or self.other_store_runs.unknown
                return f"WHETHER {self.other} HOLDS THE GROUP COULD NOT BE TOLD ({why}); going on without its word."
        return f"{self.other} does not hold the group, and its store service is stopped."

    def _may_start(self) -> bool:
        """Whether a script may be under way there: by the engine's word, or for want of it."""
        if self.other_says.value is None:
            return self.other_script in (Script.ASKS, Script.STARTS)
        return self.other_claims and self.other_script is Script.ASKS

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
        other_script=_script(observation.nodes[other.name], cluster.group, other_run),
    )


def _says(seen: NodeObservation, group: str) -> Seen[str]:
    view = seen.engine.value
    if view is None:
        return Seen.nothing(f"{seen.node}: {seen.unreachable or seen.engine.unknown}")
    if group not in view.groups:
        return Seen.nothing(f"{seen.node}: its engine shows no group {group}")
    return Seen(view.groups[group].current)


def _script(seen: NodeObservation, group: str, run: RunView | None) -> Script:
    """What its last question and its engine tell of the node's START.BAT; a later one may not have reached us."""
    if run is None or run.started or run.answer is RunAnswer.NOTED:
        return Script.NONE
    if not run.asks:
        return Script.NONE if run.failed else Script.STARTS
    state = seen.engine.value.groups.get(group) if seen.engine.value else None
    ended = state is not None and state.status.casefold() in ENDED
    return Script.OVER if ended and (run.failed or run.answer is RunAnswer.NO) else Script.ASKS


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
