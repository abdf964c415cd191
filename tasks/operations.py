"""Carrying out the operation that somebody confirmed, or that another worker left behind."""

from console.models import Operation
from console.services import queue
from console.services.execute import execute
from console.services.lease import worker_name
from tasks import hints, slots


@queue.app.task(name=queue.RUN_OPERATION, max_retries=0)
def run_operation(operation_id: int) -> None:
    """Carry the operation out to its ending. A second delivery finds nothing to claim.

    Without a free slot it goes on waiting; the sweep sends it again.
    """
    operation = hints.row(Operation, operation_id)
    if operation is None:
        return
    with slots.place(urgent=queue.urgency_of(operation.kind) == queue.URGENT) as free:
        if free:
            execute(operation_id, worker_name())
