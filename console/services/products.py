"""What a cluster's product is to Exchange, for whoever asks about more than one kind of cluster."""

from console.domain.products import ClusterProduct
from console.drivers import driver_for
from console.models import Cluster


def product_of(cluster: Cluster) -> ClusterProduct:
    """The product of the cluster. Raises `UnknownDriver`."""
    return driver_for(cluster.driver).product


def guided(cluster: Cluster) -> bool:
    """Whether the guide is about such a cluster: Exchange is a server of each node's own, and scripts start it.

    Where Exchange's name moves with the group, set-up and the cluster do what the guide has done by hand.
    """
    return not product_of(cluster).name_moves
