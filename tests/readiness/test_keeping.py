"""What is kept of readiness with each observation, and what is told of it."""

import math
from datetime import timedelta

import pytest

from console.models import Cluster, Notice, ReadinessChange, ReadinessRecord
from console.services import observe, readiness
from console.services.clock import database_now
from console.services.metrics.clusters import metrics
from console.services.notifications import telling
from tests.readiness.looking import GOOD, SILENT, UNTOLD, looked
from tests.services import making
from tests.windows.opening import opened

pytestmark = pytest.mark.django_db


def scores(cluster: Cluster) -> list[int | None]:
    """The history, oldest first."""
    return list(ReadinessChange.objects.filter(cluster=cluster).order_by("pk").values_list("score", flat=True))


def told() -> list[tuple[str, int]]:
    """What was told of readiness, with its severity."""
    found = Notice.objects.filter(event__startswith="readiness.").order_by("pk")
    return list(found.values_list("event", "severity"))


def test_a_row_is_written_when_something_changes_and_once_a_day() -> None:
    tokyo = making.cluster()
    for minutes in range(5):
        looked(tokyo, *GOOD, minutes=minutes)
    looked(tokyo, *UNTOLD, minutes=5)
    looked(tokyo, *UNTOLD, minutes=6)
    assert scores(tokyo) == [100, 79]
    looked(tokyo, *UNTOLD, minutes=6 + 24 * 60)
    assert scores(tokyo) == [100, 79, 79]
    record = ReadinessRecord.objects.get()
    weak = [["partition.free", "", "unknown", "partition.free"]]
    assert (record.score, record.state, record.weak) == (79, "asks", weak)
    assert record.kept_at - record.since > timedelta(hours=23)


def test_another_name_of_the_same_check_is_no_change() -> None:
    tokyo = making.cluster()
    looked(tokyo, *UNTOLD)
    record = ReadinessRecord.objects.get()
    for kept in (["partition.free", "", "unknown"], ["partition.free", "", "unknown", "Nobody uses X:"]):
        ReadinessRecord.objects.update(weak=[kept])
        looked(tokyo, *UNTOLD, minutes=1)
        assert scores(tokyo) == [79]
        assert ReadinessRecord.objects.get().since == record.since


def test_the_history_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "KEPT", 3)
    tokyo = making.cluster()
    for minutes in range(7):
        looked(tokyo, *(GOOD if minutes % 2 else UNTOLD), minutes=minutes)
    assert scores(tokyo) == [79, 100, 79]


def test_a_drop_is_told_once_when_two_looks_have_seen_it_and_so_is_its_end() -> None:
    tokyo = making.cluster()
    looked(tokyo, *GOOD)
    looked(tokyo, *SILENT, minutes=1)
    assert told() == []
    for minutes in (2, 3, 4):
        looked(tokyo, *SILENT, minutes=minutes)
    assert told() == [("readiness.dropped", 2)]
    notice = Notice.objects.get(event="readiness.dropped")
    assert "TOKYO" in notice.text
    assert "node.reach TOK-EX2" in notice.text
    assert (notice.path, notice.facts["readiness"]["score"]) == ("/clusters/TOKYO/readiness/", 49)
    looked(tokyo, *GOOD, minutes=5)
    assert told() == [("readiness.dropped", 2), ("readiness.restored", 1)]


def test_what_nobody_can_tell_is_told_too() -> None:
    tokyo = making.cluster()
    looked(tokyo)
    looked(tokyo, minutes=1)
    assert scores(tokyo) == [None]
    assert "cannot be told" in Notice.objects.get(event="readiness.dropped").text


def test_below_which_score_it_is_told_says_the_cluster() -> None:
    tokyo = making.cluster()
    tokyo.readiness_least = 70
    for minutes in range(3):
        looked(tokyo, *UNTOLD, minutes=minutes)
    assert told() == []
    tokyo.readiness_least = 80
    for minutes in range(3, 6):
        looked(tokyo, *UNTOLD, minutes=minutes)
    assert told() == [("readiness.dropped", 2)]


def test_in_maintenance_it_is_told_quietly() -> None:
    tokyo = making.cluster()
    opened(tokyo)
    for minutes in range(3):
        looked(tokyo, *SILENT, minutes=minutes)
    assert told() == [("readiness.dropped", 1)]
    assert Notice.objects.get(event="readiness.dropped").text.startswith("In maintenance: ")


def test_while_an_operation_acts_nothing_is_kept() -> None:
    tokyo = making.cluster()
    looked(tokyo, *GOOD)
    making.operation(tokyo)
    looked(tokyo, *SILENT, minutes=1)
    looked(tokyo, *SILENT, minutes=2)
    assert (scores(tokyo), told()) == ([100], [])


def test_before_there_is_exchange_nothing_is_kept() -> None:
    tokyo = making.cluster()
    readiness.note(tokyo, SILENT, database_now(), bare=True)
    assert not ReadinessRecord.objects.exists()


def test_it_comes_with_every_observation() -> None:
    tokyo = making.cluster()
    observe.observe(tokyo)  # whose password cannot be had
    record = ReadinessRecord.objects.get(cluster=tokyo)
    assert (record.score, record.state) == (None, "unknown")
    assert record.suspected == ["unreadable"]


def test_the_history_begins_with_the_row_that_held_then() -> None:
    tokyo = making.cluster()
    looked(tokyo, *GOOD)
    looked(tokyo, *UNTOLD, minutes=60)
    found = readiness.history(tokyo, database_now() + timedelta(minutes=30))
    assert [point.score for point in found] == [100, 79]


def test_a_notice_of_it_goes_the_way_of_all_notices() -> None:
    tokyo = making.cluster()
    looked(tokyo, *SILENT)
    looked(tokyo, *SILENT, minutes=1)
    telling.gather()
    assert Notice.objects.get(event="readiness.dropped").routed_at is not None


def test_monitoring_reads_it_and_whether_a_window_is_open() -> None:
    tokyo, osaka = making.cluster(), making.cluster("OSAKA", 2)
    looked(tokyo, *UNTOLD)
    looked(osaka)
    opened(osaka)
    found = {metric.name: {s.labels["cluster"]: s.value for s in metric.samples} for metric in metrics(database_now())}
    readiness_now = found["changeover_cluster_readiness"]
    assert readiness_now["TOKYO"] == 79
    assert math.isnan(readiness_now["OSAKA"])
    assert found["changeover_cluster_maintenance"] == {"TOKYO": 0.0, "OSAKA": 1.0}
