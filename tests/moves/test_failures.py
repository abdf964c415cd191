"""A planned move that meets a fault half-way ends as it must: failed, uncertain or incomplete, never half said."""

import threading
from dataclasses import replace

import pytest

from console.domain.outcome import Status
from tests.directory.snapshot import difference
from tests.moves.ground import BOTH, at_beat, texts
from tests.moves.trapped import all_of_it

pytestmark = pytest.mark.slow

TYO1, TYO2 = "TYO-EX1", "TYO-EX2"


def test_a_service_that_does_not_stop_is_uncertain_and_the_group_stays(tokyo):
    tokyo.lab.fault(TYO1, "service-does-not-stop", True, service="MSExchangeIS")
    ending = tokyo.move("failover")
    assert (ending.status, ending.step) == (Status.UNCERTAIN, "stop-MSExchangeIS")
    assert "STOP_PENDING" in ending.summary
    assert tokyo.owner() == TYO1


def test_a_service_that_does_not_start_fails_with_its_name(tokyo):
    tokyo.lab.fault(TYO2, "service-does-not-start", True, service="SMTPSVC")
    ending = tokyo.move("failover")
    assert (ending.status, ending.step) == (Status.FAILED, "start-SMTPSVC")
    assert ending.remedy


@BOTH
def test_a_move_that_failed_after_the_group_moved_is_taken_back_by_a_failback(ground):
    before = all_of_it(ground.backend)
    ground.lab.fault(ground.target, "service-does-not-start", True, service="SMTPSVC")
    assert ground.move("failover").status is Status.FAILED
    assert ground.owner() == ground.target
    ending = ground.move("failback")
    assert (ending.status, ending.todo) == (Status.SUCCEEDED, ())
    assert ground.owner() == ground.source
    assert {attribute for _, attribute in difference(before, all_of_it(ground.backend))} == {"msExchPatchMDB"}


def test_a_move_that_failed_before_the_group_moved_goes_on_with_a_new_plan(tokyo):
    gone = at_beat("stop-MSExchangeIS", lambda: tokyo.lab.fault(TYO1, "winrm-down"))
    assert tokyo.perform(tokyo.plan("failover"), gone).status is Status.FAILED
    tokyo.lab.fault(TYO1, "winrm-down", False)
    assert tokyo.move("failover").status is Status.SUCCEEDED
    assert tokyo.owner() == TYO2


def test_a_short_break_of_the_network_to_both_nodes_does_not_end_the_switch(tokyo):
    def away() -> None:
        for node in (TYO1, TYO2):
            tokyo.lab.fault(node, "winrm-down")
        threading.Timer(1.5, back).start()

    def back() -> None:
        for node in (TYO1, TYO2):
            tokyo.lab.fault(node, "winrm-down", False)

    ending = tokyo.perform(tokyo.plan("failover"), at_beat("claim-names", away))
    assert (ending.status, ending.todo) == (Status.SUCCEEDED, ())


def test_a_service_that_hangs_while_starting_is_uncertain(tokyo):
    tokyo.lab.fault(TYO2, "service-hangs", True, service="MSExchangeIS")
    ending = tokyo.move("failover")
    assert (ending.status, ending.step) == (Status.UNCERTAIN, "start-MSExchangeIS")


@BOTH
def test_a_store_that_does_not_mount_fails_by_its_name_though_every_service_runs(ground):
    ground.lab.fault(ground.target, "store-unmounted", True, store="Mailbox Store")
    ending = ground.move("failover")
    assert (ending.status, ending.step) == (Status.FAILED, "stores-mounted")
    assert "mailbox store" in ending.summary


@BOTH
def test_a_group_that_fails_on_the_target_stops_before_the_directory_is_switched(ground):
    ground.lab.fault(ground.target, "group-fails", True)
    writes = ground.writes()
    ending = ground.move("failover")
    assert (ending.status, ending.step) == (Status.FAILED, "move-group")
    assert ground.writes() == writes


def test_a_node_that_vanishes_before_a_service_is_stopped_fails_untried(tokyo):
    gone = at_beat("stop-MSExchangeIS", lambda: tokyo.lab.fault(TYO1, "winrm-down"))
    ending = tokyo.perform(tokyo.plan("failover"), gone)
    assert (ending.status, ending.step) == (Status.FAILED, "stop-MSExchangeIS")
    assert "Before acting" in ending.summary


def test_a_partition_that_becomes_busy_after_the_plan_stops_before_the_first_change(tokyo):
    plan = tokyo.plan("failover")
    tokyo.lab.fault(TYO1, "partition-busy")
    ending = tokyo.perform(plan)
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, "recheck", False)
    assert "explorer.exe" in ending.summary
    assert tokyo.effects("service") == []


def test_a_partition_that_becomes_busy_during_the_stops_holds_the_move_back(tokyo):
    busy = at_beat("partition-free", lambda: tokyo.lab.fault(TYO1, "partition-busy"))
    plan = tokyo.plan("failover")
    steps = tuple(s if s.kind != "partition.free" else replace(s, within=1.0) for s in plan.steps)
    short = replace(plan, steps=steps)
    ending = tokyo.perform(short, busy)
    assert (ending.status, ending.step) == (Status.FAILED, "partition-free")
    assert tokyo.owner() == TYO1


@BOTH
def test_a_directory_that_drifted_stops_before_the_first_change_and_names_the_object(ground):
    plan = ground.plan("failover")
    change = next(c for c in plan.step("pointers").changes if "Recipient Update Service (Enterprise" in c.dn)
    attribute = change.changes[0]
    with ground.administrator() as connection:
        assert connection.modify(change.dn, {attribute.attribute: [("MODIFY_REPLACE", list(attribute.after))]})
    ending = ground.perform(plan)
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, "recheck", False)
    assert change.dn in ending.summary


@pytest.mark.parametrize(("fault", "arguments"), [("busy", {"count": 2}), ("unavailable", {"count": 2})])
def test_a_directory_that_is_busy_for_a_moment_does_not_stop_the_switch(tokyo, fault, arguments):
    faulty = at_beat("mailboxes", lambda: tokyo.directory.fault(fault, True, **arguments))
    assert tokyo.perform(tokyo.plan("failover"), faulty).status is Status.SUCCEEDED


def test_a_directory_connection_that_breaks_is_taken_up_again_and_no_mailbox_is_written_twice(tokyo):
    cut = at_beat("mailboxes", lambda: tokyo.directory.fault("drop", True, after=7, applied=True))
    plan = tokyo.plan("failover")
    assert tokyo.perform(plan, cut).status is Status.SUCCEEDED
    moved = [subject for _, subject, _ in tokyo.effects("directory.homeMDB")]
    assert len(moved) == len(set(moved)) == plan.membership.changing


def test_a_read_only_directory_fails_at_the_first_write_and_says_what_is_not_done(tokyo):
    faulty = at_beat("mount-flags", lambda: tokyo.directory.fault("read-only"))
    ending = tokyo.perform(tokyo.plan("failover"), faulty)
    assert (ending.status, ending.step) == (Status.FAILED, "mount-flags")
    assert "not done" in ending.summary


def test_no_password_ever_reaches_the_journal(tokyo):
    tokyo.move("failover")
    assert not any(tokyo.password in text for text in texts(tokyo.journal, "output", "note", "done", "started"))
