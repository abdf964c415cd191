"""Write rates: the console against ldapmodify, on one server, over one line, in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.limits import Limits
from console.domain.directory import EntryChange
from console.domain.ports import DirectorySession
from console.domain.secrets import Secret
from console.domain.topology import Cluster, Credential, Directory, Node
from console.lab.directory import Forest
from tests.benchmarks import figures, ours, tools
from tests.benchmarks.figures import say


class WallClock:
    """The time as it is."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class Field:
    """A directory to measure on: where it is, how the tools reach it, and which server it names now."""

    forest: Forest
    directory: Directory
    access: tools.Access
    folder: Path
    wrap: ours.Wrap
    near: int = 0
    """The server's own port, without the slow line before it."""
    here: str = field(init=False)

    def __post_init__(self) -> None:
        self.here = self.forest.clusters[0].primary
        self.receipts = ours.Receipts(self.folder / "receipts.sqlite3")

    @property
    def cluster(self) -> Cluster:
        return cluster_of(self.forest, self.directory)

    @property
    def there(self) -> str:
        """The server that the next switch goes to."""
        defined = self.forest.clusters[0]
        return defined.standby if self.here == defined.primary else defined.primary

    @contextmanager
    def session(self, limits: Limits | None = None) -> Iterator[DirectorySession]:
        with LdapDirectories(WallClock(), limits).open(self.directory) as session:
            yield self.wrap(session)

    def todo(self) -> list[EntryChange]:
        """What the next switch changes."""
        with self.session() as session:
            return ours.differences(session, self.cluster, self.there)

    def by_tool(self, text: Callable[[EntryChange], str], side_by_side: int, changes: Sequence[EntryChange]) -> float:
        """Mailboxes a second by ldapmodify."""
        texts = ["".join(map(text, share)) for share in tools.shares(changes, side_by_side)]
        return len(changes) / tools.ldapmodify(self.access, texts, self.folder)

    def by_console(self, planned: frozenset[str], limits: Limits | None = None, **how: Any) -> ours.Timing:
        """A whole switch to the other server."""
        with self.session(limits) as session:
            timing = ours.switch(session, self.cluster, self.there, receipts=self.receipts, planned=planned, **how)
        self.here = self.there
        return timing


def cluster_of(forest: Forest, directory: Directory) -> Cluster:
    """The forest's cluster as the inventory knows it; its nodes are not spoken to."""
    defined = forest.clusters[0]
    unused = Credential("nodes", "Administrator", Secret("unused"))
    primary, standby = (
        Node(name, "127.0.0.1", 5985, "http", "ntlm", unused) for name in (defined.primary, defined.standby)
    )
    return Cluster(
        id=1,
        name=defined.name,
        driver="expresscluster",
        generation=defined.generation,
        group="EXCHANGE",
        floating_ip="127.0.0.2",
        partition="X:",
        primary=primary,
        standby=standby,
        directory=directory,
        site="here",
        primary_server=defined.primary,
        standby_server=defined.standby,
    )


ONE_BY_ONE, CEILING, WIDER, CONSOLE = "(a) script", "(b) 4 × ldapmodify", "(c) 16 × ldapmodify", "console"


def compare(place: Field, runs: int, *, scripted: int) -> None:
    """All sides in turns, `runs` times, on the same mailboxes; (a) writes only `scripted` of them each time.

    A server grows slower with what has been written to it, so each run begins with another side: over four runs
    every side has had every place.
    """
    rates: dict[str, list[float]] = {name: [] for name in (ONE_BY_ONE, CEILING, WIDER, CONSOLE)}
    whole: list[float] = []
    with place.session() as session:
        planned = ours.members(session, place.cluster)

    def console() -> float:
        timing = place.by_console(planned)
        whole.append(timing.whole)
        return len(planned) / timing.writing

    sides: list[tuple[str, Callable[[], float]]] = [
        (CEILING, lambda: _by_tool(place, 4)),
        (WIDER, lambda: _by_tool(place, 16)),
        (ONE_BY_ONE, lambda: _by_script(place, scripted)),
        (CONSOLE, console),
    ]
    for number in range(runs):
        turn = number % len(sides)
        for name, measure in (*sides[turn:], *sides[:turn]):
            rates[name].append(measure())
        say(
            f"  run {number + 1} of {runs}: " + ", ".join(f"{name} {found[-1]:,.0f}/s" for name, found in rates.items())
        )
    _show(rates, whole, len(planned), scripted)


def _by_tool(place: Field, side_by_side: int) -> float:
    rate = place.by_tool(tools.one_write, side_by_side, place.todo())
    place.here = place.there
    return rate


def _by_script(place: Field, scripted: int) -> float:
    """The printed script's pattern on the first mailboxes; the rest follows outside of the clock."""
    rate = place.by_tool(tools.three_writes, 1, place.todo()[:scripted])
    place.by_tool(tools.one_write, 16, place.todo())
    place.here = place.there
    return rate


def _show(rates: dict[str, list[float]], whole: list[float], count: int, scripted: int) -> None:
    rows = [("side", "mailboxes a second (min / median / max)", "console ÷ this")]
    rows += [(name, figures.spread(found), figures.ratio(rates[CONSOLE], found)) for name, found in rates.items()]
    figures.table(f"Write phase, {count:,} mailboxes; (a) measured on {scripted:,} of them", rows)
    share = statistics.median(whole)
    say(f"  The console's whole switch (read, compare, write, receipts, read back): {figures.spread(whole, 's', 1)};")
    say(f"  that is {count / share:,.0f} mailboxes a second from the first question to the last proof.")


def windows(place: Field, choices: Sequence[tuple[int, int]], runs: int) -> None:
    """The console's write phase for several numbers of connections and windows."""
    with place.session() as session:
        planned = ours.members(session, place.cluster)
    found: dict[tuple[int, int], list[float]] = {choice: [] for choice in choices}
    for _ in range(runs):
        for connections, window in choices:
            timing = place.by_console(planned, Limits(connections=connections), window=window)
            found[connections, window].append(len(planned) / timing.writing)
    rows = [("connections", "in flight", "mailboxes a second (min / median / max)")]
    rows += [(str(c), str(w), figures.spread(rate)) for (c, w), rate in found.items()]
    figures.table("The console with other windows", rows)
