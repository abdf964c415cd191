"""The running totals as counters and histograms."""

from collections import defaultdict

from console.models import RunningTotal
from console.services.totals import BUCKETS, INFINITE, SUM

Labels = tuple[str, ...]
Histogram = tuple[list[tuple[str, float]], float]
"""Cumulative counts by upper bound, and the sum of all values."""


class Kept:
    """Every running total there is, read once."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[Labels, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
        for name, labels, bucket, value in RunningTotal.objects.values_list("name", "labels", "bucket", "value"):
            self._rows[name][tuple(labels.split(",")) if labels else ()][bucket] = value

    def counts(self, name: str, labels: int) -> dict[Labels, float]:
        """The totals of that name, by the values of so many labels."""
        return {values: cells[""] for values, cells in self._rows[name].items() if len(values) == labels}

    def histograms(self, name: str, labels: int) -> dict[Labels, Histogram]:
        """The histograms of that name, likewise."""
        found = self._rows[name].items()
        return {values: cumulative(name, cells) for values, cells in found if len(values) == labels}


def cumulative(name: str, cells: dict[str, float]) -> Histogram:
    """What each bucket of that histogram holds with all below it, of the rows by their `bucket`."""
    found, so_far = [], 0.0
    for bound in (*(str(bound) for bound in BUCKETS[name]), INFINITE):
        so_far += cells.get(bound, 0.0)
        found.append((bound, so_far))
    return found, cells.get(SUM, 0.0)
