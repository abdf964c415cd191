"""A cluster at a glance: what an observation amounts to, in a few sentences and facts that a page can show."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from console.domain.observation import ClusterObservation, NodeObservation, Seen
from console.domain.ports import Greeting
from console.domain.products import Generation
from console.domain.topology import Cluster, GreetingAt


class Tone(StrEnum):
    """How a fact looks. Unknown has a tone of its own and is never shown as good."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"
    IDLE = "idle"


ENGINE_TONES = {
    "online": Tone.GOOD,
    "up": Tone.GOOD,
    "offline": Tone.BAD,
    "down": Tone.BAD,
    "unknown": Tone.UNKNOWN,
}
"""The products' words for a server that is well, and for one that is not."""


@dataclass(frozen=True)
class Fact:
    """One thing that is known, or not: shown with its tone and the time at which it was read."""

    key: str
    label: str
    value: str
    tone: Tone
    at: str
    """ISO time of the reading."""
    detail: str = ""
    node: str = ""


@dataclass(frozen=True)
class NodeStatus:
    """A node for the page: its part in the cluster and its facts."""

    name: str
    role: str
    """`primary` or `standby`, by design."""
    active: bool | None
    """Whether it has the group; None when that is unknown."""
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class ClusterStatus:
    """A cluster for the page."""

    headline: str
    tone: Tone
    mail: str
    """`up`, `down` or `unknown`."""
    active: str
    """The node that has the group; empty when nobody has it or it is unknown."""
    group: Fact
    nodes: tuple[NodeStatus, ...]
    greetings: tuple[Fact, ...]
    directory: Fact
    alarms: tuple[str, ...] = ()
    at: str = ""
    resources: tuple[Fact, ...] = ()
    """The group's resources: label, status, the product's kind as detail, and the node that has the group."""
    bare: bool = False
    """Whether every node was read, and none has the service that mounts Exchange's stores."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def summarise(
    cluster: Cluster,
    generation: Generation,
    observation: ClusterObservation,
    greetings: Mapping[GreetingAt, Greeting],
    directory_names: Seen[str] | None,
) -> ClusterStatus:
    """What the observation amounts to. `directory_names` is the node that the directory names, when it was read.

    It is None where the directory names no node: the group carries its server's name with it.
    """
    carried = directory_names is None
    owner = observation.owner(cluster.group)
    active = "" if owner.value is None else owner.value
    group = _group_fact(cluster, observation, owner)
    answers = tuple(_greeting_fact(at, said, observation.at) for at, said in greetings.items())
    idle = _stores_only(generation) if carried else generation
    nodes = tuple(_node_status(cluster, (generation, idle), observation.nodes[n.name], owner) for n in cluster.nodes)
    names = directory_names
    directory = (
        _carried_fact(cluster, observation.at) if names is None else _directory_fact(names, owner, observation.at)
    )
    resources = _resources(cluster, observation, active)
    broken = [fact for fact in resources if fact.tone is Tone.BAD] if carried else []
    mail = "down" if _failed(group, broken) else _mail(answers)
    alarms = _alarms(owner, nodes, active)
    return ClusterStatus(
        headline=_headline(mail, owner, answers, broken),
        tone=_tone(mail, group, directory, alarms),
        mail=mail,
        active=active,
        group=group,
        nodes=nodes,
        greetings=answers,
        directory=directory,
        alarms=alarms,
        at=observation.at.isoformat(),
        resources=resources,
        bare=_bare(cluster, generation, observation),
    )


def _bare(cluster: Cluster, generation: Generation, observation: ClusterObservation) -> bool:
    names = [service.name for service in generation.services if service.mounts_stores]
    seen = [observation.nodes[node.name].service(name).value for node in cluster.nodes for name in names]
    return bool(seen) and all(state is not None and state.state == "ABSENT" for state in seen)


def _stores_only(generation: Generation) -> Generation:
    """What must not run where a group that carries its server's name is not: Windows may run the others there."""
    return replace(generation, services=tuple(s for s in generation.services if s.mounts_stores))


