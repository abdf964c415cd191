"""Clusters that come due together are spread over the time between two observations, and stay so."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from console.models import Cluster, ObservationTurn
from console.services import queue, turns
from tests.services import making

pytestmark = pytest.mark.django_db

CLUSTERS = 60


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[datetime]:
    """The database's clock, set by the test; every minute each cluster is to be observed; nothing is sent."""
    settings.OBSERVE_EVERY = 60
    now = [datetime.fromisoformat("2026-11-22T12:00:00+00:00")]
    monkeypatch.setattr(turns, "database_now", lambda: now[0])
    monkeypatch.setattr(queue, "send", lambda *_, **__: True)
    return now


def pass_time(clock: list[datetime], seconds: int) -> list[int]:
    """How many observations each look asks for; a worker takes up all of them at once."""
    sent = []
    for _ in range(int(seconds / turns.LOOK_EVERY)):
        sent.append(turns.ask_due())
        clock[0] += timedelta(seconds=turns.LOOK_EVERY)
        ObservationTurn.objects.filter(turns.OPEN).update(taken_at=clock[0])
    return sent


def test_an_import_of_many_clusters_is_no_thunder(clock: list[datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LEAST_SHARE", 1)
    for number in range(CLUSTERS):
        making.cluster(f"C{number:02}", number + 1)
    first = pass_time(clock, 60)
    assert sum(first) == CLUSTERS
    assert max(first) == 3, "two a second are a fair share, and half of that is for catching up"
    second = pass_time(clock, 60)
    assert sum(second) == CLUSTERS, "each is observed every minute"
    assert max(second) <= 3


def test_after_a_standstill_the_longest_due_come_first(clock: list[datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LEAST_SHARE", 1)
    for number in range(4):
        making.cluster(f"C{number}", number + 1)
    pass_time(clock, 60)
    for number, cluster in enumerate(Cluster.objects.order_by("name")):
        due = clock[0] - timedelta(seconds=600 + 10 * number)
        ObservationTurn.objects.filter(cluster=cluster).update(due_at=due)
    asked = []
    for _ in range(4):
        before = set(ObservationTurn.objects.filter(due_at__lte=clock[0]).values_list("cluster__name", flat=True))
        turns.ask_due()
        after = set(ObservationTurn.objects.filter(due_at__lte=clock[0]).values_list("cluster__name", flat=True))
        asked += sorted(before - after)
    assert asked == ["C3", "C2", "C1", "C0"]


def test_a_turn_keeps_its_beat_though_looks_come_a_little_late(clock: list[datetime]) -> None:
    making.cluster()
    pass_time(clock, 2)
    first = ObservationTurn.objects.get().due_at
    clock[0] = first + timedelta(seconds=1.7)
    assert turns.ask_due() == 1
    assert ObservationTurn.objects.get().due_at == first + timedelta(seconds=60)


def test_what_somebody_waits_for_is_told_from_what_comes_by_itself(clock: list[datetime]) -> None:
    cluster = making.cluster()
    pass_time(clock, 2)
    assert not turns.is_pressing(cluster.pk)
    clock[0] += timedelta(seconds=1)
    turns.ask(cluster)
    assert turns.is_pressing(cluster.pk)
    clock[0] += timedelta(seconds=1)
    assert turns.take(cluster.pk)
    assert turns.is_pressing(cluster.pk), "until it comes by itself again"
    pass_time(clock, 64)
    assert not turns.is_pressing(cluster.pk)
