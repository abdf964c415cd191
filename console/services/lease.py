"""The lease on an operation: taken once, kept alive beside the work, and told when it has passed on."""

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
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from console.domain.lease import LeaseLost
from console.domain.ports import Clock, Control
from console.models import Operation
from console.services.clock import database_now

GRACE_SECONDS = 120.0
"""How long after a step's own deadline its worker still counts as alive."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Lease:
    """The right to carry one operation on."""

    operation_id: int
    token: int


def worker_name() -> str:
    """A name for this process that no other process has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def claim(operation_id: int, worker: str) -> Lease | None:
    """Take a waiting operation over, once; None when it is taken, over, or past the time to be claimed."""
    now = database_now()
    with transaction.atomic():
        waiting = Operation.objects.filter(pk=operation_id, status=Operation.Status.QUEUED, claim_before__gt=now)
        taken = waiting.update(
            status=Operation.Status.RUNNING,
            started_at=now,
            lease_owner=worker[:128],
            lease_token=F("lease_token") + 1,
            lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
        )
        if taken != 1:
            return None
        return Lease(operation_id, Operation.objects.values_list("lease_token", flat=True).get(pk=operation_id))


def prolong(lease: Lease, **columns: object) -> bool:
    """Move the lease's end on (and set `columns`); false when it is no longer ours."""
    until = database_now() + timedelta(seconds=settings.LEASE_SECONDS)
    ours = Operation.objects.filter(pk=lease.operation_id, status=Operation.Status.RUNNING, lease_token=lease.token)
    return ours.update(lease_until=until, **columns) == 1


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

    It lets go while the step's deadline is long over, so that a worker that hangs is found out like one that died.
    A step that says that it waits on purpose does not hang: what it waits for has bounds of its own.
    """

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self._pause = settings.LEASE_SECONDS / 4
        self._end = threading.Event()
        self._lost = threading.Event()
        self._alive_until = time.monotonic() + GRACE_SECONDS
        self._step = ""
        self._beaten = 0.0
        self._thread = threading.Thread(target=self._keep, name=f"lease-{lease.operation_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

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
        if step == self._step and now - self._beaten < self._pause:
            return
        if not prolong(self.lease, current_step=step):
            self._lost.set()
            self._check()
        self._step, self._beaten = step, now

    def waiting(self, seconds: float) -> None:
        """Say that the step waits so long on purpose, whatever its deadline was. Raises `LeaseLost`."""
        self._alive_until = max(self._alive_until, time.monotonic() + seconds + GRACE_SECONDS)
        self._check()

    def _check(self) -> None:
        if self._lost.is_set():
            raise LeaseLost(f"Operation {self.lease.operation_id} is no longer this worker's.")

    def _keep(self) -> None:
        try:
            while not self._end.wait(self._pause):
                if time.monotonic() <= self._alive_until:
                    self._prolong()
                else:
                    log.error("step hangs; the lease runs out", operation=self.lease.operation_id, step=self._step)
        finally:
            connection.close()

    def _prolong(self) -> None:
        """One heartbeat. A database that is away for a moment is asked again at the next."""
        try:
            if not prolong(self.lease):
                self._lost.set()
        except DatabaseError as error:
            log.warning("heartbeat failed", operation=self.lease.operation_id, error=str(error))
