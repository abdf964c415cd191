"""A worker that serves every site also serves those that are added while it runs."""

from typing import Any

import structlog
from celery import bootsteps
from celery.worker.consumer.tasks import Tasks
from django.conf import settings
from django.db import DatabaseError, connection

from console.services.queue import queues, sites_here

LOOK_EVERY = 3.0
"""Seconds between two looks for new sites."""

log = structlog.get_logger(__name__)


class NewSites(bootsteps.StartStopStep):
    """Looks for sites whose queues this worker does not take messages from yet. Each worker does it for itself."""

    requires = (Tasks,)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._timer: Any = None

    def start(self, parent: Any) -> None:
        """Look from now on, unless the sites are named in the settings, or the queues on the command line."""
        if not settings.SITES and parent.app.conf.task_default_queue in parent.app.amqp.queues.consume_from:
            self._timer = parent.timer.call_repeatedly(LOOK_EVERY, self.look, (parent,))

    def stop(self, parent: Any) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def look(self, parent: Any) -> None:
        """Take the queues of sites that have come since."""
        try:
            wanted = queues(sites_here())
        except DatabaseError as error:
            log.warning("new sites cannot be looked for", error=str(error))
            return
        finally:
            connection.close()  # processes that are started later must not share it
        for name in set(wanted) - set(parent.app.amqp.queues.consume_from):
            parent.add_task_queue(name)
