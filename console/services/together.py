"""Writes of several threads in one transaction: whoever comes first commits for all who wait by then."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import DatabaseError, connection, transaction

T = TypeVar("T")

MOST = 100
"""Writes in one transaction at most."""


@dataclass
class _Write:
    """What a thread wants written. `order` is the same for all who write the same rows, and the order of locks."""

    order: int
    do: Callable[[], Any]
    done: bool = False
    gave: Any = None
    raised: BaseException | None = None

    def run(self) -> None:
        """Carry it out; what goes wrong takes back this write and no other."""
        try:
            with transaction.atomic():
                self.gave = self.do()
        except Exception as error:
            self.raised = error


@dataclass
class Together:
    """Gathers the writes of threads that come within `linger` seconds, or while others are being committed."""

    linger: float = 0.0
    batches: int = 0
    """Transactions so far."""
    _turn: threading.Condition = field(default_factory=threading.Condition)
    _waiting: list[_Write] = field(default_factory=list)
    _busy: bool = False

    def write(self, order: int, do: Callable[[], T]) -> T:
        """What `do` gives or raises, once it stands in the database. It may be carried out by another thread.

        A write that the database broke off, for a lock or for another write of the same transaction, is tried again
        by itself. Within a transaction of the caller's own it is carried out there and then.
        """
        if connection.in_atomic_block:
            return do()
        mine = _Write(order, do)
        with self._turn:
            self._waiting.append(mine)
        while not self._is_done(mine):
            self._commit()
        if isinstance(mine.raised, DatabaseError):
            with transaction.atomic():
                return do()
        if mine.raised is not None:
            raise mine.raised
        gave: T = mine.gave
        return gave

    def _is_done(self, mine: _Write) -> bool:
        """Wait until the write is done, or it falls to this thread to commit."""
        with self._turn:
            self._turn.wait_for(lambda: mine.done or not self._busy)
            self._busy = self._busy or not mine.done
            return mine.done

    def _commit(self) -> None:
        """Commit what waits; the thread that does it has set `_busy`."""
        if self.linger:
            time.sleep(self.linger)
        with self._turn:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            _carry_out(sorted(batch, key=lambda write: write.order))
        finally:
            with self._turn:
                for write in batch:
                    write.done = True
                self.batches += 1
                self._busy = False
                self._turn.notify_all()


def _carry_out(batch: Sequence[_Write]) -> None:
    """All of them in one transaction; when that cannot be committed, each of them is told so."""
    try:
        with transaction.atomic():
            for write in batch:
                write.run()
    except DatabaseError as error:
        for write in batch:
            write.raised = write.raised or error
