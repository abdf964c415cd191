"""A real domain controller over a line that breaks, with people who meddle: a sample of what the lab shows in full."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from console.domain.outcome import Status
from tests.directory.backends import Backend
from tests.directory.snapshot import Snapshot, difference
from tests.moves.cutter import Cutter
from tests.moves.fire import Died, Fire, Reference
from tests.moves.people import DACL_ONLY, forbid_writing
from tests.moves.trapped import CLUSTERS, all_of_it

pytestmark = pytest.mark.samba

SENDS, QUICK = 11, (5, 7)
SPN = "servicePrincipalName"


@pytest.fixture(scope="module")
def cutter(trapped: tuple[Backend, Snapshot]) -> Iterator[Cutter]:
    address = trapped[0].address
    with Cutter(address.host, address.tls_port) as made:
        yield made


@pytest.fixture(scope="module")
def ground(
    trapped: tuple[Backend, Snapshot], cutter: Cutter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fire]:
    made = Fire(tmp_path_factory.mktemp("lab"), CLUSTERS["2003"], directory=trapped[0], behind=cutter)
    yield made
    made.close()


@contextmanager
def counted(fire: Fire, reference: Reference) -> Iterator[None]:
    """What is done here comes to the same end by as many writes as if nothing had disturbed it."""
    count = fire.writes()
    yield
    reference.holds_by_count(fire, fire.writes() - count)


def test_a_switch_sends_as_often_as_is_broken_here(reference: Reference) -> None:
    assert reference.sends == SENDS


@pytest.mark.parametrize("arrived", [False, True], ids=["before-it-arrived", "before-its-answer"])
@pytest.mark.parametrize(
    "number", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in range(1, SENDS + 1)]
)
def test_a_loss_at_any_send_is_made_good(
    fire: Fire, reference: Reference, cutter: Cutter, number: int, arrived: bool
) -> None:
    def cut(sends: int) -> None:
        if sends == number:
            cutter.cut(arrived=arrived)

    cuts, fire.hand.on_send = cutter.cuts, cut
    with counted(fire, reference):
        ending = fire.worker()
        assert ending.status is Status.SUCCEEDED, ending
    assert cutter.cuts == cuts + 1


def at_first_send(fire: Fire, key: str, act) -> None:  # type: ignore[no-untyped-def]
    """Act right before this step sends for the first time."""
    done: list[int] = []

    def once(_sends: int) -> None:
        if "acting" in fire.journal.kinds(key) and not done:
            done.append(1)
            act()

    fire.hand.on_send = once


def modify(fire: Fire, dn: str, attribute: str, how: str, values: list[str]) -> None:
    with fire.administrator() as connection:
        assert connection.modify(dn, {attribute: [(how, values)]}), connection.result


def test_a_mailbox_that_somebody_changes_is_not_overwritten(fire: Fire) -> None:
    theirs = "/o=Elsewhere/ou=X/cn=Configuration/cn=Servers/cn=OTHER"
    victim = next(row[1] for row in fire.frozen.rows() if row[2])
    at_first_send(fire, "mailboxes", lambda: modify(fire, victim, "msExchHomeServerName", "MODIFY_REPLACE", [theirs]))
    ending = fire.worker()
    assert (ending.status, [todo.what for todo in ending.todo]) == (Status.FAILED, [victim])
    assert "failed, incomplete" in ending.summary
    assert all_of_it(fire.backend)[victim]["msExchHomeServerName"] == {theirs.encode()}


def test_a_pointer_that_somebody_changes_fails_the_step_with_what_was_found(fire: Fire) -> None:
    change = fire.switch.step("pointers").changes[-1]
    (part,) = change.changes
    theirs = fire.backend.forest.base_dn
    at_first_send(fire, "pointers", lambda: modify(fire, change.dn, part.attribute, "MODIFY_REPLACE", [theirs]))
    ending = fire.worker()
    assert (ending.status, ending.step) == (Status.FAILED, "pointers")
    assert f"{part.attribute} is {theirs}" in ending.summary
    assert "carried on" in ending.remedy


def test_a_worker_killed_between_release_and_claim_is_followed_by_one_that_claims(
    fire: Fire, reference: Reference
) -> None:
    def die() -> None:
        raise Died("between release and claim")

    at_first_send(fire, "claim-names", die)
    with counted(fire, reference):
        with pytest.raises(Died):
            fire.worker()
        assert fire.worker().status is Status.SUCCEEDED


def test_a_claim_without_the_right_puts_the_names_back_and_is_carried_on(fire: Fire, reference: Reference) -> None:
    change = fire.switch.step("claim-names").changes[0]
    account = fire.backend.forest.account_dn("service")
    source = fire.switch.step("release-names").changes[0]
    with fire.administrator() as connection:
        assert connection.search(
            change.dn, "(objectClass=*)", "BASE", attributes=["nTSecurityDescriptor"], controls=DACL_ONLY
        )
        before = connection.response[0]["raw_attributes"]["nTSecurityDescriptor"]
        forbid_writing(connection, change.dn, account)
    ending = fire.worker()
    with fire.administrator() as connection:
        restored = {"nTSecurityDescriptor": [("MODIFY_REPLACE", before)]}
        assert connection.modify(change.dn, restored, controls=DACL_ONLY), connection.result
    assert (ending.status, ending.step) == (Status.FAILED, "claim-names")
    assert "The old owner has them back." in ending.summary
    held = {value.decode() for value in all_of_it(fire.backend)[source.dn][SPN]}
    assert set(source.changes[0].before) <= held
    assert fire.carried_on().status is Status.SUCCEEDED
    assert not difference(reference.after, all_of_it(fire.backend))


def test_a_name_that_somebody_takes_in_between_is_told_with_its_holder(fire: Fire, reference: Reference) -> None:
    thief = fire.backend.forest.account_dn("service")
    name = fire.switch.step("release-names").changes[0].changes[0].before[0]
    at_first_send(fire, "claim-names", lambda: modify(fire, thief, SPN, "MODIFY_ADD", [name]))
    ending = fire.worker()
    assert (ending.status, ending.step) == (Status.FAILED, "claim-names")
    assert f"{name} is held by {thief}" in ending.summary
    assert "setspn -A" in ending.summary
    modify(fire, thief, SPN, "MODIFY_DELETE", [name])
    assert fire.carried_on().status is Status.SUCCEEDED
    assert not difference(reference.after, all_of_it(fire.backend))
