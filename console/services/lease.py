"""The lease on an operation: kept alive beside the work, certain before every send, and told when it has passed on."""

import os
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from console.domain.lease import Fence, LeaseLost
from console.domain.ports import Clock, Control
from console.models import Operation
from console.services.clock import database_now

GRACE_SECONDS = 120.0
"""How long after a step's own deadline its worker still counts as alive."""
HEARTBEATS = 4
"""How often a lease is prolonged in its own time."""
MARGIN = 1 / 8
"""The part of a lease, at its end, in which it no longer counts as certain: clocks do not run quite alike."""
FRESH = 1 / 2
"""The part of a lease after which what is known of it is asked anew before a send."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Lease:
    """The right to carry one operation on. `since` is the monotonic time before it was taken."""

    operation_id: int
    token: int
    cluster_id: int
    owner: str
    since: float
    resumed: bool = False
    """Whether it was taken over from a worker that fell silent."""


def worker_name() -> str:
    """A name for this process that no other process has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def prolong(lease: Lease, **columns: object) -> bool:
    """Move the lease's end on (and set `columns`); false when it is no longer ours."""
    until = database_now() + timedelta(seconds=settings.LEASE_SECONDS)
    ours = Operation.objects.filter(
        pk=lease.operation_id,
        status=Operation.Status.RUNNING,
        lease_token=lease.token,
        lease_owner=lease.owner,
    )
    return ours.update(lease_until=until, **columns) == 1


def why_lost(lease: Lease) -> str:
    """What became of the lease, in a sentence."""
    row = Operation.objects.select_related("cluster").filter(pk=lease.operation_id).first()
    if row is None:
        return "the operation is gone from the database"
    if row.status != Operation.Status.RUNNING:
        return f"it {row.get_status_display()}" if not row.open else f"it is {row.get_status_display()}"
    if row.lease_token == row.cluster.fence and row.lease_token > lease.token:
        return f"{row.lease_owner} has taken it over (token {row.lease_token})"
    return (
        f"its row names owner {row.lease_owner!r} and token {row.lease_token}, which nobody was given: somebody "
        "changed them by hand; a worker takes the operation over when that lease is over"
    )


class LeaseClock:
    """A clock under a lease: whoever sleeps by it is seen to be alive, and stops when the lease is lost."""

    def __init__(self, clock: Clock, control: Control) -> None:
        self._clock = clock
        self._control = control

    def now(self) -> datetime:
        """The time, with its zone."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait. Raises `LeaseLost`, before and after."""
        self._control.waiting(seconds)
        self._clock.sleep(seconds)
        self._control.waiting(0.0)


class LeaseKeeper:
    """Keeps a lease alive from a thread of its own, and is the operation's `Control`.

    Every heartbeat carries the running step's deadline to the database, and ceases when it is long over: a worker
    that hangs is found out like one that died. A step that says that it waits on purpose does not hang: what it
    waits for has bounds of its own.

    What is known here of the lease counts from the moment before it was last prolonged, by the monotonic clock. A
    process that was stopped for a while therefore finds its lease over before it sends anything.
    """

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.step = ""
        self._seconds = float(settings.LEASE_SECONDS)
        self._pause = self._seconds / HEARTBEATS
        self._end = threading.Event()
        self._lost = ""
        self._known_at = lease.since
        self._alive_until = time.monotonic() + GRACE_SECONDS
        self._beaten = 0.0
        self._thread = threading.Thread(target=self._keep, name=f"lease-{lease.operation_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join(self._seconds)  # a database that does not answer holds the thread, not the worker

    def stop_requested(self) -> str:
        """Who asked for a stop, or an empty text."""
        self._check()
        who = Operation.objects.filter(pk=self.lease.operation_id, stop_requested_at__isnull=False)
        return who.values_list("stop_requested_by", flat=True).first() or ""

    def beat(self, step: str, deadline: float) -> None:
        """Say which step runs and how many seconds it may take. Raises `LeaseLost`."""
        self._alive_until = time.monotonic() + deadline + GRACE_SECONDS
        self._check()
        now = time.monotonic()
        if step == self.step and now - self._beaten < self._pause:
            return
        self._prolong(current_step=step)
        self._check()
        self.step, self._beaten = step, now

    def waiting(self, seconds: float) -> None:
        """Say that the step waits so long on purpose, whatever its deadline was. Raises `LeaseLost`."""
        self._alive_until = max(self._alive_until, time.monotonic() + seconds + GRACE_SECONDS)
        self._check()

    def ensure(self) -> None:
        """Return only while the lease certainly holds. Raises `LeaseLost`.

        What the heartbeat found out lately is enough; older knowledge is asked anew. A database that is away does no
        harm as long as the lease cannot be over.
        """
        self._check()
        now = time.monotonic()
        if now > self._alive_until:
            self._lose(f"the step {self.step!r} is past its deadline")
        elif now > self._known_at + self._seconds * FRESH:
            self._ask_anew()
        self._check()

    def fence(self) -> Fence:
        """The lease's mark for what is sent under it. Raises `LeaseLost`."""
        self.ensure()
        return Fence(self.lease.cluster_id, self.lease.token, min(self._certain_until(), self._alive_until))

    def _certain_until(self) -> float:
        return self._known_at + self._seconds * (1 - MARGIN)

    def _ask_anew(self) -> None:
        try:
            self._prolong()
        except (DatabaseError, InterfaceError) as error:
            if time.monotonic() >= self._certain_until():
                raise LeaseLost(
                    f"Whether operation {self.lease.operation_id} is still this worker's cannot be told: {error}"
                ) from error

    def _check(self) -> None:
        if self._lost:
            raise LeaseLost(f"Operation {self.lease.operation_id} is no longer this worker's: {self._lost}.")

    def _lose(self, why: str) -> None:
        self._lost = self._lost or why

    def _prolong(self, **columns: object) -> None:
        """Prolong the lease with the step's deadline, and remember since when it is known to hold."""
        start = time.monotonic()
        left = timedelta(seconds=max(0.0, self._alive_until - start))
        if prolong(self.lease, step_until=database_now() + left, **columns):
            self._known_at = max(self._known_at, start)
        else:
            self._lose(why_lost(self.lease))

    def _keep(self) -> None:
        try:
            while not self._end.wait(self._pause) and not self._lost:
                if time.monotonic() <= self._alive_until:
                    self._heartbeat()
                else:
                    log.error("step hangs; the lease runs out", operation=self.lease.operation_id, step=self.step)
        finally:
            connection.close()

    def _heartbeat(self) -> None:
        """One heartbeat. A database that is away for a moment is asked again at the next, by a new connection."""
        try:
            self._prolong()
        except (DatabaseError, InterfaceError) as error:
            log.warning("heartbeat failed", operation=self.lease.operation_id, error=str(error))
            connection.close()
