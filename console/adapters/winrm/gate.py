"""What a changing line passes on its way to a node: the lease is asked, the node's guard is put before it."""

import math
from datetime import datetime, timedelta

from console.adapters.winrm.output import Answer
from console.domain.errors import Fenced, Unavailable
from console.domain.lease import Fence
from console.domain.node_guard import MARK, guarded, read_clock, read_not_run
from console.domain.ports import Clock, Guard, OnLine
from console.domain.topology import Node

TOO_LATE_TRIES = 3
"""How often a line is sent that the node calls late while the lease is still ours."""

SLOW = 1.0
"""Seconds; a node that took longer to tell the time is asked again, since wmic is slow when it is first used."""


class Gate:
    """The way of changing lines to one node under a lease.

    The node's clock is learnt from each shell, and afresh whenever the node calls a line late: then its clock was put
    forward, or it was slow. A time that the node told is taken for the time at which its answer was here, which makes
    the limit earlier, never later. A node that cannot tell the time, or not within half of what is left of the lease,
    is not asked to watch it; the token it compares all the same.
    """

    def __init__(self, node: Node, clock: Clock, guard: Guard) -> None:
        self._node = node
        self._clock = clock
        self._guard = guard
        self._told: datetime | None = None
        self._told_at = 0.0
        self._slowness = 0.0

    def guarded(self, line: str) -> str:
        """`line` with the node's guard before it, for this moment. Raises `LeaseLost`, `Unquotable`."""
        fence = self._guard()
        return guarded(line, fence, self._not_after(fence))

    def learn(self, answer: Answer, asked_at: float) -> bool:
        """Take the node's time from the answer to a question of that moment; whether it came quickly enough."""
        self._told = read_clock(answer.stdout) if answer.exit_code == 0 else None
        self._told_at = self._clock.monotonic()
        self._slowness = self._told_at - asked_at
        return self._slowness <= SLOW

    def forget(self) -> None:
        """The node's time is not known any more."""
        self._told = None

    def passed(self, answer: Answer) -> bool:
        """Whether the line ran; false when it came too late. Raises `Fenced`, `Unavailable`."""
        not_run = read_not_run(answer.exit_code, answer.stdout)
        if not_run is None:
            return True
        name = self._node.name
        if not_run.why == "token":
            raise Fenced(
                f"{name} refused the command: it has seen the later token {not_run.token}. It did not run there."
            )
        if not_run.why == "unkept":
            raise Unavailable(
                f"{name} could not note down whose turn it is, and ran nothing.",
                remedy="Look at the space and the rights on the node's system drive (C:\\changeover), then try again.",
            )
        self._told, self._told_at = read_clock(not_run.seen), self._clock.monotonic()
        return False

    def too_late(self) -> Unavailable:
        """The error for a line that was late again and again."""
        return Unavailable(
            f"{self._node.name} came to a command only after the time that it had, {TOO_LATE_TRIES} times in a row; "
            "it ran nothing.",
            remedy="The node or the way to it is very slow: find out why, or raise LEASE_SECONDS.",
        )

    def hearing(self, on_line: OnLine | None) -> OnLine | None:
        """`on_line` without the guard's own line."""
        if on_line is None:
            return None
        tell = on_line
        return lambda stream, text: None if text.startswith(MARK) else tell(stream, text)

    def _not_after(self, fence: Fence) -> datetime | None:
        """Until when the line may begin, by the node's local time."""
        left = fence.valid_until - self._clock.monotonic()
        if self._told is None or math.isinf(left) or 0 < left < self._slowness * 2:
            return None
        return self._told + timedelta(seconds=fence.valid_until - self._told_at)
