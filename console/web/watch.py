"""One pair of eyes for all viewers of a process: who follows an operation waits here instead of asking the database.

While somebody follows something, one task reads the heads of the followed operations a few times a second, and what was
written to them since, once for everybody; a viewer that waits holds neither a thread nor a database connection.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.utils import timezone

from console.models import Operation
from console.web import journal

PAUSE = 0.25
"""Seconds between two looks: half of what a line may take from the database to the screen."""

KEPT = 2000
"""So many of the newest lines of an operation are kept for those who follow it."""

SHOWN = (
    "steps_done",
    "current_step",
    "stop_requested_at",
    "outage_started_at",
    "outage_ended_at",
    "acknowledged_at",
    "assigned_to_name",
    "waiting_step",
    "waits_for",
    "looked_at",
)

P = ParamSpec("P")
T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")


@dataclass(frozen=True)
class Head:
    """What changes about an operation, apart from its lines."""

    last_seq: int
    status: str
    facts: tuple[Any, ...]
    """Everything else that the page shows; only compared."""

    @property
    def open(self) -> bool:
        """Whether anything may still come of it: a procedure that rests goes on some day."""
        return self.status not in Operation.ENDED

    def stands_like(self, other: "Head | None") -> bool:
        """Whether nothing but lines came between the two."""
        return other is not None and (self.status, self.facts) == (other.status, other.facts)


@dataclass
class Tail:
    """The newest lines of an operation, as JSON, in their order and without a gap."""

    before: int
    """The number of the line before the first one that is kept."""
    lines: list[str] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The number of the last line."""
        return self.before + len(self.lines)

    def after(self, place: int) -> list[str] | None:
        """The lines after that number, at most `journal.BATCH`; None when they are not kept (any more)."""
        if not self.before <= place < self.last:
            return None
        first = place - self.before
        return self.lines[first : first + journal.BATCH]

    def grown(self, head: Head, found: list[str]) -> "Tail":
        """This one with the lines `found` after it; an empty one at `head` when those are not all there are."""
        if self.last + len(found) < head.last_seq:
            return Tail(head.last_seq)
        lines = self.lines + found
        cut = max(0, len(lines) - KEPT)
        return Tail(self.before + cut, lines[cut:])


async def read(ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Ask the database from a thread that gives its connection back at once."""

    def asked() -> T:
        try:
            return ask(*args, **kwargs)
        finally:
            close_old_connections()

    return await sync_to_async(asked, thread_sensitive=False, executor=_threads)()


def heads(operations: Collection[int]) -> dict[int, Head]:
    """The heads of the operations that there are."""
    found = Operation.objects.filter(pk__in=operations)
    rows = found.values_list("pk", "last_seq", "status", "lease_until", *SHOWN)
    now = timezone.now()
    return {pk: Head(seq, status, (lease is None or lease > now, *facts)) for pk, seq, status, lease, *facts in rows}


def look(operations: Collection[int], tails: Mapping[int, Tail]) -> tuple[dict[int, Head], dict[int, Tail]]:
    """The heads of the operations, and their tails with the lines that were written since `tails` were read."""
    found = heads(operations)
    grown: dict[int, Tail] = {}
    for pk, head in found.items():
        tail = tails.get(pk) or Tail(head.last_seq)
        new = journal.after(pk, tail.last, KEPT) if head.last_seq > tail.last else []
        grown[pk] = tail.grown(head, [journal.as_text(line) for line in new]) if new else tail
    return found, grown


@dataclass
class Watch:
    """The followed operations of one event loop."""

    followers: dict[int, int] = field(default_factory=dict)
    known: dict[int, Head] = field(default_factory=dict)
    tails: dict[int, Tail] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None

    def join(self, operation: int) -> None:
        """Begin to follow."""
        self.followers[operation] = self.followers.get(operation, 0) + 1
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self._look())

    def leave(self, operation: int) -> None:
        """Follow no more."""
        self.followers[operation] -= 1
        if not self.followers[operation]:
            del self.followers[operation]
            self.known.pop(operation, None)
            self.tails.pop(operation, None)

    async def lines(self, operation: int, place: int) -> tuple[list[str], int]:
        """The lines after that number as JSON, at most `journal.BATCH`, and the number of the last of them.

        What everybody waits for was read once for all; who comes from further back reads it alone.
        """
        kept = self.tails[operation].after(place) if operation in self.tails else None
        if kept is not None:
            return kept, place + len(kept)
        found = await read(journal.after, operation, place)
        return [journal.as_text(line) for line in found], found[-1].seq if found else place

    async def changed(self, operation: int, seen: Head | None, within: float) -> Head | None:
        """The operation's head as soon as it is not `seen`; `seen` itself when nothing happens `within` seconds."""
        try:
            async with asyncio.timeout(within), self.news:
                await self.news.wait_for(lambda: self.known.get(operation, seen) != seen)
        except TimeoutError:
            return seen
        return self.known[operation]

    async def _look(self) -> None:
        while self.followers:
            try:
                found, grown = await read(look, tuple(self.followers), dict(self.tails))
            except Exception:
                # A database that is away for a moment: viewers keep their place, and are told by the beat's absence.
                found, grown = {}, {}
            async with self.news:
                self.tails |= {pk: tail for pk, tail in grown.items() if pk in self.followers}
                self.known |= {pk: head for pk, head in found.items() if pk in self.followers}
                self.news.notify_all()
            await asyncio.sleep(PAUSE)


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


def watch() -> Watch:
    """The watch of the running event loop."""
    return _watches.setdefault(asyncio.get_running_loop(), Watch())
