"""The sweep, every few seconds: deadlines that passed, workers that fell silent, messages that were lost."""

from console.services import queue, upkeep


@queue.app.task(name=queue.SWEEP, max_retries=0)
def sweep() -> None:
    """Settle what has passed a deadline, send again what was lost, and take the queues of new sites."""
    upkeep.sweep()
    queue.take_new_sites()
