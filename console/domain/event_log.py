"""Windows' event logs of a node: asked over WMI, read, gathered, and taken as harmless or not by rules."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from console.domain.errors import ChangeoverError
from console.domain.observe import CLOCK
from console.domain.ports import Argv, Clock, NodeSession
from console.domain.products import EventRule
from console.domain.readings import node_clock, read_blocks
from console.domain.readings.event_log import PROPERTIES, Event, read_events

KINDS = {1: "error", 2: "warning"}
"""What is read, by WMI's number of it (EventType); information is left out unless a source is asked for."""
LOGS = ("Application", "System")
KEPT = 100
"""How many different events of one reading are kept, the newest of them."""


@dataclass(frozen=True)
class Occurrence:
    """Equal events, gathered: how often, and when by our clock for the first and the last time."""

    log: str
    source: str
    code: int
    kind: str
    message: str
    count: int
    first: str
    last: str
    """ISO times."""

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Occurrence":
        """From its plain JSON values."""
        return cls(**raw)


@dataclass(frozen=True)
class LogReading:
    """What a node's event logs hold since a moment, or why they could not be read."""

    node: str
    occurrences: tuple[Occurrence, ...] = ()
    more: int = 0
    """How many further different events were left out."""
    unknown: str = ""

    def to_json(self) -> list[dict[str, Any]]:
        """The occurrences as plain JSON values."""
        return [asdict(occurrence) for occurrence in self.occurrences]


@dataclass(frozen=True)
class Judged:
    """An occurrence with the rule that it falls under, if there is one."""

    occurrence: Occurrence
    rule: EventRule | None

    @property
    def benign(self) -> bool:
        """Whether it is folded away."""
        return self.rule is not None and self.rule.benign


def question(since: datetime, sources: Sequence[str] = ()) -> Argv:
    """The command that lists errors and warnings of both logs since that moment of the node's own clock.

    With `sources` it is whatever those have entered, information as well.
    """
    logs = " or ".join(f"Logfile='{name}'" for name in LOGS)
    kinds = " or ".join(f"EventType={number}" for number in KINDS)
    moment = since.astimezone(UTC).strftime("%Y%m%d%H%M%S.%f+000")
    named = " or ".join(f"SourceName='{source}'" for source in sources)
    where = f"({logs}) and ({named or kinds}) and TimeGenerated>='{moment}'"
    return ("wmic", "path", "Win32_NTLogEvent", "where", where, "get", ",".join(PROPERTIES), "/value")


def read_logs(
    session: NodeSession, clock: Clock, since: datetime, *, within: float, sources: Sequence[str] = ()
) -> LogReading:
    """The events of the session's node since `since` by our clock. Reads only, and never raises for the node.

    Errors and warnings, or with `sources` all that those have entered.

    The node's clock is asked first, so that one that is off neither hides events nor moves them.
    """
    name = session.node.name
    try:
        (told,) = session.batch([CLOCK], within=within)
        ahead = node_clock(read_blocks(told)) - clock.now()
        (listed,) = session.batch([question(since + ahead, sources)], within=within)
        gathered = _gathered(read_events(listed), ahead)
    except ChangeoverError as error:
        return LogReading(name, unknown=error.told)
    return LogReading(name, tuple(gathered[:KEPT]), max(0, len(gathered) - KEPT))


def _gathered(events: Iterable[Event], ahead: timedelta) -> list[Occurrence]:
    """Equal events as one, the latest first, with times by our clock."""
    found: dict[tuple[str, str, int, int, str], list[datetime]] = {}
    for event in events:
        key = (event.log, event.source, event.code, event.kind, event.message)
        found.setdefault(key, []).append((event.at - ahead).astimezone(UTC))
    gathered = [
        Occurrence(log, source, code, KINDS.get(kind, str(kind)), message, len(times), *_ends(times))
        for (log, source, code, kind, message), times in found.items()
    ]
    return sorted(gathered, key=lambda occurrence: occurrence.last, reverse=True)


def _ends(times: list[datetime]) -> tuple[str, str]:
    return min(times).isoformat(), max(times).isoformat()


def judge(
    occurrences: Iterable[Occurrence], rules: Iterable[EventRule], away: Callable[[datetime], bool]
) -> tuple[Judged, ...]:
    """Each occurrence with the first rule that fits; `away` tells whether the node lacked the group at a moment."""
    rules = tuple(rules)
    return tuple(Judged(o, next((rule for rule in rules if _fits(rule, o, away)), None)) for o in occurrences)


def _fits(rule: EventRule, occurrence: Occurrence, away: Callable[[datetime], bool]) -> bool:
    if occurrence.source.casefold() not in {source.casefold() for source in rule.sources}:
        return False
    if rule.codes and occurrence.code not in rule.codes:
        return False
    message = occurrence.message.casefold()
    if not all(text.casefold() in message for text in rule.mentions):
        return False
    moments = (datetime.fromisoformat(occurrence.first), datetime.fromisoformat(occurrence.last))
    return not rule.only_away or all(away(moment) for moment in moments)
