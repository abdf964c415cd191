"""Slots: of a worker's processes one is left free by all that may wait, so that a takeover finds one."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger(__name__)


class Slots:
    """So many places for what may wait; made in the worker's parent process, shared by its children.

    A place is a lock on a byte of a nameless file: the kernel lets go of it however its process ends.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._file = os.memfd_create("changeover-slots")

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Hold a place meanwhile; false when none is free."""
        number = self._take()
        try:
            yield number is not None
        finally:
            if number is not None:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)

    def _take(self) -> int | None:
        for number in range(self.count):
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
            except OSError:
                continue
            return number
        return None


_here: list[Slots] = []


def limit(processes: int) -> None:
    """Keep one of the worker's processes free, if it has more than one. Called before they are started."""
    _here[:] = [Slots(max(processes - 1, 1))]


@contextmanager
def place(*, urgent: bool = False) -> Iterator[bool]:
    """Hold a place for a task meanwhile; false when it has to wait. What is urgent never waits, but counts too."""
    if not _here:
        yield True
        return
    with _here[0].place() as held:
        if not held and not urgent:
            log.debug("every slot is taken", slots=_here[0].count)
        yield held or urgent
