"""Sending beside the scheduler: it must not wait for a receiver that is slow, since it also finds lost operations."""

from datetime import timedelta
from threading import Thread

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
    """Threads that serve channels, one channel each; they end with their process, whatever they are at."""

    def __init__(self) -> None:
        self._busy: dict[int, Thread] = {}

    def dispatch(self) -> int:
        """Make notices of what happened, and have channels served for which something is due; how many were begun."""
        telling.gather()
        self._busy = {pk: thread for pk, thread in self._busy.items() if thread.is_alive()}
        idle = [pk for pk in sending.due_channels() if pk not in self._busy]
        chosen = idle[: SIDE_BY_SIDE - len(self._busy)]
        for pk in chosen:
            self._busy[pk] = Thread(target=_serve, args=(pk,), name=f"courier-{pk}", daemon=True)
            self._busy[pk].start()
        return len(chosen)

    def wait(self, within: float) -> None:
        """Wait for what was begun, at most so many seconds for each."""
        for thread in self._busy.values():
            thread.join(within)


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
