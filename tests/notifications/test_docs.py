"""The page lists the events and the services that there are."""

from pathlib import Path

from console.adapters.notifying.services import SERVICES
from console.domain.notifications.events import EVENTS
from tests.docs.test_truth import table

PAGE = (Path(__file__).parents[2] / "docs/notifications.md").read_text(encoding="utf-8")


def test_every_event_is_told_with_its_severity() -> None:
    rows = [(row[0].strip("`"), row[1], row[2]) for row in table(PAGE, "Events")]
    assert rows == [(event.key, event.severity.word, event.what) for event in EVENTS.values()]


def test_every_service_is_told_with_its_hosts() -> None:
    for service in SERVICES.values():
        (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {service.label} |")]
        assert f"`{service.example}`" in row
        assert all(f"`{host}`" in row for host in service.hosts)
