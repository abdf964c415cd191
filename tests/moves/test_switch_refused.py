"""A controller that is busy, turns read-only, or holds what somebody else has changed, in the middle of a switch."""

from collections.abc import Callable, Iterator

import pytest

from console.domain.directory import EntryChange
from console.domain.outcome import Status
from console.lab import presets
from tests.directory.snapshot import difference
from tests.moves.fire import Fire, Reference
from tests.moves.ground import texts
from tests.moves.trapped import all_of_it

pytestmark = pytest.mark.slow

STEPS = ("mount-flags", "release-names", "claim-names", "mailboxes", "pointers")
SOME = ("release-names", "mailboxes")
EACH = [pytest.param(key, marks=() if key in SOME else pytest.mark.slow) for key in STEPS]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fire]:
    made = Fire(tmp_path_factory.mktemp("lab"), presets.tokyo(), mailboxes=6)
    yield made
    made.close()


@pytest.mark.parametrize("fault", ["busy", "unavailable"])
@pytest.mark.parametrize("key", EACH)
def test_a_busy_controller_is_waited_for_longer_and_longer(
    fire: Fire, reference: Reference, key: str, fault: str
) -> None:
    fire.hand.on_beat = once(key, lambda: fire.directory.fault(fault, count=40 if key == "mailboxes" else 7))
    assert fire.worker().status is Status.SUCCEEDED
    quick = fire.clock.waited[:4]
    assert quick == sorted(set(quick))
    assert max(fire.clock.waited) >= 1.0
    assert any("tried again" in text for text in texts(fire.journal, "waiting"))
    reference.holds_for(fire)


@pytest.mark.parametrize("fault", ["busy", pytest.param("unavailable", marks=pytest.mark.slow)])
@pytest.mark.parametrize("key", EACH)
def test_a_controller_that_stays_busy_fails_the_step_and_is_carried_on_from_there(
    fire: Fire, reference: Reference, key: str, fault: str
) -> None:
    fire.hurried(key, within=1.0)
    fire.hand.on_beat = once(key, lambda: fire.directory.fault(fault))
    ending = fire.worker()
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, key, True)
    assert fire.directory.service.name or fire.cluster().directory.host in ending.summary
    assert "Try again" in ending.remedy
    fire.heal()
    assert fire.carried_on().status is Status.SUCCEEDED
    reference.holds_for(fire)


@pytest.mark.parametrize("fault", ["read-only", "referral"])
@pytest.mark.parametrize("after", [4, 9, *(pytest.param(n, marks=pytest.mark.slow) for n in (0, 2, 7, 10, 14))])
def test_a_controller_that_becomes_read_only_stops_the_switch_at_once(
    fire: Fire, reference: Reference, fault: str, after: int
) -> None:
    how = {"only": "writes"} if fault == "referral" else {}
    fire.directory.fault(fault, after=after, **how)
    ending = fire.worker()
    assert ending.status is Status.FAILED
    assert f"The domain controller {fire.cluster().directory.host}:" in ending.summary
    assert ending.remedy
    assert ending.todo == ()
    done = fire.written()
    assert len({subject for _, subject, _, _ in done}) == after
    fire.heal()
    assert fire.carried_on().status is Status.SUCCEEDED
    assert not done - fire.written()
    assert not difference(reference.after, all_of_it(fire.backend))
    assert fire.written() == reference.written


def test_names_that_a_read_only_controller_leaves_with_nobody_are_named_with_what_to_do(fire: Fire) -> None:
    fire.directory.fault("read-only", after=4)
    ending = fire.worker()
    assert (ending.status, ending.step) == (Status.FAILED, "claim-names")
    assert "setspn -A" in ending.summary
    released = fire.switch.step("release-names").changes[0].changes[0].before
    assert all(name in ending.summary for name in released)


def once(key: str, act: Callable[[], object]) -> Callable[[str], None]:
    """What acts at the first beat of a step."""
    beats: list[str] = []

    def beat(step: str) -> None:
        if step == key and not beats:
            beats.append(step)
            act()

    return beat


def meddling(fire: Fire, key: str, change: EntryChange, attribute: str, values: list[str]) -> None:
    """Somebody else writes `values` right before this step sends."""
    done: list[int] = []

    def meddle(number: int) -> None:
        if fire.journal.kinds(key) and not done:
            done.append(number)
            with fire.administrator() as connection:
                assert connection.modify(change.dn, {attribute: [("MODIFY_REPLACE", values)]}), connection.result

    fire.hand.on_send = meddle


def test_a_mailbox_that_somebody_changes_is_never_overwritten_and_stands_on_the_list(
    fire: Fire, reference: Reference
) -> None:
    theirs = "/o=Elsewhere/ou=X/cn=Configuration/cn=Servers/cn=OTHER"
    victim = next(row for row in fire.frozen.rows() if row[2])
    change = EntryChange(victim[1], victim[0], ())
    meddling(fire, "mailboxes", change, "msExchHomeServerName", [theirs])
    ending = fire.worker()
    assert ending.status is Status.FAILED
    assert "failed, incomplete" in ending.summary
    (todo,) = ending.todo
    assert (todo.what, theirs in todo.why) == (victim[1], True)
    assert "plan again" in todo.remedy
    assert all_of_it(fire.backend)[victim[1]]["msExchHomeServerName"] == {theirs.encode()}
    changed = difference(reference.after, all_of_it(fire.backend))
    assert {dn for dn, attribute in changed if attribute != "homeMDBBL"} == {victim[1]}
    assert "conflict" in fire.fates()


@pytest.mark.parametrize(
    ("key", "theirs", "said"),
    [
        ("mount-flags", lambda old: [], "msExchPatchMDB is not set"),
        ("release-names", lambda old: old[1:], "servicePrincipalName is "),
        ("pointers", lambda old: ["DC=lab,DC=example"], " is DC=lab,DC=example"),
    ],
    ids=["mount-flags", "release-names", "pointers"],
)
def test_an_object_that_somebody_changes_fails_the_step_with_what_was_found(
    fire: Fire, reference: Reference, key: str, theirs: Callable[[list[str]], list[str]], said: str
) -> None:
    change = fire.switch.step(key).changes[-1]
    (part,) = change.changes
    held = all_of_it(fire.backend)[change.dn][part.attribute]
    found = theirs([*part.before, *(value.decode() for value in held if value.decode() not in part.before)])
    meddling(fire, key, change, part.attribute, found)
    ending = fire.worker()
    assert (ending.status, ending.step) == (Status.FAILED, key)
    assert change.dn in ending.summary
    assert said in ending.summary
    assert "carried on" in ending.remedy
    now = all_of_it(fire.backend)[change.dn].get(part.attribute, frozenset())
    assert now == {value.encode() for value in found}
    with fire.administrator() as connection:
        assert connection.modify(change.dn, {part.attribute: [("MODIFY_REPLACE", sorted(held))]})
    fire.hand.on_send = lambda number: None
    assert fire.carried_on().status is Status.SUCCEEDED
    assert not difference(reference.after, all_of_it(fire.backend))
    assert fire.written() == reference.written
