"""The page of metrics as Prometheus' own parser reads it."""

from collections.abc import Mapping

from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]


class Page:
    """Every sample of one page."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.families = list(text_string_to_metric_families(text))
        self.samples: Mapping[tuple[str, Labels], float] = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float | None:
        """The sample of that name (without the prefix) and exactly these labels; None if there is none."""
        return self.samples.get((f"changeover_{name}", frozenset(labels.items())))

    def of(self, name: str) -> dict[Labels, float]:
        """Every sample of that name."""
        return {labels: value for (found, labels), value in self.samples.items() if found == f"changeover_{name}"}

    def state(self, name: str, label: str = "state", **labels: str) -> str:
        """The value of `label` for which the metric is 1; exactly one must be."""
        found = [
            dict(key)[label] for key, value in self.of(name).items() if value and labels.items() <= dict(key).items()
        ]
        assert len(found) == 1, found
        return found[0]


def page() -> Page:
    """The page as this host itself gets it."""
    response = Client().get("/metrics")
    assert response.status_code == 200, response.content
    return Page(response.content.decode())
