"""A cluster as one line of the overview and one tile of the wall: what it is, what is wrong with it, in which order."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _

from console.domain.readiness import Readiness, State
from console.services import readiness
from console.web import spans
from console.web.cards import ClusterCard
from console.web.overview_cells import Cells, cells_of, facts_of
from console.web.overview_text import AGE, Showing, Told, text_of

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

_BADGES: dict[tuple[bool, str, str, str | None], SafeString] = {}


class Counted(NamedTuple):
    """What is counted of a cluster; hundreds of them have few different ones."""

    mail: str
    """The tone of its mail."""
    running: bool
    resting: bool


class Row:
    """One cluster on the overview. It is the same until `version` changes, and rendered once in each form."""

    def __init__(self, card: ClusterCard, version: str, ready: Readiness | None = None) -> None:
        self.card = card
        self.version = version
        self._ready = ready
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
        tones = {cell.tone for cell in self.cells}
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
    def cells(self) -> Cells:
        """Group, services, address, directory and readiness."""
        return cells_of(self.card, self.readiness)

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
        return readiness.glance(self.card.observation) if self._ready is None else self._ready

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
        times = [str(fact["at"]) for fact in facts_of(self.card.status) if fact.get("at")]
        return min(times, default="")

    @cached_property
    def _read(self) -> datetime | None:
        return spans.moment(self.read_at)

    @property
    def quiet(self) -> bool:
        """Whether nothing is going on with it, so that all that it shows was observed or stands in the inventory."""
        card = self.card
        asked_for = card.operation or card.unacknowledged or card.resting or card.maintenance
        return not (asked_for or card.alarms or card.unseen or card.rest)

    def told(self) -> Told:
        """Everything that it shows and that was observed or stands in the inventory, for who asks now."""
        card, cluster = self.card, self.card.cluster
        return Told(
            pk=self.pk,
            name=self.name,
            site=self.site,
            generation=cluster.generation,
            group=cluster.group,
            floating_ip=cluster.floating_ip,
            address=self.address,
            text=self.text,
            states=self.states,
            order=self.order,
            news=self.news,
            mail_tone=self.mail_tone,
            mail=self.mail,
            why=self.why,
            alarms=tuple(map(str, card.status.get("alarms", ()))),
            active=card.active,
            pair=tuple(self.pair),
            cells=self.cells,
            stale=card.stale,
            stale_after=spans.stale_after(),
            read=bool(self.read_at),
        )

    def render(self, form: str) -> SafeString:
        """The row as HTML in one of `FORMS`, with its age as of now."""
        return SafeString(self.shown(Showing.now(form)))

    def shown(self, to: Showing) -> str:
        """The same as text, for many rows that are shown together."""
        text = self._rendered.get(to.key)
        if text is None:
            text = self._rendered[to.key] = self._text(to.form)
        return text.replace(AGE, to.age_of(self._read))

    def kept(self, key: tuple[str, str | None], make: Callable[[], str]) -> str:
        """A text about it that is made once; `key` names what it is and its language."""
        if key not in self._rendered:
            self._rendered[key] = make()
        return self._rendered[key]

    def _text(self, form: str) -> str:
        return text_of(form, self.told(), None if self.quiet else self.card, self.version, self.read_at)
