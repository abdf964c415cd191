"""The guide's advice on the pages of a cluster and of an operation, with what was measured."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from console.models import Cluster, JournalLine, Operation
from console.services.advice import for_operation, slowest_stop
from tests.services import making
from tests.web.world import ended, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokyo() -> Cluster:
    return making.cluster()


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(making.account("vera", "viewer"))
    return client


def _stopped_in(cluster: Cluster, seconds: float) -> Operation:
    now = timezone.now()
    operation = ended(cluster, "succeeded", outage_started_at=now)
    write(operation, [("started", "stop", "Stop"), ("done", "stop", "Stopped.")])
    JournalLine.objects.filter(operation=operation, kind="started").update(at=now)
    JournalLine.objects.filter(operation=operation, kind="done").update(at=now + timedelta(seconds=seconds))
    return operation


def test_a_move_that_succeeded_says_what_users_notice(page: Client, tokyo: Cluster) -> None:
    operation = ended(tokyo, "succeeded")
    text = page.get(f"/operations/{operation.pk}/").content.decode()
    assert "Outlook that uses MAPI must be restarted" in text
    assert "Notes, item 8" in text


@pytest.mark.parametrize("status", ["failed", "stopped", "uncertain"])
def test_one_that_did_not_succeed_says_nothing_of_it(page: Client, tokyo: Cluster, status: str) -> None:
    operation = ended(tokyo, status)
    assert for_operation(operation) == ()
    assert "Outlook that uses MAPI" not in page.get(f"/operations/{operation.pk}/").content.decode()


def test_a_cluster_says_how_long_its_power_must_last_by_what_was_measured(page: Client, tokyo: Cluster) -> None:
    url = f"/clusters/{tokyo.name}/"
    assert "was not measured here yet" in page.get(url).content.decode()
    _stopped_in(tokyo, 60)
    _stopped_in(tokyo, 240)
    assert slowest_stop(tokyo) == 240
    assert "allow at least 8 minutes" in page.get(url).content.decode()


def test_a_stop_that_never_ended_is_not_taken_for_a_measure(tokyo: Cluster) -> None:
    operation = ended(tokyo, "failed", outage_started_at=timezone.now())
    write(operation, [("started", "stop", "Stop"), ("failed", "stop", "It stays.")])
    assert slowest_stop(tokyo) is None
