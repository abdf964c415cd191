"""Observing: what cannot be read is an observation too, and one turn is taken once."""

import threading
from typing import Any

import pytest
from django.db import connection

from console.domain.errors import Unreachable
from console.models import Cluster, ObservationRecord, ObservationTurn
from console.services import observe, queue, turns, upkeep
from console.services.clock import database_now
from tests.services import making

pytestmark = pytest.mark.django_db


def test_a_cluster_whose_password_cannot_be_had_is_unknown_and_says_what_to_do() -> None:
    record = observe.observe(making.cluster())
    assert record.status["tone"] == "unknown"
    assert record.status["mail"] == "unknown"
    assert "CHANGEOVER_TEST_PASSWORD" in record.status["headline"]
    assert [node["active"] for node in record.status["nodes"]] == [None, None]


def test_nodes_and_a_directory_that_do_not_answer_are_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANGEOVER_TEST_PASSWORD", "never-asked-for")
    record = observe.observe(making.cluster())
    assert record.status["mail"] == "down"
    assert record.status["directory"]["tone"] == "unknown"
    assert record.status["directory"]["detail"]
    reach = [fact for node in record.status["nodes"] for fact in node["facts"] if fact["key"] == "reach"]
    assert [fact["tone"] for fact in reach] == ["unknown", "unknown"]
    assert "never-asked-for" not in str(record.status)


@pytest.mark.parametrize("error", [Unreachable("silent"), RuntimeError("a detail")])
def test_whatever_goes_wrong_is_kept_and_never_raised(error: Exception) -> None:
    def break_off(cluster: Cluster) -> Any:
        raise error

    record = observe.observe(making.cluster(), break_off)
    assert record.status["tone"] == "unknown"
    assert "a detail" not in str(record.status)


def test_an_older_observation_does_not_replace_a_newer_one() -> None:
    cluster = making.cluster()
    newer = observe.observe(cluster)
    later = database_now().replace(year=2099)
    ObservationRecord.objects.filter(pk=newer.pk).update(at=later)
    assert observe.observe(cluster).at == later


def test_every_cluster_has_its_turn_once_in_a_while() -> None:
    making.cluster()
    making.cluster("OSAKA", 2)
    assert turns.ask_due() == 2
    assert turns.ask_due() == 0
    ObservationTurn.objects.update(due_at=database_now())
    assert turns.ask_due() == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_schedulers_one_takes_the_turn() -> None:
    making.cluster()
    counts: list[int] = []
    together = threading.Barrier(4)

    def schedule() -> None:
        together.wait()
        counts.append(turns.ask_due())
        connection.close()

    threads = [threading.Thread(target=schedule) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 0, 1]


def test_asking_moves_the_turn_on() -> None:
    cluster = making.cluster()
    turns.ask(cluster)
    assert turns.ask_due() == 0


def test_a_site_has_its_own_queues_and_a_named_site_is_the_only_one_served(settings: Any) -> None:
    making.cluster()
    assert queue.queues(queue.sites_here()) == ["operations.main", "observation.main"]
    settings.SITES = ["Osaka"]
    assert queue.sites_here() == ["Osaka"]


def test_what_waits_is_sent_again_and_no_sooner_than_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(queue, "send", lambda message, pk, name, **_: sent.append((message, pk)))
    operation = making.operation(making.cluster())
    upkeep.resend()
    assert sent == []
    monkeypatch.setattr(upkeep, "RESEND_AFTER", -1)
    upkeep.resend()
    assert sent == [("operations.run", operation.pk)]


def test_what_goes_wrong_beside_it_leaves_the_observation_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANGEOVER_TEST_PASSWORD", "never-asked-for")

    def break_off(*_: object) -> None:
        raise RuntimeError("a detail")

    monkeypatch.setattr(observe.event_logs, "read_for", break_off)
    assert observe.observe(making.cluster()).status["mail"] == "down"
