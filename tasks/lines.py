"""Lines of a worker's log: written as the settings say, each with the task in which it was written."""

from collections.abc import Sequence
from typing import Any

import structlog
from celery.signals import setup_logging, task_postrun, task_prerun


@setup_logging.connect
def leave_it(**_: Any) -> None:
    """Somebody listens, so Celery leaves the log as it is, and asks for no file or level of its own."""


@task_prerun.connect
def bind(task_id: str, task: Any, args: Sequence[object], **_: Any) -> None:
    """Every line from here on names the task and the id that its message carried."""
    structlog.contextvars.clear_contextvars()
    about = {"id": args[0]} if args else {}
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id, **about)


@task_postrun.connect
def unbind(**_: Any) -> None:
    """The process is free for another task."""
    structlog.contextvars.clear_contextvars()
