"""Servers against what runs on them: one column for each node, one line for each thing, one cell for how it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from console.web.cards import ClusterCard
from console.web.picture import fact_of
from console.web.tones import tone_now

OF_NODES = (("reach", "WinRM"), ("engine", "Cluster service"), ("services", "Services"), ("partition", "Partition"))


@dataclass(frozen=True)
class Cell:
    """How one thing stands on one server; `at` is when that was read."""

    words: str
    tone: str
    at: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Line:
    """One thing with its cells, in the order of the nodes."""

    name: str
    kind: str
    cells: tuple[Cell, ...]


def matrix(card: ClusterCard) -> tuple[Line, ...]:
    """The lines of the cluster's matrix: what is asked of each node, then the group with each of its resources."""
    return (*_of_nodes(card), *_of_the_group(card))


def _of_nodes(card: ClusterCard) -> Iterator[Line]:
    for key, title in OF_NODES:
        facts = [fact_of(card, node.name, key) for node in card.nodes]
        label = next((str(fact["label"]) for fact in facts if fact), title)
        yield Line(label, "node", tuple(_seen(fact) for fact in facts))


def _of_the_group(card: ClusterCard) -> Iterator[Line]:
    group = card.status.get("group", {})
    yield Line(f"Group {card.cluster.group}", "group", _placed(card, group))
    for fact in card.status.get("resources", ()):
        yield Line(str(fact["label"]), str(fact.get("detail") or "unknown"), _placed(card, fact))


def _placed(card: ClusterCard, fact: Mapping[str, Any]) -> tuple[Cell, ...]:
    """What only one node can have: there as it stands, on the other one not; unknown on both where nobody knows."""
    at = str(fact.get("at", ""))
    words = str(fact.get("value", "unknown")).removesuffix(f" on {card.active}")
    here = Cell(words, tone_now(fact), at)
    if not card.active:
        return tuple(Cell("unknown" if fact.get("tone") == "unknown" else words, "unknown", at) for _ in card.nodes)
    elsewhere = Cell("elsewhere", "stale" if card.stale else "idle", at)
    return tuple(here if node.name.casefold() == card.active.casefold() else elsewhere for node in card.nodes)


def _seen(fact: Mapping[str, Any]) -> Cell:
    if not fact:
        return Cell("never read", "unknown")
    return Cell(str(fact["value"]), tone_now(fact), str(fact["at"]), str(fact.get("detail", "")))
