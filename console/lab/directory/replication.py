"""Replication between two domain controllers: every change arrives at the other one after a delay, newest wins.

Each attribute of each object replicates by itself, as in Active Directory: what was written later on either side
stays. A controller checks its own writes only, so that two that each allow a thing may together hold what neither
would have allowed.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from console.lab.directory.store import Entry

if TYPE_CHECKING:
    from console.lab.directory.service import Service

Later = Callable[[float, Callable[[], None]], object]
"""Runs something after so many seconds."""
OBJECT = "(object)"


@dataclass(frozen=True)
class Update:
    """What one attribute of one object has become; for `(object)` the new entry, or None when it was deleted."""

    dn: str
    key: str
    attribute: str
    values: tuple[bytes, ...]
    entry: Entry | None
    stamp: int


class Replication:
    """Carries changes between two services over the same forest. `delay` counts seconds and may be changed."""

    def __init__(self, first: Service, second: Service, delay: float, later: Later | None = None) -> None:
        self.delay = delay
        self._later = later or _timer
        self._peers = {id(first): second, id(second): first}
        self._stamps = itertools.count(1)
        self._versions: dict[int, dict[tuple[str, str], int]] = {id(first): {}, id(second): {}}
        first.replication = second.replication = self

    def other(self, one: Service) -> Service:
        """The controller at the other end."""
        return self._peers[id(one)]

    def gather(self, source: Service, effects: Iterable[dict[str, Any]]) -> list[Update]:
        """What a write on `source` has changed. Call it under the service's lock, right after the write."""
        found = {}
        for effect in effects:
            key = source.store.key(effect["subject"])
            known = source.store.schema.attribute(effect["attribute"])
            name, entry = known.key if known else OBJECT, source.store.entries.get(key)
            values = tuple(entry.values.get(name, ())) if entry else ()
            whole = _twin(entry) if entry and name == OBJECT else None
            update = Update(effect["subject"], key, name, values, whole, next(self._stamps))
            self._versions[id(source)][key, name] = update.stamp
            found[key, name] = update
        return list(found.values())

    def send(self, source: Service, updates: list[Update]) -> None:
        """Let updates arrive at the other controller. Call it without any lock."""
        target = self._peers[id(source)]
        self._later(self.delay, lambda: self._arrive(target, updates))

    def _arrive(self, target: Service, updates: list[Update]) -> None:
        versions = self._versions[id(target)]
        with target.lock:
            fresh = [update for update in updates if versions.get((update.key, update.attribute), 0) < update.stamp]
            for update in fresh:
                versions[update.key, update.attribute] = update.stamp
                _apply(target, update)
        for dn in dict.fromkeys(update.dn for update in fresh):
            names = tuple(update.attribute for update in fresh if update.dn == dn)
            where = {"kind": "replicated", "subject": dn, "attribute": target.name}
            target.record(**where, before=(), after=names, by="replication")


def _apply(target: Service, update: Update) -> None:
    entry = target.store.entries.get(update.key)
    if update.attribute != OBJECT:
        if entry is not None:
            target.store.put(entry, update.attribute, list(update.values))
            entry.usn, entry.changed = target.store.next_usn(), target.clock()
    elif update.entry is not None and entry is None:
        target.store.insert(_twin(update.entry))
    elif update.entry is None and entry is not None and not target.store.children.get(update.key):
        target.store.remove(entry)


def _twin(entry: Entry) -> Entry:
    """The same object, with lists of its own."""
    twin = copy(entry)
    twin.values = {name: list(values) for name, values in entry.values.items()}
    twin.encoded = {}
    return twin


def _timer(seconds: float, run: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, run)
    timer.daemon = True
    timer.start()