def _resources(cluster: Cluster, observation: ClusterObservation, active: str) -> tuple[Fact, ...]:
    """The group's resources by the node that has it, else by any that answers."""
    names = sorted(observation.nodes, key=lambda name: name.casefold() != active.casefold())
    views = [(name, view) for name in names if (view := observation.nodes[name].engine.value) is not None]
    told = [(name, view.groups[cluster.group]) for name, view in views if cluster.group in view.groups]
    if not told:
        return ()
    node, group = told[0]
    at = observation.nodes[node].at.isoformat()
    return tuple(
        Fact("resource", r.name, r.status, _resource_tone(r.status), at, r.kind, active) for r in group.resources
    )


def _resource_tone(status: str) -> Tone:
    word = status.casefold()
    if word.endswith("pending"):
        return Tone.WARN
    return {"online": Tone.GOOD, "offline": Tone.BAD, "failed": Tone.BAD, "": Tone.UNKNOWN}.get(word, Tone.WARN)


def _group_fact(cluster: Cluster, observation: ClusterObservation, owner: Seen[str]) -> Fact:
    status = observation.group_status(cluster.group)
    at = observation.at.isoformat()
    if owner.value is None or status.value is None:
        return Fact("group", cluster.group, "unknown", Tone.UNKNOWN, at, owner.unknown or status.unknown)
    where = f"on {owner.value}" if owner.value else "on no node"
    tone = {"online": Tone.GOOD, "offline": Tone.BAD, "failed": Tone.BAD}.get(status.value.casefold(), Tone.WARN)
    return Fact("group", cluster.group, f"{status.value} {where}", tone, at)


def _greeting_fact(at: GreetingAt, said: Greeting, when: datetime) -> Fact:
    value = "answers" if said.ok else "does not answer"
    tone = Tone.GOOD if said.ok else Tone.BAD
    return Fact(f"greeting.{at.protocol}", at.protocol.upper(), value, tone, when.isoformat(), said.text)


def _mail(answers: Sequence[Fact]) -> str:
    if not answers:
        return "unknown"
    return "up" if all(fact.tone is Tone.GOOD for fact in answers) else "down"


def _failed(group: Fact, broken: Sequence[Fact]) -> bool:
    """Whether what is not online is more than a resource that somebody keeps offline."""
    return bool(broken) and (group.tone is Tone.BAD or any(fact.value.casefold() == "failed" for fact in broken))


def _headline(mail: str, owner: Seen[str], answers: Sequence[Fact], broken: Sequence[Fact]) -> str:
    where = f" The group is on {owner.value}." if owner.value else ""
    down = f" {', '.join(f'{fact.label} is {fact.value}' for fact in broken)}." if broken else ""
    silent = ", ".join(fact.label for fact in answers if fact.tone is not Tone.GOOD)
    if mail == "up":
        return f"Mail is up.{down}{where}"
    if mail == "down" and broken and not silent:
        return f"Mail is down in part, though it greets.{down}{where}"
    if mail == "down":
        return f"Mail is down: no greeting from {silent} on the floating IP.{where}"
    return f"Whether mail is up is not known.{where}"


def _tone(mail: str, group: Fact, directory: Fact, alarms: Sequence[str]) -> Tone:
    if mail == "down" or group.tone is Tone.BAD:
        return Tone.BAD
    if mail == "unknown" or Tone.UNKNOWN in (group.tone, directory.tone):
        return Tone.UNKNOWN
    named = directory.tone in (Tone.GOOD, Tone.IDLE)
    return Tone.WARN if alarms or group.tone is not Tone.GOOD or not named else Tone.GOOD


def _carried_fact(cluster: Cluster, when: datetime) -> Fact:
    """The directory names no node there, so there is nothing that could disagree."""
    value = f"{cluster.primary_server} moves with the group"
    detail = "The directory knows one server, whichever node has the group; a move changes nothing there."
    return Fact("directory", "Directory", value, Tone.IDLE, when.isoformat(), detail)


def _directory_fact(names: Seen[str], owner: Seen[str], when: datetime) -> Fact:
    at = when.isoformat()
    if names.value is None:
        return Fact("directory", "Directory", "unknown", Tone.UNKNOWN, at, names.unknown)
    if owner.value is None:
        return Fact("directory", "Directory", f"names {names.value}", Tone.UNKNOWN, at, owner.unknown)
    agrees = names.value.casefold() == owner.value.casefold()
    detail = "" if agrees else f"The group is on {owner.value or 'no node'}."
    return Fact("directory", "Directory", f"names {names.value}", Tone.GOOD if agrees else Tone.BAD, at, detail)


