"""Exchange 2007 from two bare servers to a cluster that fails over; and a service pack rolled over a live cluster."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from console.lab import presets
from console.lab.directory.server import DirectoryServer
from console.models import Operation
from tests.setup.journey import Journey, fails_over_and_back, is_set_up, runs_again_without_a_trace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
KEY = "exchange-2007-setup"
PACK = "exchange-2007-service-pack"


@pytest.fixture
def journey(transactional_db: None, live_server: Any, tmp_path: Path) -> Iterator[Journey]:
    bare = replace(presets.osaka(base="127.0.72"), scripts="none", prepared=False)
    made = Journey(tmp_path / "lab", live_server.url, bare)
    yield made
    made.close()


@pytest.fixture
def live(transactional_db: None, live_server: Any, tmp_path: Path) -> Iterator[Journey]:
    """A cluster that carries mail by the console's scripts, its servers as they were before Service Pack 1."""
    made = Journey(tmp_path / "lab", live_server.url, replace(presets.osaka(base="127.0.73"), scripts="console"))
    directory = made.lab.directory
    assert isinstance(directory, DirectoryServer)
    for name in (made.primary, made.standby):
        server = directory.dialogs.below(name, "msExchExchangeServer")[0]
        directory.dialogs.set(server.dn, "serialNumber", "Version 8.0 (Build 30685.24)")
    yield made
    made.close()


def test_from_two_bare_servers_to_a_cluster_that_fails_over(journey: Journey) -> None:
    journey.dies_at = "to-primary"
    operation = journey.go_on(journey.start(KEY))
    is_set_up(journey, operation)
    fails_over_and_back(journey)
    runs_again_without_a_trace(journey, KEY)


def test_a_service_pack_goes_to_the_standby_first_then_to_the_other_and_mail_comes_back(live: Journey) -> None:
    operation = live.go_on(live.start(PACK))
    assert operation.status == "succeeded", live.story(operation)
    moves = Operation.objects.filter(kind__in=("failover", "failback")).order_by("pk")
    assert list(moves.values_list("kind", "status")) == [("failover", "succeeded"), ("failback", "succeeded")]
    assert (live.done, live.owner()) == (["standby-pack", "primary-pack"], live.primary)
    runs_again_without_a_trace(live, PACK)
