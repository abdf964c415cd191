"""Mailboxes that come, go or may not be written between the plan and the switch: how the operation ends."""

import pytest

from console.domain.outcome import Status
from tests.directory.snapshot import difference
from tests.moves.ground import BOTH, Ground, at_beat, texts
from tests.moves.people import add_mailbox, forbid_writing
from tests.moves.trapped import all_of_it

pytestmark = pytest.mark.slow

HOMES = {"homeMDB", "homeMTA", "msExchHomeServerName"}


def add(ground: Ground, *names: str) -> list[str]:
    """New mailboxes on the source; gives their DNs."""
    with ground.administrator() as connection:
        return [add_mailbox(connection, ground.backend.layout, ground.source, name) for name in names]


def delete(ground: Ground, *dns: str) -> None:
    with ground.administrator() as connection:
        for dn in dns:
            assert connection.delete(dn), connection.result


@BOTH
def test_mailboxes_within_the_tolerance_that_come_and_go_are_noted_and_switched(ground):
    (leaver,) = add(ground, "Leaver")
    cluster = ground.cluster(membership_tolerance=2)
    plan = ground.plan("failover", cluster=cluster)
    delete(ground, leaver)
    (newcomer,) = add(ground, "Newcomer")
    ending = ground.perform(plan, cluster=cluster)
    assert (ending.status, ending.todo) == (Status.SUCCEEDED, ())
    noted = [text for text in texts(ground.journal, "note") if "1 mailboxes came and 1 are gone" in text]
    assert noted
    (home,) = all_of_it(ground.backend)[newcomer]["homeMDB"]
    assert f"CN={ground.target},".encode() in home


@BOTH
def test_more_mailboxes_than_the_tolerance_stop_it_before_its_first_change(ground):
    leavers = add(ground, "Leaver", "Second Leaver")
    cluster = ground.cluster(membership_tolerance=1)
    plan = ground.plan("failover", cluster=cluster)
    delete(ground, *leavers)
    writes = ground.writes()
    ending = ground.perform(plan, cluster=cluster)
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, "recheck", False)
    assert "2 are gone" in ending.summary
    assert "tolerance is 1" in ending.summary
    assert ending.remedy
    assert ground.effects("service", "group") == []
    assert ground.writes() == writes


@BOTH
def test_more_than_the_tolerance_during_the_move_stop_the_step_before_its_first_mailbox(ground):
    leavers = add(ground, "Leaver", "Second Leaver")
    cluster = ground.cluster(membership_tolerance=1)
    plan = ground.plan("failover", cluster=cluster)
    before = all_of_it(ground.backend)
    ending = ground.perform(plan, at_beat("mailboxes", lambda: delete(ground, *leavers)), cluster)
    assert (ending.status, ending.step) == (Status.FAILED, "mailboxes")
    assert "No mailbox was changed" in ending.summary
    assert not HOMES & {
        attribute for dn, attribute in difference(before, all_of_it(ground.backend)) if dn not in leavers
    }


@BOTH
def test_a_mailbox_deleted_while_the_switch_writes_goes_on_the_to_do_list(ground):
    (leaver,) = add(ground, "Leaver")
    plan = ground.plan("failover")
    ending = ground.perform(plan, at_beat("mailboxes", lambda: delete(ground, leaver), 2))
    assert ending.status is Status.FAILED
    assert "failed, incomplete" in ending.summary
    assert f"Mail is up on {ground.target}" in ending.summary
    (todo,) = ending.todo
    assert todo.what == leaver
    assert "gone" in todo.remedy


@pytest.mark.samba
@pytest.mark.parametrize("ground", ["samba-2003"], indirect=True)
def test_a_mailbox_that_may_not_be_written_is_left_for_a_person_and_mail_comes_up(ground):
    (guarded,) = add(ground, "Zz Guarded")
    account = ground.backend.forest.account_dn("service")

    def guard() -> None:
        with ground.administrator() as connection:
            forbid_writing(connection, guarded, account)

    plan = ground.plan("failover")
    ending = ground.perform(plan, at_beat("mailboxes", guard))
    assert (ending.status, ending.changed) == (Status.FAILED, True)
    assert "failed, incomplete" in ending.summary
    (todo,) = ending.todo
    assert todo.what == guarded
    assert todo.why
    assert todo.remedy
    (home,) = all_of_it(ground.backend)[guarded]["homeMDB"]
    assert f"CN={ground.source},".encode() in home
    assert ground.owner() == ground.target