def _alarms(owner: Seen[str], nodes: Sequence[NodeStatus], active: str) -> tuple[str, ...]:
    alarms = [owner.unknown] if "disagree" in owner.unknown else []
    for node in nodes:
        running = [fact for fact in node.facts if fact.key == "services" and fact.tone is Tone.BAD]
        if running and node.active is False and active:
            alarms.append(f"{node.name} runs Exchange services although {active} has the group.")
    return tuple(alarms)


def _node_status(
    cluster: Cluster, expected: tuple[Generation, Generation], seen: NodeObservation, owner: Seen[str]
) -> NodeStatus:
    """The node's facts; `expected` holds what runs where the group is, and what must not run where it is not."""
    role = "primary" if seen.node == cluster.primary.name else "standby"
    active = None if owner.value is None else owner.value.casefold() == seen.node.casefold()
    facts = (
        _reach_fact(seen),
        _engine_fact(seen),
        _services_fact(cluster, expected[active is False], seen, active),
        _partition_fact(cluster, seen, active),
    )
    return NodeStatus(seen.node, role, active, facts)


def _reach_fact(seen: NodeObservation) -> Fact:
    at = seen.at.isoformat()
    if seen.unreachable:
        return Fact("reach", "WinRM", "does not answer", Tone.UNKNOWN, at, seen.unreachable, seen.node)
    return Fact("reach", "WinRM", "answers", Tone.GOOD, at, seen.windows.value or "", seen.node)


def _engine_fact(seen: NodeObservation) -> Fact:
    at = seen.at.isoformat()
    view = seen.engine.value
    if view is None:
        return Fact("engine", "Cluster service", "unknown", Tone.UNKNOWN, at, seen.engine.unknown, seen.node)
    own = next((s for name, s in view.servers.items() if name.casefold() == seen.node.casefold()), "unknown")
    tone = ENGINE_TONES.get(own.casefold(), Tone.WARN)
    return Fact("engine", "Cluster service", own, tone, at, "", seen.node)


def _services_fact(cluster: Cluster, generation: Generation, seen: NodeObservation, active: bool | None) -> Fact:
    at = seen.at.isoformat()
    wanted = generation.running_services(cluster.extra_services)
    known = [(s, state) for s in wanted if (state := seen.service(s.name).value) is not None]
    if len(known) < len(wanted):
        return Fact("services", "Services", "unknown", Tone.UNKNOWN, at, seen.unreachable, seen.node)
    running = [s.name for s, state in known if state.state == "RUNNING"]
    value = f"{len(running)} of {len(wanted)} running"
    if active is None:
        return Fact("services", "Services", value, Tone.UNKNOWN, at, "", seen.node)
    if not active and not running:
        return Fact("services", "Services", "stopped", Tone.IDLE, at, "as they should be on a passive node", seen.node)
    if not active:
        return Fact("services", "Services", value, Tone.BAD, at, ", ".join(running), seen.node)
    missing = [s.name for s, state in known if state.state != "RUNNING"]
    tone = Tone.GOOD if not missing else Tone.BAD
    return Fact(
        "services", "Services", value, tone, at, "not running: " + ", ".join(missing) if missing else "", seen.node
    )


def _partition_fact(cluster: Cluster, seen: NodeObservation, active: bool | None) -> Fact:
    at = seen.at.isoformat()
    label = f"Partition {cluster.partition}"
    stores = seen.stores.value
    if not active:
        value = "elsewhere" if active is False else "unknown"
        return Fact("partition", label, value, Tone.IDLE if active is False else Tone.UNKNOWN, at, "", seen.node)
    if stores is None:
        return Fact("partition", label, "stores unknown", Tone.UNKNOWN, at, seen.stores.unknown, seen.node)
    value = f"{len(stores)} store{'' if len(stores) == 1 else 's'} mounted"
    return Fact("partition", label, value, Tone.GOOD if stores else Tone.BAD, at, ", ".join(sorted(stores)), seen.node)
