"""Trying again what passes by itself: a controller that is busy or away for a while, another one that lags behind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from console.domain.errors import ConnectionLost, ReachError, TimedOut, Unavailable, Unreachable
from console.domain.ports import Clock

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 8.0
"""Seconds: each wait is twice as long as the one before it, up to the longest."""
PASSING = (Unavailable, ConnectionLost, TimedOut, Unreachable)
"""What a controller that restarts, or a line that is mended, makes good again."""

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """Until when (`clock.monotonic`) something is tried again, and who hears why it waits.

    `on_wait` may raise to end the waiting, as when the lease is over.
    """

    clock: Clock
    until: float
    on_wait: Callable[[str], None] = lambda why: None

    def wait(self, why: str, attempt: int) -> bool:
        """Wait before the attempt after `attempt`, which counts from 1; False, at once, when the time is over."""
        left = self.until - self.clock.monotonic()
        if left <= 0:
            return False
        self.on_wait(why)
        self.clock.sleep(min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE, left))
        return True


def none(clock: Clock) -> Patience:
    """No patience: everything is tried once."""
    return Patience(clock, clock.monotonic())


def patiently(act: Callable[[], T], patience: Patience, why_again: Callable[[T], str] = lambda result: "") -> T:
    """Do `act`, which must be safe to repeat, until it ends neither with what passes nor with a reason to try again.

    When the patience is over its last result is given, or its last `ReachError` is raised, which then says
    `may_have_run` when any of the attempts may have.
    """
    unsure, attempt = False, 0
    while True:
        attempt += 1
        try:
            result = act()
        except ReachError as error:
            unsure |= error.may_have_run
            if not isinstance(error, PASSING) or not patience.wait(error.message, attempt):
                raise _with_doubt(error, unsure) from error
            continue
        why = why_again(result)
        if not why or not patience.wait(why, attempt):
            return result


def _with_doubt(error: ReachError, unsure: bool) -> ReachError:
    return type(error)(error.message, remedy=error.remedy, may_have_run=unsure)
