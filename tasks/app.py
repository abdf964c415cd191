"""The Celery app as a worker starts it: `celery -A tasks worker -B`, taking the queues of the sites it serves."""

import logging
import os
from typing import Any

import django
from celery.signals import celeryd_after_setup, celeryd_init
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
django.setup()

from console.checks import refuse_unsafe_settings  # noqa: E402 - needs the applications loaded
from console.services.queue import app, queues, sites_here  # noqa: E402 - the models need the set-up above

app.conf.imports = ["tasks.plans", "tasks.operations", "tasks.observe", "tasks.events", "tasks.upkeep"]

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
        for name in queues(sites_here()):
            instance.app.amqp.queues.select_add(name)
