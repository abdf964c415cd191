"""The connection to the directory is lost at each single write of a switch: it ends as if nothing had been."""

from collections.abc import Iterator
from typing import Any

import pytest

from console.domain.outcome import Status
from console.lab import presets
from tests.moves.fire import Died, Fire, Reference
from tests.moves.ground import texts

pytestmark = pytest.mark.slow

MAILBOXES = 6
WRITES, SENDS = 15, 10
"""Of a whole switch of this cluster: mount flags, release, claim, mailboxes (sent at once), pointers."""
QUICK = (2, 3, 8)
"""The writes that the quick tests break too: release, claim, one mailbox of several in flight."""
FATES = pytest.mark.parametrize("arrived", [False, True], ids=["before-it-arrived", "before-its-answer"])


def each(numbers: range) -> list[Any]:
    """All of the numbers; most are for the thorough run only."""
    return [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in numbers]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fire]:
    made = Fire(tmp_path_factory.mktemp("lab"), presets.tokyo(), mailboxes=MAILBOXES)
    yield made
    made.close()


def test_a_switch_makes_as_many_writes_as_are_broken_here(reference: Reference) -> None:
    assert (reference.count, reference.sends) == (WRITES, SENDS)
    assert set(reference.written.values()) == {1}


@FATES
@pytest.mark.parametrize("number", each(range(WRITES)))
def test_a_loss_at_any_write_is_made_good(fire: Fire, reference: Reference, number: int, arrived: bool) -> None:
    fire.directory.fault("drop", after=number, applied=arrived, times=1)
    ending = fire.worker()
    assert ending.status is Status.SUCCEEDED, ending
    assert fire.directory.service.faults.describe() == {}
    reference.holds_for(fire)


def test_a_line_that_breaks_after_every_write_still_carries_all_of_them_once(fire: Fire, reference: Reference) -> None:
    fire.directory.fault("drop", applied=True)
    assert fire.worker().status is Status.SUCCEEDED
    reference.holds_for(fire)


STEPS = ("mount-flags", "release-names", "claim-names", "mailboxes", "pointers")


@pytest.mark.parametrize("key", STEPS)
def test_a_controller_that_restarts_at_a_step_s_first_write_is_waited_for(
    fire: Fire, reference: Reference, key: str
) -> None:
    restarts = Restart(fire, key)
    fire.hand.on_send = restarts.at_send
    assert fire.worker().status is Status.SUCCEEDED
    assert restarts.done
    assert any("tried again" in text for text in texts(fire.journal, "waiting"))
    reference.holds_for(fire)


class Restart:
    """The controller goes down as a step sends for the first time, and comes up again after the step has waited."""

    def __init__(self, fire: Fire, key: str) -> None:
        self.fire, self.key, self.done = fire, key, False
        fire.hand.on_beat = self.at_beat

    def at_send(self, number: int) -> None:
        if not self.done and self.fire.journal.kinds(self.key):
            self.done = True
            self.fire.directory.fault("refuse")

    def at_beat(self, step: str) -> None:
        if self.done:
            self.fire.directory.fault("refuse", False)


@pytest.mark.parametrize("key", STEPS)
def test_a_controller_that_stays_away_ends_uncertain_and_the_answer_again_finishes_it(
    fire: Fire, reference: Reference, key: str
) -> None:
    fire.hurried(key, within=1.0)
    away = Restart(fire, key)
    fire.hand.on_send, fire.hand.on_beat = away.at_send, lambda step: None
    ending = fire.worker()
    assert (ending.status, ending.step) == (Status.UNCERTAIN, key)
    assert ending.remedy
    fire.heal()
    assert fire.carried_on().status is Status.SUCCEEDED
    reference.holds_for(fire)


@pytest.mark.parametrize("number", each(range(1, SENDS + 1)))
def test_a_worker_that_is_killed_right_before_it_sends_is_followed_by_another(
    fire: Fire, reference: Reference, number: int
) -> None:
    def die(sends: int) -> None:
        if sends == number:
            raise Died(f"before send {number}")

    fire.hand.on_send = die
    assert fire.by_turns().status is Status.SUCCEEDED
    assert fire.hand.sends > reference.sends
    reference.holds_though_some_died(fire)


@pytest.mark.parametrize("number", each(range(WRITES)))
def test_a_worker_that_is_killed_after_its_write_was_done_unheard_is_followed_by_another(
    fire: Fire, reference: Reference, number: int
) -> None:
    fire.directory.fault("drop", after=number, applied=True, times=1)
    fire.clock.deadly = True
    assert fire.by_turns().status is Status.SUCCEEDED
    assert not fire.clock.deadly
    reference.holds_though_some_died(fire)
