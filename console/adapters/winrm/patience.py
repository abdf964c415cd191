"""Leaving nodes alone that did not answer: each is tried again, rarer and rarer, and few of them at a time."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.domain.errors import ReachError
from console.domain.ports import Clock
from console.domain.topology import Node

FIRST, LONGEST = 45.0, 300.0
"""Seconds for which a node is left alone after its first failure, and after many: they double in between."""

AT_A_TIME = 8
"""Nodes of those that did not answer that are tried at a time: what they cost in time is taken from no other node."""


@dataclass(frozen=True)
class Failure:
    """How a node failed last, how often in a row, and from when on (by the monotonic clock) it may be tried again."""

    kind: type[ReachError]
    message: str
    remedy: str
    at: datetime
    times: int
    again: float


class Patience:
    """What is known of nodes that did not answer. Threads may share it; it forgets with the process."""

    def __init__(self, clock: Clock, at_a_time: int = AT_A_TIME) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[Node, Failure] = {}
        self._places = threading.BoundedSemaphore(at_a_time)

    @contextmanager
    def trying(self, node: Node, *, pressing: bool = False) -> Iterator[None]:
        """Ask the node inside of this; whether it answers is remembered.

        Raises what it failed with last, and says so, while the node is left alone or too many like it are being
        tried. What is `pressing` is tried in any case.
        """
        before = self._failures.get(node)
        if before is None or pressing:
            with self._watching(node, before):
                yield
            return
        if self._clock.monotonic() < before.again or not self._places.acquire(blocking=False):
            raise self._still(before)
        try:
            with self._watching(node, before):
                yield
        finally:
            self._places.release()

    @contextmanager
    def _watching(self, node: Node, before: Failure | None) -> Iterator[None]:
        try:
            yield
        except ReachError as error:
            self._note(node, error, before.times + 1 if before else 1)
            raise
        if before is not None:
            with self._lock:
                self._failures.pop(node, None)

    def _note(self, node: Node, error: ReachError, times: int) -> None:
        """Remember the failure. Nodes that failed together are not tried again together."""
        wait = min(FIRST * 2 ** (times - 1), LONGEST) * random.uniform(0.8, 1.0)  # noqa: S311 (nobody gains by it)
        with self._lock:
            self._failures[node] = Failure(
                type(error), error.message, error.remedy, self._clock.now(), times, self._clock.monotonic() + wait
            )

    def _still(self, failure: Failure) -> ReachError:
        left = max(failure.again - self._clock.monotonic(), 0.0)
        again = self._clock.now() + timedelta(seconds=left)
        text = (
            f"{failure.message} That was at {failure.at:%H:%M:%S} UTC, failure {failure.times} in a row; "
            f"it is tried again from {again:%H:%M:%S} UTC on."
        )
        return failure.kind(text, remedy=failure.remedy)
