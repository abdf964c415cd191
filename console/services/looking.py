"""One look at a cluster: what it amounts to, and how ready it is to be moved away from where it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from console.domain import preflight
from console.domain.checks import Check, Refusal
from console.domain.directory import DirectoryView
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.held import Held, held
from console.domain.observation import ClusterObservation, Seen
from console.domain.planner.carried import Carried, carried, readiness
from console.domain.ports import Greeting
from console.domain.preflight.base import Situation
from console.domain.status import ClusterStatus, Fact, NodeStatus, Tone, summarise
from console.domain.switch.differences import directory_owner
from console.domain.topology import GreetingAt, Node
from console.models import Cluster


@dataclass(frozen=True)
class Looked:
    """What one look gave. `checks` are those of a move away from the active node; none when that is unknown."""

    status: ClusterStatus
    checks: tuple[Check, ...] = ()
    held: Held | None = None
    """Who has the group, where a move of its own needs no switch; None when that is not known, or elsewhere."""


def look(field: Field) -> Looked:
    """Look at the nodes, the floating IP and the directory. Reads only."""
    observation, greetings = field.observe(), field.greet_all()
    of = carried(field)
    if of is not None:
        status = summarise(field.cluster, field.generation, observation, greetings, None)
        checks = _carried_readiness(of, observation, greetings)
        return Looked(status, checks, held(field.cluster, observation, observation.at))
    view = read_directory(field)
    status = summarise(field.cluster, field.generation, observation, greetings, names_in(field, view))
    return Looked(status, _readiness(field, observation, view.value, greetings))


def unreadable(cluster: Cluster, why: str, at: datetime) -> Looked:
    """What a cluster amounts to of which nothing at all could be read: everything unknown, and why."""
    when = at.isoformat()

    def unknown(key: str, label: str, node: str = "") -> Fact:
        return Fact(key, label, "unknown", Tone.UNKNOWN, when, why, node)

    nodes = [(node.name, node.role) for node in cluster.nodes.order_by("role")]
    status = ClusterStatus(
        headline=f"Whether mail is up is not known: {why}",
        tone=Tone.UNKNOWN,
        mail="unknown",
        active="",
        group=unknown("group", cluster.group),
        nodes=tuple(NodeStatus(name, role, None, (unknown("reach", "WinRM", name),)) for name, role in nodes),
        greetings=(),
        directory=unknown("directory", "Directory"),
        at=when,
    )
    return Looked(status)


def read_directory(field: Field) -> Seen[DirectoryView]:
    """The directory's objects of the cluster, or why they could not be read."""
    try:
        return Seen(field.read_directory())
    except ChangeoverError as error:
        return Seen.nothing(error.told)
    except Refusal as refusal:
        return Seen.nothing(" ".join(reason.text for reason in refusal.reasons) or refusal.headline)


def names_in(field: Field, view: Seen[DirectoryView]) -> Seen[str]:
    """The node whose server the directory names."""
    if view.value is None:
        return Seen.nothing(view.unknown)
    owner = directory_owner(view.value)
    if owner.mixed or not owner.server:
        return Seen.nothing(f"The directory does not agree with itself: {owner.mixed or 'it names neither server'}.")
    cluster = field.cluster
    ours = owner.server.casefold() == cluster.primary_server.casefold()
    return Seen(cluster.primary.name if ours else cluster.standby.name)


def _holder(field: Field, observation: ClusterObservation) -> Node | None:
    """The node that has the group, when that is known."""
    cluster = field.cluster
    owner = (observation.owner(cluster.group).value or "").casefold()
    return next((node for node in cluster.nodes if node.name.casefold() == owner), None)


def _carried_readiness(
    of: Carried, observation: ClusterObservation, greetings: Mapping[GreetingAt, Greeting]
) -> tuple[Check, ...]:
    """The checks of a planned move away from the active node; none when the directory cannot be read."""
    source = _holder(of.field, observation)
    try:
        return readiness(of, source.name, observation, greetings) if source else ()
    except (ChangeoverError, Refusal):
        return ()


def _readiness(
    field: Field,
    observation: ClusterObservation,
    view: DirectoryView | None,
    greetings: Mapping[GreetingAt, Greeting],
) -> tuple[Check, ...]:
    """The checks of a planned move from the active node to the other one."""
    cluster = field.cluster
    source = _holder(field, observation)
    if view is None or source is None:
        return ()
    return preflight.checks(
        Situation(
            cluster=cluster,
            generation=field.generation,
            driver=field.driver,
            source=source.name,
            target=cluster.other(source.name).name,
            observation=observation,
            view=view,
            greetings=greetings,
        )
    )
