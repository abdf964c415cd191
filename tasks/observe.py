"""Observing clusters, when their turn comes and when somebody asks."""

from console.services import observing, queue, turns
from tasks import slots


@queue.app.task(name=queue.OBSERVE_CLUSTER, max_retries=0)
def observe_cluster(cluster_id: int) -> None:
    """Observe the cluster, if it was asked for since the last time; one that is gone is left alone.

    Without a free slot it is put off a little.
    """
    with slots.place() as free:
        if not free:
            turns.put_off(cluster_id)
        elif turns.take(cluster_id):
            observing.observe_taken(cluster_id)
