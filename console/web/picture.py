"""What the picture of a pair shows: the last observation, and over it what an operation is moving right now."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from console.domain.plan import Plan
from console.models import Node
from console.web.cards import ClusterCard
from console.web.drawing import Part, Picture, Server
from console.web.progress import StepRow, standing
from console.web.tones import tone_now, worst

STAGE_OF = {
    "service.stop": "stop",
    "partition.free": "stop",
    "group.move": "group",
    "group.move-back": "group",
    "group.start": "group",
    "group.carry": "group",
    "group.bring-online": "group",
    "hand-over": "group",
    "hand-over.dead": "group",
    "hand-over.back": "group",
    "service.start": "start",
    "services.run": "start",
    "bring-up": "start",
    "resources.online": "start",
    "stores.mounted": "start",
}
"""What a step of that kind moves; every kind that begins with `directory.` moves the directory."""
OVER = ("done", "already", "skipped")
WORST_STATES = ("uncertain", "failed", "running")
UNKNOWN = Part("unknown", "unknown")

Stages = Mapping[str, str]


def picture_of(card: ClusterCard) -> Picture | None:
    """What is drawn of the cluster; None for one that has no two nodes in the inventory."""
    if len(card.nodes) != 2:
        return None
    seen = observed(card)
    operation = card.operation
    if operation is None or not operation.open or not operation.plan.body:
        return seen
    rows = standing(operation, Plan.from_json(operation.plan.body)).rows
    return moved(seen, stages(rows), operation.source, operation.target)


def observed(card: ClusterCard) -> Picture:
    """The cluster as it was seen last."""
    status = card.status
    group: Mapping[str, Any] = status.get("group", {})
    directory: Mapping[str, Any] = status.get("directory", {})
    value = str(directory.get("value", "unknown"))
    carried = directory.get("tone") == "idle"
    active = card.active
    return Picture(
        servers=tuple(_server(card, node) for node in card.nodes),
        group=card.cluster.group,
        group_state=Part(str(group.get("value", "unknown")).removesuffix(f" on {active}"), tone_now(group)),
        group_at=active,
        partition=_partition(card),
        address=_address(card),
        directory=Part(value, tone_now(directory)),
        directory_names="" if carried else value.removeprefix("names "),
        carried=carried,
    )


def stages(rows: tuple[StepRow, ...]) -> dict[str, str]:
    """How far each thing is that the steps move: `waiting`, `running`, `done`, `failed` or `uncertain`.

    What no step moves is not there.
    """
    states: dict[str, list[str]] = {}
    for row in rows:
        stage = "directory" if row.step.kind.startswith("directory.") else STAGE_OF.get(row.step.kind, "")
        if stage:
            states.setdefault(stage, []).append(row.state)
    return {stage: _together(of) for stage, of in states.items()}


def moved(seen: Picture, how: Stages, source: str, target: str) -> Picture:
    """`seen` with everything where the steps have brought it: nothing of it is proved before the end."""
    group, directory = how.get("group", ""), how.get("directory", "")
    stop = how.get("stop", group)
    servers = tuple(_on_the_way(one, how.get("start", ""), stop, source, target) for one in seen.servers)
    drawn = replace(seen, servers=servers)
    if group in (*WORST_STATES, "done"):
        drawn = replace(drawn, partition=_with_the_group(seen.partition), address=_with_the_group(seen.address))
    if group in WORST_STATES:
        drawn = replace(drawn, group_state=_as_it_goes(group, "moving"), heading=target)
    elif group == "done":
        drawn = replace(drawn, group_state=Part("moved, not proved yet", "running"), group_at=target)
    if directory in WORST_STATES:
        drawn = replace(drawn, directory=_as_it_goes(directory, f"to {target}"), turning=target)
    elif directory == "done":
        drawn = replace(drawn, directory=Part(f"names {target}", "running"), directory_names=target)
    return drawn


def _on_the_way(server: Server, start: str, stop: str, source: str, target: str) -> Server:
    """The server with its services as the steps have left them."""
    name = server.name.casefold()
    if name == source.casefold() and stop in (*WORST_STATES, "done"):
        services = Part("stopped", "idle") if stop == "done" else _as_it_goes(stop, "stopping")
        return replace(server, state=Part("gives the group away", "running"), services=services)
    if name == target.casefold() and start in (*WORST_STATES, "done"):
        words = "started" if start == "done" else "starting"
        return replace(server, state=Part("takes the group", "running"), services=_as_it_goes(start, words))
    return server


def _as_it_goes(state: str, words: str) -> Part:
    tones = {"failed": Part(f"{words}: failed", "bad"), "uncertain": Part(f"{words}: in doubt", "unknown")}
    return tones.get(state, Part(words, "running"))


def _with_the_group(part: Part) -> Part:
    """What moves with the group; how it stands is told when the move is over."""
    return Part(f"{part.words.split()[0]} with the group", "running")


def _together(states: list[str]) -> str:
    for state in WORST_STATES:
        if state in states:
            return state
    if all(state in OVER for state in states):
        return "done"
    return "running" if any(state in OVER for state in states) else "waiting"


def _server(card: ClusterCard, node: Node) -> Server:
    """A node with its part by the last observation; who was active when that is old is not said to be so now."""
    services = fact_of(card, node.name, "services")
    state = Part("not known if active", "unknown")
    if card.active:
        mine = card.active.casefold() == node.name.casefold()
        state = Part("active", "active") if mine else Part("passive", "idle")
        if card.stale:
            state = Part(f"was {state.words}", "stale")
    return Server(node.name, node.role, state, Part(str(services.get("value", "unknown")), tone_now(services)))


def fact_of(card: ClusterCard, node: str, key: str) -> Mapping[str, Any]:
    """What was seen of that kind on a node; empty when nothing was."""
    for one in card.status.get("nodes", ()):
        if str(one["name"]).casefold() == node.casefold():
            return next((fact for fact in one["facts"] if fact["key"] == key), {})
    return {}


def _partition(card: ClusterCard) -> Part:
    fact = fact_of(card, card.active, "partition") if card.active else {}
    if not fact:
        return Part(f"{card.cluster.partition} unknown")
    return Part(f"{card.cluster.partition} {fact['value']}", tone_now(fact))


def _address(card: ClusterCard) -> Part:
    """The floating IP with what greets there."""
    answers = card.status.get("greetings", ())
    if not answers:
        return Part(f"{card.cluster.floating_ip}: unknown")
    silent = [str(fact["label"]) for fact in answers if fact.get("tone") != "good"]
    said = f"no {', '.join(silent)}" if silent else "answers"
    return Part(f"{card.cluster.floating_ip} {said}", worst(tone_now(fact) for fact in answers))
