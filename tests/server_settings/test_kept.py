"""What differs between the two servers: compared on a schedule, kept, and shown on the cluster's page."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from console.lab import presets
from console.models import Cluster, ServerDifferences
from console.services.server_settings import EVERY, compare_if_due
from tests.moves.ground import Ground
from tests.server_settings.test_on_the_lab import GROUP, change
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    made = Ground(tmp_path / "lab", presets.tokyo())
    yield made
    made.close()


@pytest.fixture
def row() -> Cluster:
    return making.cluster()


def look(ground: Ground, row: Cluster) -> ServerDifferences:
    with ground.open() as field:
        compare_if_due(row, field, ground.source)
    return ServerDifferences.objects.get(cluster=row)


def test_what_differs_is_kept_and_is_compared_again_only_after_a_while(ground: Ground, row: Cluster) -> None:
    assert look(ground, row).differences == []
    change(ground, ground.target, GROUP, "msExchESEParamCircularLog", "1")
    assert look(ground, row).differences == []
    ServerDifferences.objects.update(at=timezone.now() - EVERY - timedelta(seconds=1))
    assert [one["attribute"] for one in look(ground, row).differences] == ["msExchESEParamCircularLog"]


def test_a_time_that_lies_ahead_does_not_put_it_off_for_ever(ground: Ground, row: Cluster) -> None:
    look(ground, row)
    ServerDifferences.objects.update(at=timezone.now() + timedelta(days=3650), looked_at=0)
    assert look(ground, row).looked_at > 0


def test_a_directory_that_is_away_leaves_what_was_found_and_says_so(
    ground: Ground, row: Cluster, client: Client
) -> None:
    change(ground, ground.target, GROUP, "msExchESEParamCircularLog", "1")
    look(ground, row)
    ServerDifferences.objects.update(at=timezone.now() - EVERY - timedelta(seconds=1))
    ground.directory.fault("wrong-password", True)
    record = look(ground, row)
    assert record.unknown
    assert len(record.differences) == 1
    client.force_login(making.account("vera", "viewer"))
    text = client.get(f"/clusters/{row.name}/").content.decode()
    assert "How they compare now is unknown" in text
    assert "msExchESEParamCircularLog" in text


def test_the_page_never_calls_equal_what_was_not_compared(row: Cluster, client: Client) -> None:
    client.force_login(making.account("vera", "viewer"))
    assert "Not compared yet" in client.get(f"/clusters/{row.name}/").content.decode()
    ServerDifferences.objects.create(cluster=row, at=timezone.now(), unknown="The directory is away.")
    text = client.get(f"/clusters/{row.name}/").content.decode()
    assert "No difference among" not in text
    assert "The directory is away." in text
