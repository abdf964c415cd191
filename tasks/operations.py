"""Carrying out the operation that somebody confirmed, or that another worker left behind."""

import structlog

from console.models import Operation
from console.services import queue
from console.services.execute import execute
from console.services.lease import worker_name
from tasks import slots

log = structlog.get_logger(__name__)


@queue.app.task(name=queue.RUN_OPERATION, max_retries=0)
def run_operation(operation_id: int) -> None:
    """Carry the operation out to its ending. A second delivery finds nothing to claim.

    Without a free slot it goes on waiting; the sweep sends it again.
    """
    kind = Operation.objects.filter(pk=operation_id).values_list("kind", flat=True).first()
    if kind is None:
        log.error("a message names an operation that there is not", operation=operation_id)
        return
    with slots.place(urgent=queue.urgency_of(kind) == queue.URGENT) as free:
        if free:
            execute(operation_id, worker_name())
