"""Writes of several threads share a transaction, and none is lost by what goes wrong with another."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from console.models import Site
from console.services.together import Together


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call gives or raises, of calls that begin together in threads."""
    found: list[Any] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def work(number: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            found[number] = call()
        except Exception as error:
            found[number] = error
        connection.close()

    threads = [threading.Thread(target=work, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_what_comes_at_the_same_moment_is_one_transaction() -> None:
    together = Together(linger=0.3)
    writes = [lambda n=n: together.write(n, lambda: Site.objects.create(name=f"s{n}").name) for n in range(8)]
    assert at_once(*writes) == [f"s{n}" for n in range(8)]
    assert Site.objects.filter(name__startswith="s").count() == 8
    assert together.batches == 1


@pytest.mark.django_db(transaction=True)
def test_a_write_that_fails_takes_back_itself_alone() -> None:
    together = Together(linger=0.2)

    def fail() -> None:
        Site.objects.create(name="half")
        raise ValueError("it does not fit")

    good, bad = at_once(
        lambda: together.write(1, lambda: Site.objects.create(name="whole").name), lambda: together.write(2, fail)
    )
    assert good == "whole"
    assert str(bad) == "it does not fit"
    assert list(Site.objects.filter(name__in=["half", "whole"]).values_list("name", flat=True)) == ["whole"]


@pytest.mark.django_db(transaction=True)
def test_what_the_database_broke_off_is_tried_again_by_itself() -> None:
    together, tries = Together(), []

    def lose_a_lock_once() -> str:
        tries.append(threading.get_ident())
        if len(tries) == 1:
            raise OperationalError("deadlock detected")
        return Site.objects.create(name="after all").name

    assert together.write(1, lose_a_lock_once) == "after all"
    assert len(tries) == 2


@pytest.mark.django_db(transaction=True)
def test_in_the_callers_own_transaction_it_stands_and_falls_with_that() -> None:
    together = Together(linger=5.0)
    with transaction.atomic():
        assert together.write(1, lambda: Site.objects.create(name="inside").name) == "inside"
        transaction.set_rollback(True)
    assert together.batches == 0
    assert not Site.objects.filter(name="inside").exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_commits_for_others_for_ever() -> None:
    """Whoever commits goes on with its own work after one transaction, though further writes wait."""
    together, order = Together(linger=0.1), []

    def write(number: int) -> None:
        time.sleep(number * 0.06)
        together.write(number, lambda: order.append(number))

    at_once(*(lambda n=n: write(n) for n in range(6)))
    assert sorted(order) == list(range(6))
    assert 2 <= together.batches <= 6
    assert not together._busy


@pytest.mark.django_db(transaction=True)
def test_locks_are_taken_in_the_same_order_whoever_comes_first() -> None:
    together, order = Together(linger=0.3), []
    at_once(*(lambda n=n: together.write(n, lambda: order.append(n)) for n in (5, 3, 9, 1)))
    assert order == [1, 3, 5, 9]
