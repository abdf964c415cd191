"""Advice from the guide's notes: which of them a page says, and when; the notes themselves are the catalog's."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from console.domain.preflight.base import Situation
from console.domain.products import Note
from console.domain.topology import GreetingAt

PAGES = ("plan", "operation", "cluster")
SHUTDOWN = 300.0
"""Seconds that the guide gives a shutdown at the least (“Notes”, item 2 of both chapters)."""
WORDS = {"smtp": "SMTP", "pop3": "POP3", "imap": "IMAP4", "http": "OWA"}


@dataclass(frozen=True)
class Circumstances:
    """What the advice depends on. `slowest_stop` is in seconds; None when none was measured."""

    floating_ip: str
    protocols: tuple[str, ...]
    """The protocols that the cluster's clients use, as in its greetings."""
    public_folders: bool
    source: str = ""
    target: str = ""
    back: bool = False
    """Whether the move leads back to the primary."""
    several_groups: bool = False
    slowest_stop: float | None = None

    def words(self) -> Mapping[str, str]:
        """What a note's text is filled in with."""
        return {
            "source": self.source,
            "target": self.target,
            "floating_ip": self.floating_ip,
            "protocols": ", ".join(WORDS.get(name, name.upper()) for name in self.protocols),
            "grace": grace(self.slowest_stop),
        }


CONDITIONS: Mapping[str, tuple[str, Callable[[Circumstances], bool]]] = {
    "always": ("always", lambda _: True),
    "public-folders": ("the servers have public folders", lambda c: c.public_folders),
    "back-with-public-folders": (
        "they have public folders, and the move leads back to the primary",
        lambda c: c.public_folders and c.back,
    ),
    "away-with-public-folders": (
        "they have public folders, and the move leads away from the primary",
        lambda c: c.public_folders and not c.back,
    ),
    "several-groups": ("the cluster has more than one failover group", lambda c: c.several_groups),
}
"""Each condition's name to what it means for a reader, and to the rule itself."""


@dataclass(frozen=True)
class Advice:
    """A piece of advice as a page says it, and the place of the guide that it comes from."""

    key: str
    text: str
    place: str


def advice(notes: Iterable[Note], page: str, now: Circumstances) -> tuple[Advice, ...]:
    """What `page` (one of `PAGES`) says under these circumstances, in the guide's order."""
    told = [note for note in notes if page in note.shown and CONDITIONS[note.when][1](now)]
    return tuple(Advice(note.key, note.text.format_map(now.words()), note.place) for note in told)


def plan_advice(situation: Situation) -> tuple[str, ...]:
    """The sentences for the plan of a move, each with its place in the guide."""
    cluster, view = situation.cluster, situation.view
    views = [seen.engine.value for seen in situation.observation.nodes.values()]
    now = Circumstances(
        floating_ip=cluster.floating_ip,
        protocols=protocols_of(cluster.greetings),
        public_folders=any(store.public for server in (view.primary, view.standby) for store in server.stores),
        source=situation.source,
        target=situation.target,
        back=situation.target == cluster.primary.name,
        several_groups=any(len(view.groups) > 1 for view in views if view is not None),
    )
    told = advice(situation.generation.notes, "plan", now)
    return tuple(f"{piece.text} (Guide: {piece.place}.)" for piece in told)


def protocols_of(greetings: Iterable[GreetingAt]) -> tuple[str, ...]:
    """The protocols among the greetings, each once, in their order."""
    return tuple(dict.fromkeys(at.protocol for at in greetings))


def grace(slowest_stop: float | None) -> str:
    """How long power has to last for a shutdown: the guide's time, or twice what stopping Exchange took if longer."""
    if slowest_stop is None:
        return f"Stopping Exchange was not measured here yet; allow {_minutes(2 * SHUTDOWN)} until it was."
    needed = max(SHUTDOWN, 2 * slowest_stop)
    return f"Stopping Exchange took up to {slowest_stop:.0f} s here; allow at least {_minutes(needed)}."


def _minutes(seconds: float) -> str:
    return f"{ceil(seconds / 60)} minutes"
