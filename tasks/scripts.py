"""Doing with node scripts and keys what somebody asked for on a page."""

from console.models import NodeScripts
from console.services import node_requests, queue
from tasks import hints, slots


@queue.app.task(name=queue.NODE_SCRIPTS, max_retries=0)
def do_asked(row_id: int) -> None:
    """Do it; what came of it is told on the page. Without a free slot, or a second time, nothing is done."""
    row = hints.row(NodeScripts, row_id)
    with slots.place() as free:
        if free and row is not None:
            node_requests.do_asked(row)
