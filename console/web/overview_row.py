"""A cluster as one line of the overview and one tile of the wall: what it is, what is wrong with it, in which order."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _

from console.domain.checks import Verdict
from console.domain.readiness import Readiness, State
from console.services import readiness
from console.web import spans
from console.web.cards import ClusterCard
from console.web.phrases import said
from console.web.picture import fact_of
from console.web.tones import tone_now, worst
from console.web.whole_names import unbroken

STATES = {
    "down": _("mail down"),
    "look": _("needs a person"),
    "unknown": _("unknown or stale"),
    "trouble": _("trouble"),
    "running": _("operation running"),
    "new": _("to be set up"),
    "fine": _("fine"),
}
"""What a cluster may be, the worst first: the order of the overview, and what it can be filtered by."""
RANKS = {state: rank for rank, state in enumerate(STATES)}
READY_RANKS = {state: rank for rank, state in enumerate((State.NOT_READY, State.UNKNOWN, State.ASKS, State.READY))}
FORMS = {"line": "clusters/_line.html", "tile": "wall/_tile.html"}
"""The template of each form that a row has."""
SIGNS = ("good", "warn", "bad", "unknown", "stale", "idle", "running", "active")
"""What the sprite of a page with rows has to have."""
MOST_REASONS = 3
"""So many reasons stand in the readiness's tooltip; the cluster's own page has all of them."""
AGE = "\x00age\x00"
"""Stands in a row that is kept for what differs each time that it is shown."""

_BADGES: dict[tuple[bool, str, str, str | None], SafeString] = {}


@lru_cache(maxsize=32)
def sign(tone: str) -> SafeString:
    """The tone's sign of the page's sprite, for a place where the word follows."""
    text = '<svg class="icon sign tone-{0}" aria-hidden="true"><use href="#sign-{0}"/></svg>'
    return format_html(text, tone if tone in SIGNS else "unknown")


@dataclass(frozen=True)
class Cell:
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


@dataclass(frozen=True)
class Showing:
    """Rows that are shown together: in which form and language, and when."""

    form: str
    language: str | None
    at: datetime
    _ages: dict[int, str] = field(default_factory=dict)

    @classmethod
    def now(cls, form: str) -> "Showing":
        """For who asks now, in their language."""
        return cls(form, get_language(), timezone.now())

    def age_of(self, read: datetime | None) -> str:
        """How long ago that was; hundreds of rows have few different ages."""
        if read is None:
            return spans.ago(None)
        seconds = max(0, int((self.at - read).total_seconds()))
        if seconds not in self._ages:
            self._ages[seconds] = spans.ago(seconds)
        return self._ages[seconds]


class Counted(NamedTuple):
    """What is counted of a cluster; hundreds of them have few different ones."""

    mail: str
    """The tone of its mail."""
    running: bool
    resting: bool


class Row:
    """One cluster on the overview. It is the same until `version` changes, and rendered once in each form."""

    def __init__(self, card: ClusterCard, version: str) -> None:
        self.card = card
        self.version = version
        self._rendered: dict[tuple[str, str | None], str] = {}

    @cached_property
    def pk(self) -> int:
        """The cluster's."""
        return self.card.cluster.pk

    @property
    def name(self) -> str:
        """The cluster's."""
        return self.card.cluster.name

    @cached_property
    def site(self) -> str:
        """The name of its site."""
        return self.card.cluster.site.name

    @cached_property
    def news(self) -> bool:
        """Whether something of it stands among what needs a person."""
        return bool(self.card.alarms or self.card.unseen or self.card.rest)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Everything that it is, the worst first; never empty."""
        card = self.card
        tones = {cell.tone for cell in self.cells.values()}
        found = {
            "down": self.mail_tone == "bad",
            "look": bool(card.unseen or card.unacknowledged or any(not one.quiet for one in card.alarms_shown)),
            "unknown": self.mail_tone in ("unknown", "stale") or bool(tones & {"unknown", "stale"}),
            "trouble": bool(card.status.get("alarms")) or bool(tones & {"bad", "warn"}),
            "running": card.operation is not None,
            "new": self.mail_tone == "idle",
        }
        if found["new"]:  # of a pair without Exchange most is unknown or missing, as it should be
            found["unknown"] = found["trouble"] = False
        return tuple(state for state, holds in found.items() if holds) or ("fine",)

    @property
    def state(self) -> str:
        """The worst of them."""
        return self.states[0]

    @cached_property
    def mail_tone(self) -> str:
        """The tone of the cluster's mail."""
        return self.card.mail_tone

    @cached_property
    def counted(self) -> Counted:
        """What it adds to the sums of the overview."""
        return Counted(self.mail_tone, self.card.operation is not None, self.card.resting is not None)

    @cached_property
    def order(self) -> tuple[int, str]:
        """Where it stands: problems first, then by name."""
        return RANKS[self.state], self.name.casefold()

    @property
    def why(self) -> str:
        """What is the matter with its mail, without what the line says beside it anyway; empty where nothing is."""
        if self.card.observation is None:
            return "Not observed yet."
        if self.mail_tone not in ("bad", "unknown", "idle"):
            return ""
        text = self.card.headline.removesuffix(f" The group is on {self.card.active}.").removeprefix("Mail is down: ")
        return f"Last seen: {text}" if self.card.stale else text

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Group, services, address, directory and readiness."""
        card, status = self.card, self.card.status
        services = fact_of(card, card.active, "services") if card.active else {}
        return {
            "group": _cell(status.get("group", {}), f" on {card.active}"),
            "services": _cell(services, " running"),
            "address": _address(card),
            "directory": _directory(status.get("directory", {})),
            "readiness": _readiness(self),
        }

    @cached_property
    def ready_order(self) -> tuple[int, int, str]:
        """Where it stands among others by readiness: the least ready first, then by name."""
        return READY_RANKS[self.readiness.state], self.readiness.score or 0, self.name

    @property
    def address(self) -> str:
        """Of the cluster's page."""
        return reverse("cluster", args=[self.name])

    @property
    def mail(self) -> SafeString:
        """How its mail is, as a badge; there are only a few of them, and hundreds of rows."""
        key = self.card.observation is None, self.mail_tone, self.card.mail, get_language()
        if key not in _BADGES:
            _BADGES[key] = SafeString(get_template("parts/mail.html").render({"card": self.card}))
        return _BADGES[key]

    @cached_property
    def pair(self) -> list[tuple[str, str]]:
        """The nodes' names, and of each whether it is active, passive or unknown."""
        active = self.card.active.casefold()
        here = {True: "active", False: "passive" if active else "unknown"}
        return [(node.name, here[bool(active) and node.name.casefold() == active]) for node in self.card.nodes]

    @cached_property
    def readiness(self) -> Readiness:
        """How ready it was for a failover when it was observed; of its marks those that are not in order."""
        return readiness.glance(self.card.observation)

    @cached_property
    def text(self) -> str:
        """What the filter looks for words in."""
        card = self.card
        cluster = card.cluster
        names = [node.name for node in card.nodes]
        return " ".join([cluster.name, cluster.site.name, cluster.generation, cluster.floating_ip, *names]).casefold()

    @cached_property
    def read_at(self) -> str:
        """When the oldest of its facts was read; empty for a cluster that was never observed."""
        facts = [*_facts(self.card.status)]
        return min((str(fact["at"]) for fact in facts if fact.get("at")), default="")

    @cached_property
    def _read(self) -> datetime | None:
        return spans.moment(self.read_at)

    @property
    def stale_after(self) -> int:
        """Seconds after which its facts are too old."""
        return spans.stale_after()

    def render(self, form: str) -> SafeString:
        """The row as HTML in one of `FORMS`, with its age as of now."""
        return SafeString(self.shown(Showing.now(form)))

    def shown(self, to: Showing) -> str:
        """The same as text, for many rows that are shown together."""
        text = self.kept((to.form, to.language), lambda: self._made(to.form))
        return text.replace(AGE, to.age_of(self._read))

    def kept(self, key: tuple[str, str | None], make: Callable[[], str]) -> str:
        """A text about it that is made once; `key` names what it is and its language."""
        if key not in self._rendered:
            self._rendered[key] = make()
        return self._rendered[key]

    def _made(self, form: str) -> str:
        context = {"row": self, "card": self.card, "cells": self.cells, "age": AGE}
        context |= {"stale": self.card.stale, "signs": {name: sign(name) for name in ("active", "unknown")}}
        return get_template(FORMS[form]).render(context)


def _facts(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
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


def _readiness(row: Row) -> Cell:
    """How ready it was for a failover when it was observed; what could not be checked is unknown, not good."""
    card, now = row.card, row.readiness
    worst_first = [f"{mark.check.title}: {mark.check.reason}" for mark in now.reasons[:MOST_REASONS]]
    title = " ".join(["Nothing could be checked." if now.score is None else f"{now.score} of 100.", *worst_first])
    of_verdict = Counter(mark.check.verdict for mark in now.marks)
    if card.stale and now.state is not State.UNKNOWN:
        return Cell(f"{now.score} then", "stale", title)
    match now.state:
        case State.READY:
            return Cell(f"ready, {now.score}", "warn" if now.reasons else "good", title)
        case State.ASKS:
            return Cell(f"{of_verdict[Verdict.UNKNOWN]} unknown", "unknown", title)
        case State.NOT_READY:
            return Cell(f"{of_verdict[Verdict.FAIL]} in the way", "bad", title)
    return Cell("unknown", "unknown", title)
