"""What every connection shares: the store behind one lock, its rules, its faults, its counters."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from console.lab.directory import errors, names
from console.lab.directory.base_tree import base_tree
from console.lab.directory.changes import Changes, Record
from console.lab.directory.definition import Forest
from console.lab.directory.entry import TreeEntry
from console.lab.directory.faults import Faults
from console.lab.directory.replication import Replication
from console.lab.directory.rights import ANONYMOUS, Caller, caller_of, identify
from console.lab.directory.schema import schema
from console.lab.directory.search import Reader
from console.lab.directory.store import Store
from console.lab.directory.tree import exchange_tree
from console.lab.directory.values import to_bytes


@dataclass
class Counters:
    """How often each thing happened since the start or the last reset."""

    connections: int = 0
    binds: int = 0
    searches: int = 0
    writes_received: int = 0
    writes_applied: int = 0


class Service:
    """One forest as the connections see it on the controller `name`. `lock` guards the store and the counters."""

    def __init__(
        self, forest: Forest, record: Record, clock: Callable[[], datetime] | None = None, name: str = ""
    ) -> None:
        self.forest = forest
        self.name = name or forest.domain_controller
        self.replication: Replication | None = None
        self.clock = clock or (lambda: datetime.now(UTC))
        self.lock = threading.RLock()
        self.faults = Faults()
        self.counters = Counters()
        contexts = (forest.base_dn, forest.configuration_dn, forest.schema_dn)
        self.store = Store(schema(), contexts)
        self.record = record
        self._effects: list[dict[str, Any]] = []
        self.changes = Changes(self.store, self._gather, self.clock, f"{forest.domain}/{forest.seed}")
        self.changes.held_in_catalog = self._held_in_catalog
        self.reader = Reader(forest, self.store)
        self._load([*base_tree(forest), *exchange_tree(forest)])

    def _load(self, tree: list[TreeEntry]) -> None:
        """Loads without rules and without effects: a tree may hold what no client could write."""
        for item in tree:
            draft = _draft(item.attributes)
            structural = item.attributes["objectClass"][0]
            self.changes.create(item.dn, names.key(item.dn), str(structural).lower(), draft)
        for item in tree:
            for name, values in _draft(item.later).items():
                self.store.put(self.store.find(item.dn), name, values)

    def write(self, change: Callable[[], None]) -> None:
        """Runs one change under the lock. Its effects are reported once the lock is free again.

        What takes them may hold a lock of its own and ask the directory something at the same time.
        """
        with self.lock:
            change()
            self.counters.writes_applied += 1
            effects, self._effects = self._effects, []
            updates = self.replication.gather(self, effects) if self.replication else []
        for effect in effects:
            self.record(**effect)
        if self.replication and updates:
            self.replication.send(self, updates)

    def _held_in_catalog(self, key: str, spn: str) -> bool:
        """The other controller's word on a name, with the fault `catalog`; without its lock, as of about now."""
        if self.replication is None or self.faults.get("catalog") is None:
            return False
        return self.replication.other(self).store.spn_held_elsewhere(key, spn)

    def _gather(self, **effect: Any) -> None:
        self._effects.append(effect)

    def bind(self, identity: str, password: str, *, encrypted: bool) -> Caller:
        """The caller that a simple bind makes; no password is an anonymous one.

        Raises DirectoryError 8 when a password came in clear text that the forest does not allow, 49 for a
        wrong one (data 52e) or an unknown name (data 525).
        """
        if not password:
            return ANONYMOUS
        if not encrypted and not self.forest.clear_text:
            raise errors.stronger_auth_required()
        account = identify(self.forest, identity)
        if account is None:
            raise errors.invalid_credentials("525")
        right = hmac.compare_digest(account.password.encode(), password.encode())
        if not right or self.faults.get("wrong-password") is not None:
            raise errors.invalid_credentials("52e")
        return caller_of(self.forest, account)


def _draft(attributes: dict[str, tuple[str | bytes, ...]]) -> dict[str, list[bytes]]:
    return {
        name.lower(): [to_bytes(value) for value in values]
        for name, values in attributes.items()
        if name != "objectClass"
    }
