"""What a message names: a row, or nothing, which is told and left at that."""

from typing import TypeVar

import structlog
from django.db.models import Model

M = TypeVar("M", bound=Model)

log = structlog.get_logger(__name__)


def row(model: type[M], pk: object) -> M | None:
    """The row that a message means; None, and an error in the log, when there is none."""
    found = model._default_manager.filter(pk=pk).first() if isinstance(pk, int) else None
    if found is None:
        what = model._meta.verbose_name
        log.error("a message names what there is not; it is dropped, and nothing is lost by it", what=what, id=pk)
    return found
