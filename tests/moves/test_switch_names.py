"""Between release and claim the names belong to nobody: whatever happens there, they end on one account or are told."""

import time
from collections.abc import Iterator

import pytest

from console.domain.outcome import Ending, Status
from console.lab import presets
from tests.directory.snapshot import difference
from tests.moves.fire import Died, Fire, Reference
from tests.moves.ground import texts
from tests.moves.trapped import all_of_it

pytestmark = pytest.mark.slow

SPN = "servicePrincipalName"
DELAY = 2.5


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fire]:
    """With another controller of the forest, some seconds behind."""
    made = Fire(
        tmp_path_factory.mktemp("lab"), presets.tokyo(), mailboxes=2, second_controller={"delay": DELAY, "nodes": ["X"]}
    )
    yield made
    made.close()


def names(fire: Fire) -> set[str]:
    """The names that move."""
    return set(fire.switch.step("release-names").changes[0].changes[0].before)


def holders(fire: Fire) -> dict[str, set[str]]:
    """The accounts that hold names that move, with which of them."""
    found = {
        dn: names(fire) & {value.decode() for value in entry.get(SPN, ())}
        for dn, entry in all_of_it(fire.backend).items()
    }
    return {dn: held for dn, held in found.items() if held}


def source(fire: Fire) -> str:
    return fire.switch.step("release-names").changes[0].dn


def target(fire: Fire) -> str:
    return fire.switch.step("claim-names").changes[0].dn


def lagging(fire: Fire) -> None:
    """The first controller asks the other one too, which knows all that was written before now."""
    ours, theirs = fire.lab.directories
    time.sleep(DELAY + 0.2)
    assert ours.snapshot()[source(fire)][SPN] == theirs.snapshot()[source(fire)][SPN]
    ours.fault("catalog")


def at_claim(fire: Fire, number: int = 1) -> list[int]:
    """Have the worker die as it is about to send for the claim's step, at that send of it."""
    sent: list[int] = []

    def die(_sends: int) -> None:
        if "acting" in fire.journal.kinds("claim-names") and "done" not in fire.journal.kinds("claim-names"):
            sent.append(1)
            if len(sent) == number:
                raise Died("between release and claim")

    fire.hand.on_send = die
    return sent


def ended_right(fire: Fire, reference: Reference, ending: Ending) -> None:
    assert ending.status is Status.SUCCEEDED, ending
    assert holders(fire) == {target(fire): names(fire)}
    assert not difference(reference.after, all_of_it(fire.backend))
    assert fire.inverse() == reference.inverse


def test_a_worker_killed_while_nobody_has_the_names_is_followed_by_one_that_claims_them(
    fire: Fire, reference: Reference
) -> None:
    at_claim(fire)
    with pytest.raises(Died):
        fire.worker()
    assert holders(fire) == {}
    ended_right(fire, reference, fire.worker())
    assert fire.written() == reference.written
    assert any("fell silent" in text for text in texts(fire.journal, "note"))


def test_a_claim_that_a_rule_refuses_puts_the_names_back_and_is_carried_on(fire: Fire, reference: Reference) -> None:
    fire.directory.fault("object-rule", text=target(fire))
    ending = fire.worker()
    assert (ending.status, ending.step) == (Status.FAILED, "claim-names")
    assert "The old owner has them back." in ending.summary
    assert "carried on" in ending.remedy
    assert holders(fire) == {source(fire): names(fire)}
    fire.heal()
    ended_right(fire, reference, fire.carried_on())
    assert sum(count for (_, dn, _, _), count in fire.written().items() if dn == source(fire)) == 3


def test_names_that_could_not_be_put_back_either_are_told_with_setspn(fire: Fire, reference: Reference) -> None:
    fire.directory.fault("object-rule", text=target(fire).partition(",")[2])
    ending = fire.worker()
    assert (ending.status, ending.step) == (Status.FAILED, "claim-names")
    assert "setspn -A" in ending.summary
    assert all(name in ending.summary for name in names(fire))
    assert source(fire) in ending.summary
    assert holders(fire) == {}
    fire.heal()
    ended_right(fire, reference, fire.carried_on())
    assert fire.written() == reference.written


def test_a_worker_killed_before_it_could_put_the_names_back_is_followed_by_one_that_claims_them(
    fire: Fire, reference: Reference
) -> None:
    fire.directory.fault("object-rule", text=target(fire), count=1)
    sent = at_claim(fire, 2)
    with pytest.raises(Died):
        fire.worker()
    assert len(sent) == 2
    assert holders(fire) == {}
    ended_right(fire, reference, fire.worker())
    assert fire.written() == reference.written


def test_a_name_that_somebody_takes_in_between_is_told_with_its_holder(fire: Fire, reference: Reference) -> None:
    thief = fire.backend.layout.forest.account_dn("service")
    name = sorted(names(fire))[0]
    taken: list[int] = []

    def take(_sends: int) -> None:
        if "acting" in fire.journal.kinds("claim-names") and not taken:
            taken.append(1)
            with fire.administrator() as connection:
                assert connection.modify(thief, {SPN: [("MODIFY_ADD", [name])]}), connection.result

    fire.hand.on_send = take
    ending = fire.worker()
    assert (ending.status, ending.step) == (Status.FAILED, "claim-names")
    assert f"{name} is held by {thief}" in ending.summary
    assert "setspn -A" in ending.summary
    with fire.administrator() as connection:
        assert connection.modify(thief, {SPN: [("MODIFY_DELETE", [name])]}), connection.result
    ended_right(fire, reference, fire.carried_on())
    assert fire.written() == reference.written


@pytest.mark.parametrize("applied", [True, False])
def test_a_line_that_is_lost_at_the_claim_is_made_good(fire: Fire, reference: Reference, applied: bool) -> None:
    writes = len(fire.switch.step("mount-flags").changes) + 1
    fire.directory.fault("drop", after=writes, applied=applied, times=1)
    ended_right(fire, reference, fire.worker())
    reference.holds_for(fire)


def test_a_claim_is_tried_again_while_another_controller_still_sees_the_old_holder(
    fire: Fire, reference: Reference
) -> None:
    lagging(fire)
    ended_right(fire, reference, fire.worker())
    assert [text for text in texts(fire.journal, "waiting") if "replication lags" in text]
    assert [pause for pause in fire.clock.waited if pause >= 1][:2] == [1.0, 2.0]
    assert fire.written() == reference.written


def test_a_lag_that_lasts_fails_the_claim_with_the_names_back(fire: Fire, reference: Reference) -> None:
    fire.hurried("claim-names", within=0.5)
    lagging(fire)
    ending = fire.worker()
    assert (ending.status, ending.step) == (Status.FAILED, "claim-names")
    assert "replication lags" in ending.summary
    assert "The old owner has them back." in ending.summary
    assert holders(fire) == {source(fire): names(fire)}
    fire.hurried("claim-names", within=20.0)
    ended_right(fire, reference, fire.carried_on())
