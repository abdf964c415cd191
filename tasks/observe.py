"""Observing clusters, when their turn comes and when somebody asks."""

from console.models import Cluster
from console.services import observe, queue


@queue.app.task(name=queue.OBSERVE_CLUSTER, max_retries=0)
def observe_cluster(cluster_id: int) -> None:
    """Observe the cluster; one that is gone from the inventory is left alone."""
    cluster = Cluster.objects.select_related("site", "directory").filter(pk=cluster_id).first()
    if cluster is not None:
        observe.observe(cluster)


@queue.app.task(name=queue.OBSERVE_DUE, max_retries=0)
def observe_due() -> None:
    """Have every cluster observed whose turn has come."""
    observe.ask_due()
