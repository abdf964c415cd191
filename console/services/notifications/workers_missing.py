"""Telling that nobody takes up what is asked of a site, and that somebody does again."""

from datetime import datetime, timedelta

from console.models import Cluster, Notice, ObservationTurn
from console.services import workers
from console.services.clock import database_now
from console.services.notifications.telling import tell
from console.services.queue import OBSERVATION
from console.services.turns import OPEN

PATIENCE = timedelta(minutes=2)
"""For how long a worker may be away without a word: one that is started anew is back before that."""
SILENT, HEARD = "worker.silent", "worker.heard"


def look() -> int:
    """Tell of each site and duty that became silent, or is served again, since the last look; how many."""
    used = set(Cluster.objects.values_list("site__name", flat=True))
    return sum(_told(presence) for presence in workers.presences() if presence.site in used)


def _told(presence: workers.Presence) -> bool:
    thread = f"workers:{presence.site}:{presence.duty}"[:64]
    last = Notice.objects.filter(thread=thread).first()
    silent = last is not None and last.event == SILENT
    if presence.workers and silent:
        text = f"A worker takes up {presence.duty} of the site {presence.site} again."
        tell(HEARD, text, site=presence.site, thread=thread)
    elif not presence.workers and not silent and _for_long(presence):
        text = f"No worker takes up {presence.duty} of the site {presence.site}."
        tell(SILENT, text, site=presence.site, thread=thread)
    else:
        return False
    return True


def _for_long(presence: workers.Presence) -> bool:
    """Whether nobody has been there for longer than a new start takes.

    A worker that stopped in good order is forgotten at once; then what was asked and not taken up tells since when.
    """
    before = database_now() - PATIENCE
    if presence.last_seen is not None:
        return presence.last_seen < before
    asked: datetime | None = (
        ObservationTurn.objects.filter(OPEN, cluster__site__name=presence.site)
        .order_by("asked_at")
        .values_list("asked_at", flat=True)
        .first()
    )
    return presence.duty == OBSERVATION and asked is not None and asked < before
