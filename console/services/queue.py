"""The queue between pages and workers: its app, the names of its queues and messages, and how an id is put on it.

A message is only a hint: what is to be done stands in the database, and the sweep sends again what was lost.
"""

from typing import Any

import structlog
from celery import Celery
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from console.models import Site

COMMON = "changeover"
"""The queue of what any worker may do, whatever its site."""

RUN_OPERATION = "operations.run"
PREPARE_PLAN = "plans.prepare"
DECIDE_RUN = "events.decide"
OBSERVE_CLUSTER = "observe.cluster"
OBSERVE_DUE = "observe.due"
SWEEP = "upkeep.sweep"

log = structlog.get_logger(__name__)
_seen: set[str] = set()

app = Celery("changeover")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_default_queue=COMMON,
    task_create_missing_queues=True,
    beat_scheduler="celery.beat:Scheduler",  # in memory: what is due stands in the database
    beat_max_loop_interval=1,
    broker_transport_options={
        **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        "max_retries": 1,  # with the next two: a page does not wait for a dead queue
        "interval_start": 0,
        "interval_step": 0,
    },
    beat_schedule={
        "observe": {"task": OBSERVE_DUE, "schedule": 2.0, "options": {"expires": 5}},
        "sweep": {"task": SWEEP, "schedule": float(settings.SWEEP_EVERY), "options": {"expires": 30}},
    },
)
app.set_default()


def operations_queue(site: str) -> str:
    """The queue of what changes or plans to change something at a site."""
    return f"operations.{site}"


def observation_queue(site: str) -> str:
    """The queue of readings at a site, apart so that a long operation does not hold them up."""
    return f"observation.{site}"


def queues(sites: list[str]) -> list[str]:
    """Every queue that a worker for `sites` takes messages from."""
    return [COMMON, *(name(site) for site in sites for name in (operations_queue, observation_queue))]


def sites_here() -> list[str]:
    """The sites that this host's workers serve: those of the settings, or every site of the inventory."""
    return settings.SITES or list(Site.objects.values_list("name", flat=True))


def take_new_sites() -> None:
    """Have every worker take the queues of sites that this process has not seen before.

    Only where no sites are named in the settings: then every worker serves every site.
    """
    new = set() if settings.SITES else set(sites_here()) - _seen
    for name in queues(sorted(new)):
        app.control.add_consumer(name, reply=False)
    _seen.update(new)


def send_after_commit(message: str, pk: int, queue: str, *, expires: float | None = None) -> None:
    """Put `message` with the id `pk` on `queue` once the transaction stands.

    A queue that does not answer is logged and no more: the row is there, and the sweep sends again.
    """
    transaction.on_commit(lambda: send(message, pk, queue, expires=expires))


def send(message: str, pk: int, queue: str, *, expires: float | None = None) -> bool:
    """Put `message` with the id `pk` on `queue` now; false when the queue does not answer."""
    options: dict[str, Any] = {} if expires is None else {"expires": expires}
    try:
        app.send_task(message, args=[pk], queue=queue, retry=False, ignore_result=True, **options)
    except (OperationalError, OSError) as error:
        log.warning("queue does not answer", message=message, id=pk, queue=queue, error=str(error))
        return False
    return True
