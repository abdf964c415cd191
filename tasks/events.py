"""Deciding what follows from a node's question for a go."""

from console.models import NodeRun
from console.services import queue
from console.services.deciding import decide
from tasks import hints


@queue.app.task(name=queue.DECIDE_RUN, max_retries=0)
def decide_run(run_pk: int) -> None:
    """Look at both nodes, decide, and act. A second delivery finds nothing to decide."""
    if hints.row(NodeRun, run_pk) is not None:
        decide(run_pk)
