"""Finding out about the cluster that somebody asked about."""

from console.models import Discovery
from console.services import discovery, queue
from tasks import hints, slots


@queue.app.task(name=queue.DISCOVER, max_retries=0)
def discover(discovery_id: int) -> None:
    """Look at it; what was found is kept. A second delivery finds it taken.

    Without a free slot it goes on waiting; the sweep sends it again.
    """
    if hints.row(Discovery, discovery_id) is None:
        return
    with slots.place() as free:
        if free:
            discovery.look_asked(discovery_id)
