"""The page of metrics, as Prometheus reads it."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from console.services.clock import database_now
from console.services.metrics import behind, clusters, operations
from console.services.metrics.kept import Kept

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class _Everything:
    """What the client library asks for metrics. Nothing is kept between two pages."""

    def collect(self) -> Iterable[Metric]:
        """Every metric there is, as things stand now."""
        now, kept = database_now(), Kept()
        yield from clusters.metrics(now)
        yield from operations.metrics(now, kept)
        yield from behind.metrics(now, kept)


def render() -> bytes:
    """The page: text exposition format 0.0.4."""
    return generate_latest(_Everything())
