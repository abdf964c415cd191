"""Sending beside the scheduler: it must not wait for a receiver that is slow, since it also finds lost operations."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import structlog
from django.db import connection

from console.models import Notice
from console.services.clock import database_now
from console.services.notifications import sending, telling

SIDE_BY_SIDE = 4
"""Channels that a process serves at once: one that is slow does not hold up the others."""
KEPT = timedelta(days=90)
"""How long notices, with what became of them, are kept."""

log = structlog.get_logger(__name__)


class Couriers:
    """Threads that serve channels, one channel each."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._busy: dict[int, Future[None]] = {}

    def dispatch(self) -> int:
        """Make notices of what happened, and have every channel served for which something is due; how many."""
        telling.gather()
        self._busy = {pk: done for pk, done in self._busy.items() if not done.done()}
        idle = [pk for pk in sending.due_channels() if pk not in self._busy]
        for pk in idle:
            self._pool = self._pool or ThreadPoolExecutor(SIDE_BY_SIDE, "courier")
            self._busy[pk] = self._pool.submit(_serve, pk)
        return len(idle)

    def wait(self, within: float) -> None:
        """Wait until what was begun is over. Raises `TimeoutError`."""
        for done in self._busy.values():
            done.result(within)


couriers = Couriers()
"""Those of this process."""


def forget_old() -> int:
    """Forget notices of long ago; how many that were."""
    old = Notice.objects.filter(at__lt=database_now() - KEPT, routed_at__isnull=False)
    return old.exclude(deliveries__state="waiting").delete()[0]


def _serve(channel_id: int) -> None:
    try:
        sending.serve(channel_id)
    except Exception:
        log.exception("a channel could not be served", channel=channel_id)
    finally:
        connection.close()  # each thread has its own, and nobody else closes it
