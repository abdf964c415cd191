"""Exchange 2003 from two bare servers to a cluster that fails over, through every step of the guide."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils.html import strip_tags

from console.lab import presets
from console.services import observe, plans
from tests.setup.journey import Journey, fails_over_and_back, is_set_up, runs_again_without_a_trace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
KEY = "exchange-2003-setup"
BY_HAND = [
    *("network", "group", "dns", "install", "hotfixes", "service-pack", "store-names", "replicas"),
    *("standby-stores", "standby-logs", "standby-smtp", "primary-stores", "primary-logs", "primary-smtp", "scripts"),
]
WORDS = ["network.bullet-2.note", "account", "dns.b", "standby-stores.K", "scripts.note"]


@pytest.fixture
def journey(transactional_db: None, live_server: Any, tmp_path: Path) -> Iterator[Journey]:
    bare = replace(presets.nagoya(base="127.0.71"), scripts="none", prepared=False)
    made = Journey(tmp_path / "lab", live_server.url, bare)
    yield made
    made.close()


def test_the_pages_of_a_pair_that_is_not_set_up_open_and_say_what_is_missing(journey: Journey) -> None:
    observe.observe(journey.cluster)
    cluster = f"/clusters/{journey.cluster.name}/"
    for page in ("/", cluster, f"{cluster}procedures/{KEY}/"):
        assert journey.pages.get(page).status_code == 200, page
    refused = plans.make(plans.prepare(journey.cluster, "failover", "", journey.olga, send=False).pk)
    assert refused.state == "refused"
    shown = strip_tags(journey.pages.get(f"/plans/{refused.pk}/").content.decode())
    assert f"There is no Exchange server object called {journey.primary}" in shown


def test_from_two_bare_servers_to_a_cluster_that_fails_over(journey: Journey) -> None:
    journey.dies_at = "to-primary"
    operation = journey.go_on(journey.start(KEY))
    is_set_up(journey, operation)
    assert sorted(journey.done) == sorted([*BY_HAND, *WORDS])
    fails_over_and_back(journey)
    runs_again_without_a_trace(journey, KEY)
