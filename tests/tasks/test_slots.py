"""Slots: so many and no more, over all processes of a worker, and free again however a process ends."""

import os
import signal
from collections.abc import Iterator

import pytest

from tasks import slots
from tasks.slots import Slots


class Holder:
    """A process that takes a place and holds it until it is told to end, or is killed."""

    def __init__(self, among: Slots, *, urgent: bool = False) -> None:
        self._told, telling = os.pipe()
        ending, self._end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._end)
            with slots.place(urgent=urgent) if urgent else among.place() as held:
                os.write(telling, b"1" if held else b"0")
                os.read(ending, 1)
            os._exit(0)
        os.close(ending)
        self.held = os.read(self._told, 1) == b"1"

    def let_go(self) -> None:
        os.write(self._end, b"!")  # processes that were started later hold this end open too
        os.waitpid(self.pid, 0)
        os.close(self._end)

    def die(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._end)


@pytest.fixture
def one_of_three_is_kept_free() -> Iterator[None]:
    slots.limit(3)
    yield
    slots._here.clear()


def test_so_many_processes_hold_a_place_and_no_more() -> None:
    among = Slots(2)
    holders = [Holder(among) for _ in range(3)]
    assert [holder.held for holder in holders] == [True, True, False]
    holders[0].let_go()
    another = Holder(among)
    assert another.held
    for holder in (*holders[1:], another):
        holder.let_go()


def test_the_place_of_a_process_that_was_killed_is_free() -> None:
    among = Slots(1)
    first = Holder(among)
    assert first.held
    first.die()
    second = Holder(among)
    assert second.held
    second.let_go()


def test_what_is_urgent_counts_so_that_what_may_wait_never_takes_the_last_process(
    one_of_three_is_kept_free: None,
) -> None:
    takeovers = [Holder(slots._here[0], urgent=True) for _ in range(2)]
    waits, third = Holder(slots._here[0]), Holder(slots._here[0], urgent=True)
    assert [holder.held for holder in (*takeovers, waits, third)] == [True, True, False, True]
    for holder in (*takeovers, waits, third):
        holder.let_go()


def test_what_is_urgent_needs_no_place(one_of_three_is_kept_free: None) -> None:
    holders = [Holder(slots._here[0]) for _ in range(2)]
    assert all(holder.held for holder in holders)
    with slots.place() as free:
        assert not free
    with slots.place(urgent=True) as free:
        assert free
    for holder in holders:
        holder.let_go()
    with slots.place() as free:
        assert free


def test_a_worker_of_one_process_still_works() -> None:
    slots.limit(1)
    with slots.place() as free:
        assert free
    slots._here.clear()


def test_outside_a_worker_nothing_is_bounded() -> None:
    with slots.place() as free:
        assert free
