"""A site whose workers are away is told of once, after a while, and again when they are back."""

from datetime import timedelta

import pytest

from console.models import Notice, ObservationTurn, WorkerSeen
from console.services import workers
from console.services.clock import database_now
from console.services.notifications.workers_missing import PATIENCE, look
from tests.services import making

pytestmark = pytest.mark.django_db
QUEUES = ["operations.main", "observation.main"]


def told() -> list[str]:
    return [f"{notice.event} {notice.thread.rsplit(':')[-1]}" for notice in Notice.objects.order_by("pk")]


def test_a_worker_that_is_away_is_told_of_once_and_so_is_its_return() -> None:
    making.cluster()
    workers.say("one@host", QUEUES)
    assert look() == 0
    WorkerSeen.objects.update(seen_at=database_now() - PATIENCE + timedelta(seconds=30))
    assert look() == 0  # it may be starting anew
    WorkerSeen.objects.update(seen_at=database_now() - PATIENCE - timedelta(seconds=1))
    assert [look(), look()] == [2, 0]
    workers.say("two@host", QUEUES)
    assert [look(), look()] == [2, 0]
    assert sorted(told()) == [
        "worker.heard observation",
        "worker.heard operations",
        "worker.silent observation",
        "worker.silent operations",
    ]


def test_one_that_stopped_in_good_order_is_missed_when_nobody_takes_up_what_was_asked() -> None:
    cluster = making.cluster()
    assert look() == 0
    long_ago = database_now() - 2 * PATIENCE
    ObservationTurn.objects.create(cluster=cluster, due_at=long_ago, asked_at=long_ago)
    assert look() == 1
    assert told() == ["worker.silent observation"]


def test_a_site_without_clusters_needs_no_worker() -> None:
    making.cluster().delete()
    ObservationTurn.objects.all().delete()
    assert (look(), told()) == (0, [])
