"""The facts of a cluster as the cells of its row: a few words each, a tone, and the whole of it for who asks."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.domain.checks import Verdict
from console.domain.readiness import Readiness, State
from console.web.cards import ClusterCard
from console.web.phrases import said
from console.web.picture import fact_of
from console.web.tones import tone_now, worst
from console.web.whole_names import unbroken

SIGNS = ("good", "warn", "bad", "unknown", "stale", "idle", "running", "active")
"""What the sprite of a page with rows has to have."""
MOST_REASONS = 3
"""So many reasons stand in the readiness's tooltip; the cluster's own page has all of them."""


@lru_cache(maxsize=32)
def sign(tone: str) -> SafeString:
    """The tone's sign of the page's sprite, for a place where the word follows."""
    text = '<svg class="icon sign tone-{0}" aria-hidden="true"><use href="#sign-{0}"/></svg>'
    return format_html(text, tone if tone in SIGNS else "unknown")


class Cell(NamedTuple):
    """One fact: a few words, a tone, and the whole of it for who asks."""

    words: str
    tone: str
    title: str = ""

    @property
    def said(self) -> str:
        """The tone for who does not see it; empty where there is nothing to say of it."""
        return "" if self.tone in ("good", "idle") else f" ({said(self.tone)})"

    @property
    def shown(self) -> SafeString:
        """The sign and the words, as every cell of a line has them."""
        if not self.said:
            return format_html("{} {}", sign(self.tone), said(self.words))
        words = unbroken(said(self.words))
        return format_html('{} {}<span class="visually-hidden">{}</span>', sign(self.tone), words, self.said)


class Cells(NamedTuple):
    """What the row of a cluster says of it."""

    group: Cell
    services: Cell
    address: Cell
    directory: Cell
    readiness: Cell


def cells_of(card: ClusterCard, ready: Readiness) -> Cells:
    """The cells of a cluster that is ready like that."""
    status = card.status
    services = fact_of(card, card.active, "services") if card.active else {}
    return Cells(
        _cell(status.get("group", {}), f" on {card.active}"),
        _cell(services, " running"),
        _address(card),
        _directory(status.get("directory", {})),
        _readiness(ready, stale=card.stale),
    )


def facts_of(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every fact of an observation."""
    of_nodes = [fact for node in status.get("nodes", ()) for fact in node["facts"]]
    alone = [status[key] for key in ("group", "directory") if key in status]
    return [*of_nodes, *alone, *status.get("greetings", ()), *status.get("resources", ())]


def _cell(fact: Mapping[str, Any], needless: str) -> Cell:
    """A fact without what the line says beside it anyway."""
    value = str(fact.get("value", "unknown"))
    return Cell(value.removesuffix(needless), tone_now(fact), str(fact.get("detail", "")) or value)


def _address(card: ClusterCard) -> Cell:
    answers = card.status.get("greetings", ())
    if not answers:
        return Cell("unknown", "unknown", "No greeting was asked for.")
    silent = [str(fact["label"]) for fact in answers if fact.get("tone") != "good"]
    title = ", ".join(f"{fact['label']} {fact['value']}" for fact in answers)
    return Cell(f"no {', '.join(silent)}" if silent else "answers", worst(tone_now(f) for f in answers), title)


def _directory(fact: Mapping[str, Any]) -> Cell:
    value, tone = str(fact.get("value", "unknown")), tone_now(fact)
    words = {"good": "agrees", "stale": "agreed", "idle": "moves with it"}.get(tone, value)
    return Cell(words, tone, " ".join(text for text in (value, str(fact.get("detail", ""))) if text))


def _readiness(now: Readiness, *, stale: bool) -> Cell:
    """How ready it was for a failover when it was observed; what could not be checked is unknown, not good."""
    worst_first = [f"{mark.check.title}: {mark.check.reason}" for mark in now.reasons[:MOST_REASONS]]
    title = " ".join(["Nothing could be checked." if now.score is None else f"{now.score} of 100.", *worst_first])
    if stale and now.state is not State.UNKNOWN:
        return Cell(f"{now.score} then", "stale", title)
    match now.state:
        case State.READY:
            return Cell(f"ready, {now.score}", "warn" if now.reasons else "good", title)
        case State.ASKS:
            return Cell(f"{_number(now, Verdict.UNKNOWN)} unknown", "unknown", title)
        case State.NOT_READY:
            return Cell(f"{_number(now, Verdict.FAIL)} in the way", "bad", title)
    return Cell("unknown", "unknown", title)


def _number(now: Readiness, verdict: Verdict) -> int:
    return sum(mark.check.verdict is verdict for mark in now.marks)
