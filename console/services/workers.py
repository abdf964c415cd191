"""Which workers are there to take messages: each says so every few seconds, for the queues that it takes them from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.models import Site, WorkerSeen
from console.services.clock import database_now
from console.services.queue import OBSERVATION, OPERATIONS

SAYS_EVERY = 10.0
"""Seconds between two times that a worker says that it is there."""
LATELY = timedelta(seconds=35)
"""Whoever has not been seen for so long has missed it three times, and is not there."""
KEPT = timedelta(days=7)
"""How long it is remembered when a worker was last there."""
DUTIES = (OPERATIONS, OBSERVATION)


@dataclass(frozen=True)
class Presence:
    """Who does a duty for a site now."""

    site: str
    duty: str
    workers: int
    """How many were seen lately."""
    last_seen: datetime | None
    """When one was last seen; None: none within memory."""


def say(worker: str, queues: Iterable[str]) -> None:
    """Note that `worker` takes messages from these queues now, and from no others."""
    now, name = database_now(), worker[:128]
    served = [duty_and_site for queue in queues if (duty_and_site := _of_queue(queue)) is not None]
    rows = [WorkerSeen(worker=name, duty=duty, site=site[:63], seen_at=now) for duty, site in served]
    WorkerSeen.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["worker", "site", "duty"], update_fields=["seen_at"]
    )


def leave(worker: str) -> None:
    """Note that `worker` takes no messages any more: it stops, and may still finish what it has."""
    WorkerSeen.objects.filter(worker=worker[:128]).delete()


def presences() -> list[Presence]:
    """Each site of the inventory with each duty, in that order, and who was seen for it."""
    since = database_now() - LATELY
    times: dict[tuple[str, str], list[datetime]] = {}
    for site, duty, seen_at in WorkerSeen.objects.values_list("site", "duty", "seen_at"):
        times.setdefault((site, duty), []).append(seen_at)
    return [
        Presence(site, duty, sum(at > since for at in seen), max(seen, default=None))
        for site in Site.objects.values_list("name", flat=True)
        for duty in DUTIES
        for seen in [times.get((site, duty), [])]
    ]


def forget_old() -> int:
    """Forget workers that have not been there for long; how many rows that were."""
    return WorkerSeen.objects.filter(seen_at__lt=database_now() - KEPT).delete()[0]


def _of_queue(name: str) -> tuple[str, str] | None:
    """The duty and the site that a queue is for; None for one that is for no site."""
    duty, _, site = name.partition(".")
    return (duty, site) if duty in DUTIES and site else None
