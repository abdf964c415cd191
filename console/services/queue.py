"""The queue between pages and workers: its app, the names of its queues and messages, and how an id is put on it.

A message is only a hint: what is to be done stands in the database, and the sweep sends again what was lost. So none
expires by a clock of its own, and one too many finds nothing to do.
"""

import time

import structlog
from celery import Celery
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from console.models import Site
from console.services.reservations import NEVER_HELD_UP

COMMON = "changeover"
"""The queue of messages that name no site; nothing of ours goes there."""

RUN_OPERATION = "operations.run"
PREPARE_PLAN = "plans.prepare"
DECIDE_RUN = "events.decide"
OBSERVE_CLUSTER = "observe.cluster"
REFRESH_KIT = "kits.refresh"
NODE_SCRIPTS = "scripts.asked"
PROVE_PROCEDURE = "procedures.prove"
TRY_CREDENTIAL = "credentials.try"
DISCOVER = "discoveries.look"

URGENT, ASKED, ROUTINE = 0, 3, 6
"""What a node waits for, what a person waits for, the rest: workers take them in this order, whatever their queue."""

OPERATIONS, OBSERVATION = "operations", "observation"
"""What a worker may be there for (`CHANGEOVER_DUTIES`): each site has a queue for each."""

BREATH = 2.0
"""Seconds in which a process does not try again a queue that did not answer: a sweep would wait for it row by row."""

log = structlog.get_logger(__name__)
_silent: dict[str, float] = {}
PATIENCE = 1.0
"""Seconds that the queue is waited for where it is only asked whether it is there."""

app = Celery("changeover")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_default_queue=COMMON,
    task_create_missing_queues=True,
    beat_scheduler="tasks.schedule:Turns",  # what is due stands in the database
    broker_transport_options={
        **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        "max_retries": 1,  # with the next two: a page does not wait for a dead queue
        "interval_start": 0,
        "interval_step": 0,
        "priority_steps": [URGENT, ASKED, ROUTINE],
    },
)
app.set_default()


def operations_queue(site: str) -> str:
    """The queue of what changes something at a site, and of the questions of its nodes."""
    return f"{OPERATIONS}.{site}"


def observation_queue(site: str) -> str:
    """The queue of what only reads at a site, plans among it, apart so that neither holds the other up."""
    return f"{OBSERVATION}.{site}"


def queues(sites: list[str]) -> list[str]:
    """Every queue that a worker for `sites` with this host's duties takes messages from."""
    return [f"{duty}.{site}" for site in sites for duty in settings.DUTIES]


def sites_here() -> list[str]:
    """The sites that this host's workers serve: those of the settings, or every site of the inventory."""
    return settings.SITES or list(Site.objects.values_list("name", flat=True))


def urgency_of(kind: str) -> int:
    """How soon an operation of `kind` has to be begun: what the cluster product has already done comes first."""
    return URGENT if kind in NEVER_HELD_UP else ASKED


def send_after_commit(message: str, pk: int, queue: str, *, urgency: int = ASKED) -> None:
    """Put `message` with the id `pk` on `queue` once the transaction stands.

    A queue that does not answer is logged and no more: the row is there, and the sweep sends again.
    """
    transaction.on_commit(lambda: send(message, pk, queue, urgency=urgency))


def send(message: str, pk: int, queue: str, *, urgency: int = ASKED) -> bool:
    """Put `message` with the id `pk` on `queue` now; false when the queue does not answer, or did not a moment ago."""
    if time.monotonic() < _silent.get("until", 0.0):
        return False
    try:
        app.send_task(message, args=[pk], queue=queue, priority=urgency, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        _silent["until"] = time.monotonic() + BREATH
        log.warning("queue does not answer", message=message, id=pk, queue=queue, error=str(error))
        return False
    return True


def answers() -> bool:
    """Whether the queue answers now."""
    options = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    try:
        with app.connection_for_write(transport_options=options) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=PATIENCE)
            connection.default_channel.close()
    except (OperationalError, OSError):
        return False
    return True
