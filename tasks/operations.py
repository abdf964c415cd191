"""Carrying out the operation that somebody confirmed."""

from console.services import queue
from console.services.execute import execute
from console.services.lease import worker_name


@queue.app.task(name=queue.RUN_OPERATION, max_retries=0)
def run_operation(operation_id: int) -> None:
    """Carry the operation out to its ending. A second delivery finds nothing to claim."""
    execute(operation_id, worker_name())
