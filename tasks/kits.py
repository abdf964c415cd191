"""Keeping the lists of the kits up to date, and the kits on the nodes."""

from console.models import Cluster
from console.services import queue
from console.services.kits.deploying import deploy_in_turn
from console.services.kits.listing import refresh_in_turn
from tasks import hints, slots


@queue.app.task(name=queue.REFRESH_KIT, max_retries=0)
def refresh_kit(cluster_id: int) -> None:
    """Bring the list up to date, then the kits on the nodes.

    Without a free slot it is left to the next turn; a second delivery reads once more.
    """
    cluster = hints.row(Cluster, cluster_id)
    with slots.place() as free:
        if free and cluster is not None:
            refresh_in_turn(cluster)
            deploy_in_turn(cluster)
