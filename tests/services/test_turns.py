"""Turns: periodic work is done once however many try, and no message is needed twice, nor lost for good."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from console.models import Cluster, ObservationTurn, PeriodicTurn
from console.services import periodic, queue, turns
from console.services.clock import database_now
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The messages that were sent, in their order."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(queue, "send", lambda message, pk, name, **_: found.append((message, pk)) or True)
    return found


def age(cluster: Cluster, seconds: float) -> None:
    """Let the cluster's last question be older than it is, and its turn come."""
    then = database_now() - timedelta(seconds=seconds)
    ObservationTurn.objects.filter(cluster=cluster).update(asked_at=then, due_at=database_now())


def waits(cluster: Cluster) -> float:
    """Seconds until the cluster's turn comes."""
    return (ObservationTurn.objects.get(cluster=cluster).due_at - database_now()).total_seconds()


def test_one_look_is_made_for_each_time_it_is_asked_for_whatever_is_delivered() -> None:
    cluster = making.cluster()
    assert not turns.take(cluster.pk)
    turns.ask(cluster)
    assert [turns.take(cluster.pk) for _ in range(3)] == [True, False, False]
    time.sleep(0.002)  # the database's clock ticks once a millisecond
    turns.ask(cluster)
    assert turns.take(cluster.pk)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_takes_the_look() -> None:
    cluster = making.cluster()
    turns.ask(cluster)
    assert sorted(at_once(lambda: turns.take(cluster.pk))) == [False, False, False, True]


def test_where_nobody_looks_messages_become_rarer_and_one_hour_apart_at_most(
    sent: list[tuple[str, int]], settings: Any
) -> None:
    settings.OBSERVE_EVERY = 30
    cluster = making.cluster()
    assert turns.ask_due() == 1
    assert 25 < waits(cluster) <= 30
    for asked_before, waiting in ((60, 60), (600, 600), (90_000, 3600)):
        age(cluster, asked_before)
        assert turns.ask_due() == 1
        assert waiting - 5 < waits(cluster) <= waiting + 5
    assert len(sent) == 4
    turns.wake(["main"])
    assert turns.ask_due() == 1
    assert turns.take(cluster.pk)
    turns.wake(["main"])
    assert turns.ask_due() == 0


def test_what_finds_no_slot_is_sent_again_soon(sent: list[tuple[str, int]], settings: Any) -> None:
    settings.OBSERVE_EVERY = 3600
    cluster = making.cluster()
    turns.ask_due()
    turns.put_off(cluster.pk)
    assert 0 < waits(cluster) <= 2
    assert turns.take(cluster.pk)
    turns.put_off(cluster.pk)
    assert len(sent) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_schedulers_one_does_the_work() -> None:
    assert sorted(at_once(lambda: turns.mine("sweep", 60))) == [False, False, False, True]
    assert not turns.mine("sweep", 60)
    assert turns.mine("observe", 60)


def test_a_time_that_another_clock_has_set_far_ahead_does_not_stop_the_work() -> None:
    PeriodicTurn.objects.create(name="sweep", due_at=database_now() + timedelta(hours=3))
    assert turns.mine("sweep", 2)
    assert not turns.mine("sweep", 2)


def test_only_what_may_be_due_is_looked_at_closer() -> None:
    now = database_now()
    for name, seconds in (("past", -1), ("ahead", 5), ("another clock's", 3600)):
        PeriodicTurn.objects.create(name=name, due_at=now + timedelta(seconds=seconds))
    every = dict.fromkeys(("past", "ahead", "another clock's", "new"), 10.0)
    assert turns.may_be_due(every) == {"past", "another clock's", "new"}


def test_a_scheduler_with_nothing_to_do_asks_two_questions(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    done: list[str] = []
    names = ("first", "second", "third")
    work = tuple(periodic.Work(name, lambda name=name: done.append(name), lambda: 60.0) for name in names)
    monkeypatch.setattr(periodic, "WORK", work)
    periodic.do_due()
    with django_assert_num_queries(2):
        periodic.do_due()
    assert done == [*names]


def test_a_database_that_does_not_answer_does_not_end_the_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> set[str]:
        raise OSError("nobody answers")

    monkeypatch.setattr(turns, "may_be_due", fail)
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's transaction is in it
    assert periodic.do_due() > 0


def test_work_that_fails_does_not_end_the_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def fail() -> None:
        done.append("failed")
        raise RuntimeError("nobody foresaw it")

    work = (periodic.Work("first", fail, lambda: 0.0), periodic.Work("second", lambda: done.append("did"), lambda: 2.0))
    monkeypatch.setattr(periodic, "WORK", work)
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's transaction is in it
    assert periodic.do_due() == periodic.LEAST
    assert done == ["failed", "did"]


def test_a_queue_that_does_not_answer_is_given_a_breath(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep with many rows does not wait for a silent queue row by row."""
    tried: list[int] = []

    def fail(message: str, args: list[int], **_: Any) -> None:
        tried.extend(args)
        raise OSError("nobody listens")

    monkeypatch.setattr(queue.app, "send_task", fail)
    monkeypatch.setattr(queue, "_silent", {})
    assert not any(queue.send(queue.RUN_OPERATION, pk, "operations.main") for pk in (1, 2, 3))
    assert tried == [1]
    queue._silent["until"] -= queue.BREATH
    assert not queue.send(queue.RUN_OPERATION, 4, "operations.main")
    assert tried == [1, 4]


def at_once(do: Any) -> list[Any]:
    """What four callers get that begin together."""
    got: list[Any] = []
    together = threading.Barrier(4)

    def call() -> None:
        together.wait()
        got.append(do())
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got
