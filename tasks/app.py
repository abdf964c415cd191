"""The Celery app as a worker starts it: `celery -A tasks worker -B`, taking the queues of the sites it serves.

`-B`, or a `celery -A tasks beat` beside the workers, does the periodic work; any number of them may run.
"""

import logging
import os
from typing import Any

import django
from celery.concurrency import thread as threads
from celery.signals import celeryd_after_setup, celeryd_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
# Celery would run every system check and drop what they say; those of addresses bring all pages and the API into each
# worker, a third of the time of its start. `check_settings` below refuses what is unsafe.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
django.setup()

from console.checks import refuse_unsafe_settings  # noqa: E402 - needs the applications loaded
from console.services import observing, turns  # noqa: E402 - the models need the set-up above
from console.services.queue import OPERATIONS, app, queues, sites_here  # noqa: E402
from tasks import lines, slots  # noqa: E402, F401 - lines listens to Celery
from tasks.presence import SaysItIsThere  # noqa: E402
from tasks.sites import NewSites  # noqa: E402

app.conf.imports = [
    "tasks.plans",
    "tasks.operations",
    "tasks.observe",
    "tasks.events",
    "tasks.kits",
    "tasks.procedures",
    "tasks.scripts",
    "tasks.credentials",
    "tasks.discoveries",
]
app.steps["consumer"].add(NewSites)
app.steps["consumer"].add(SaysItIsThere)

# A line or two every second for tasks that found nothing to do would bury those that matter.
for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
    logging.getLogger(name).setLevel(logging.WARNING)

__all__ = ["app"]


@celeryd_init.connect
def check_settings(**_: Any) -> None:
    """Refuse to work with settings that the system checks call unsafe."""
    try:
        refuse_unsafe_settings()
    except ImproperlyConfigured as error:
        raise SystemExit(f"The worker does not start: {error}") from error  # Celery would only log an Exception


@celeryd_after_setup.connect
def take_queues(sender: str, instance: Any, **_: Any) -> None:
    """Take messages from every queue of the sites of this host, unless `-Q` named the queues."""
    chosen = instance.app.amqp.queues.consume_from
    if set(chosen) == {app.conf.task_default_queue}:
        sites = sites_here()
        for name in queues(sites):
            instance.app.amqp.queues.select_add(name)
        turns.wake(sites)
        connection.close()  # the processes that follow must not share it
    if OPERATIONS in settings.DUTIES:
        slots.limit(instance.concurrency)
    if issubclass(instance.pool_cls, threads.TaskPool):
        share_among_threads()


def share_among_threads() -> None:
    """Have the threads of this process share connections; operations must not run in them."""
    if OPERATIONS in settings.DUTIES:
        raise SystemExit(
            "The worker does not start: operations need processes of their own, and this one is to work in threads. "
            "Leave out --pool threads, or set CHANGEOVER_DUTIES=observation."
        )
    observing.share()
