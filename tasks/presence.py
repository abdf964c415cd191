"""A worker that is there says so, again and again, for the queues from which it takes messages."""

from typing import Any

import structlog
from celery import bootsteps
from celery.worker.consumer.tasks import Tasks
from django.db import Error, connection

from console.services import workers

log = structlog.get_logger(__name__)


class SaysItIsThere(bootsteps.StartStopStep):
    """Runs in the worker's parent process, beside its taking of messages: a worker that hangs is not seen."""

    requires = (Tasks,)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._timer: Any = None

    def start(self, parent: Any) -> None:
        """Say it now and from now on."""
        self.say(parent)
        self._timer = parent.timer.call_repeatedly(workers.SAYS_EVERY, self.say, (parent,))

    def stop(self, parent: Any) -> None:
        """The worker stops, or has lost the queue: either way it takes nothing now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._tell(workers.leave, parent.hostname)

    def say(self, parent: Any) -> None:
        """Say it for every queue that messages are taken from at this moment."""
        self._tell(workers.say, parent.hostname, list(parent.app.amqp.queues.consume_from))

    def _tell(self, what: Any, *args: Any) -> None:
        try:
            what(*args)
        except Error as error:
            log.warning("the worker cannot say that it is there", error=str(error))
        finally:
            connection.close()  # processes that are started later must not share it
