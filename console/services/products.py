"""What a cluster's product is to Exchange, for whoever asks about more than one kind of cluster."""

from console.domain.checks import Refusal
from console.domain.products import ClusterProduct, Generation
from console.drivers import driver_for, driver_keys, generation_for
from console.models import Cluster


def keys() -> tuple[str, ...]:
    """What a cluster's driver may be, in the order of the alphabet."""
    return driver_keys()


def product_of(cluster: Cluster) -> ClusterProduct:
    """The product of the cluster. Raises `UnknownDriver`."""
    return driver_for(cluster.driver).product


def generation_of(cluster: Cluster) -> Generation:
    """What the cluster's generation of Exchange needs under its product. Raises `UnknownDriver`, `CatalogError`."""
    return generation_for(cluster.driver, cluster.generation)


def guided(cluster: Cluster) -> bool:
    """Whether the guide is about such a cluster: Exchange is a server of each node's own, and scripts start it.

    Where Exchange's name moves with the group, set-up and the cluster do what the guide has done by hand.
    """
    return not product_of(cluster).name_moves


def require_guided(cluster: Cluster, why_not: str, remedy: str) -> None:
    """Raises `Refusal` where the guide is not about the cluster's product; `why_not` is the rest of a sentence."""
    if not guided(cluster):
        text = f"{cluster.name} runs on {product_of(cluster).title}: {why_not}."
        raise Refusal.of(text, remedy, key="product")
