"""The events of an operation: read while it runs and for a while after, kept, and shown on its page."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from console.domain.event_log import LogReading, Occurrence
from console.lab import presets
from console.models import Cluster, EventLogRecord, Operation
from console.services import event_logs
from tests.moves.ground import Ground
from tests.services import making
from tests.web import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokyo() -> Cluster:
    return making.cluster()


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    made = Ground(tmp_path / "lab", presets.tokyo())
    yield made
    made.close()


def kept(operation: Operation, *events: tuple[str, int, str, float], node: str = "") -> None:
    """Events of (source, code, message, seconds after the operation began)."""
    at = operation.started_at
    assert at is not None
    occurrences = [
        Occurrence("Application", source, code, "error", message, 1, moment, moment)
        for source, code, message, seconds in events
        for moment in [(at + timedelta(seconds=seconds)).isoformat()]
    ]
    values = {"at": timezone.now(), "occurrences": LogReading("", tuple(occurrences)).to_json()}
    EventLogRecord.objects.create(operation=operation, node=node or operation.source, **values)


def look(ground: Ground, cluster: Cluster) -> None:
    with ground.open() as field:
        event_logs.read_for(cluster, field)


def test_the_events_of_a_running_operation_are_read_from_both_nodes(ground: Ground, tokyo: Cluster) -> None:
    operation = world.running(tokyo)
    ground.lab.fault("TYO-EX2", "event-logged", event="MSExchangeIS 1087")
    look(ground, tokyo)
    found = {record.node: [o["code"] for o in record.occurrences] for record in operation.event_logs.all()}
    assert found == {"TYO-EX1": [], "TYO-EX2": [1087]}


@pytest.mark.slow
def test_a_real_move_leaves_nothing_but_harmless_events(ground: Ground, tokyo: Cluster) -> None:
    operation = world.running(tokyo)
    ground.move("failover")
    look(ground, tokyo)
    logs = {log.record.node: log for log in event_logs.of(operation)}
    assert [judged.occurrence.source for judged in logs[ground.target].folded] == ["MSExchangeSA"]
    assert not any(log.shown for log in logs.values())


def test_nothing_is_read_when_no_operation_ran_lately(ground: Ground, tokyo: Cluster) -> None:
    long_ago = timezone.now() - event_logs.AFTERWARDS - timedelta(minutes=1)
    world.ended(tokyo, "succeeded", started_at=long_ago, ended_at=long_ago)
    look(ground, tokyo)
    assert not EventLogRecord.objects.exists()


def test_a_node_that_falls_silent_keeps_what_was_read_and_says_that_it_is_old(ground: Ground, tokyo: Cluster) -> None:
    operation = world.running(tokyo)
    ground.lab.fault("TYO-EX2", "event-logged")
    look(ground, tokyo)
    ground.lab.fault("TYO-EX2", "winrm-down")
    look(ground, tokyo)
    record = EventLogRecord.objects.get(operation=operation, node="TYO-EX2")
    assert record.unknown
    assert [o["code"] for o in record.occurrences] == [1087]


def test_counters_are_harmless_only_while_the_node_lacks_the_group(tokyo: Cluster) -> None:
    now = timezone.now()
    times = {"outage_started_at": now + timedelta(seconds=10), "outage_ended_at": now + timedelta(seconds=20)}
    operation = world.ended(tokyo, "succeeded", started_at=now, **times)
    text = "The Open Procedure for MSExchangeIS failed."
    kept(operation, *(("Perflib", 1008, text, seconds) for seconds in (5.0, 15.0, 25.0)))
    kept(operation, *(("Perflib", 1008, text, seconds) for seconds in (5.0, 15.0, 25.0)), node=operation.target)
    shown = {log.record.node: (len(log.shown), len(log.folded)) for log in event_logs.of(operation)}
    assert shown == {operation.source: (1, 2), operation.target: (1, 2)}


def test_the_page_shows_what_needs_a_look_and_folds_the_rest_with_its_reason(client: Client, tokyo: Cluster) -> None:
    client.force_login(making.account("vera", "viewer"))
    operation = world.ended(tokyo, "succeeded", started_at=timezone.now())
    harmless = "It has detected a discrepancy in the published security data for Exchange server 'X'."
    kept(operation, ("MSExchangeSA", 9040, harmless, 1), ("Disk", 51, world.HOSTILE, 2))
    text = client.get(f"/operations/{operation.pk}/").content.decode()
    assert "1 harmless event<" in text
    assert "does not affect operation" in text
    assert "Nothing is known here about this event" in text
    assert world.HOSTILE not in text
