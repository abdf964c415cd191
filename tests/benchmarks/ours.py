"""The console's side: the switch as an operation carries it out, with its phases timed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from console.catalog.loader import generation
from console.domain.directory import Controller, EntryChange, Modified
from console.domain.ports import DirectorySession
from console.domain.switch.apply import remaining_differences, switch_mailboxes
from console.domain.switch.differences import mailbox_change
from console.domain.switch.direction import Direction, direction_to
from console.domain.switch.reading import mailboxes, read_directory
from console.domain.topology import Cluster

Wrap = Callable[[DirectorySession], DirectorySession]


class WithoutGuids:
    """A session with a server that is no domain controller.

    It knows no names of the form `<GUID=...>` and no allowedAttributesEffective, and its rootDSE names no domain.
    """

    def __init__(self, session: DirectorySession, base: str) -> None:
        self._session = session
        self._base = base

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def controller(self) -> Controller:
        return Controller("slapd", self._base, f"CN=Configuration,{self._base}", (self._base,), (), False, 0.0)

    def writable(self, _dn: str) -> frozenset[str]:
        return frozenset()

    def bound_as(self) -> tuple[str, bool | None]:
        return "manager", None

    def modify_many(self, changes: Iterable[EntryChange], *, window: int) -> Iterator[tuple[EntryChange, Modified]]:
        return self._session.modify_many((replace(change, guid="") for change in changes), window=window)


@dataclass(frozen=True)
class Timing:
    """Seconds of a switch: all of it, and of that the writing."""

    whole: float
    writing: float


class Receipts:
    """What a worker writes while it switches: a line for each report, each committed to a database of its own."""

    def __init__(self, path: Path) -> None:
        self._store = sqlite3.connect(path)
        self._store.execute("PRAGMA journal_mode=WAL")
        self._store.execute("CREATE TABLE IF NOT EXISTS line (at REAL, text TEXT)")
        self.times: list[float] = []

    def __call__(self, done: int, total: int) -> None:
        with self._store:
            self._store.execute("INSERT INTO line VALUES (?, ?)", (time.time(), f"{done} of {total} mailboxes"))
        self.times.append(time.monotonic())


def direction_of(session: DirectorySession, cluster: Cluster, server: str) -> Direction:
    """The switch to `server`, from a fresh reading."""
    return direction_to(read_directory(session, cluster, generation(cluster.generation)), server)


def differences(session: DirectorySession, cluster: Cluster, server: str) -> list[EntryChange]:
    """What a switch to `server` changes on mailboxes now."""
    direction = direction_of(session, cluster, server)
    return [change for mailbox in mailboxes(session, direction.view) if (change := mailbox_change(direction, mailbox))]


def members(session: DirectorySession, cluster: Cluster) -> frozenset[str]:
    """The list that a plan made now would freeze."""
    view = read_directory(session, cluster, generation(cluster.generation))
    return frozenset(mailbox.guid for mailbox in mailboxes(session, view))


def switch(
    session: DirectorySession,
    cluster: Cluster,
    server: str,
    *,
    receipts: Receipts,
    planned: Iterable[str],
    **how: Any,
) -> Timing:
    """Read, compare, write with receipts, and read back. Raises `AssertionError` when anything is left."""
    receipts.times.clear()
    began = time.monotonic()
    outcome = switch_mailboxes(
        session,
        direction_of(session, cluster, server),
        planned=planned,
        tolerance=0,
        on_progress=receipts,
        on_note=lambda text: None,
        **how,
    )
    left = remaining_differences(session, direction_of(session, cluster, server))
    took = time.monotonic() - began
    assert not outcome.todo, outcome.todo[:3]
    assert not left.mailboxes, left.sentence
    return Timing(took, receipts.times[-1] - receipts.times[0])
