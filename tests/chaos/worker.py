"""The Celery app of a worker that carries trip wires: `celery -A tests.chaos.worker worker`, otherwise as in use."""

from tasks.app import app
from tests.chaos import seams

seams.watch()

__all__ = ["app"]
