"""What Celery's beat runs: periodic work is done right here, so that it goes on while the queue is away."""

from typing import Any

from celery.beat import Scheduler

from console.services import periodic


class Turns(Scheduler):
    """A scheduler that keeps nothing: what is due stands in the database, and any number of schedulers may run."""

    def setup_schedule(self) -> None:
        """There are no entries: nothing is sent as a message."""

    def tick(self, *_: Any, **__: Any) -> float:
        """Do what is due; the seconds after which to be called again."""
        return periodic.do_due()
