"""A planned failover and failback, through WinRM and LDAP, with the lab's effect log and directory as witnesses."""

from dataclasses import replace

import pytest

from console.domain.checks import Refusal
from console.domain.outcome import Status
from tests.directory.snapshot import difference
from tests.domain.stage import People
from tests.moves.trapped import all_of_it

pytestmark = pytest.mark.slow

PATCH = "msExchPatchMDB"
LAB = pytest.mark.parametrize("ground", ["2003", "2007"], indirect=True)
"""For what the directory has no say in."""


def test_failover_and_failback_succeed_and_leave_the_directory_as_it_was_but_for_the_planned_flags(ground):
    before = ground.picture()
    over = ground.plan("failover")
    assert ground.perform(over).status is Status.SUCCEEDED
    assert ground.owner() == over.target
    back = ground.plan("failback")
    assert ground.perform(back).status is Status.SUCCEEDED
    assert ground.owner() == over.source
    planned = {change.dn for plan in (over, back) for change in plan.step("mount-flags").changes}
    changed = difference(before, ground.picture())
    assert {(dn, attribute) for dn, attribute in changed} == {(dn, PATCH) for dn in planned}


def test_every_change_of_the_directory_was_in_the_plan(ground):
    before = all_of_it(ground.backend)
    plan = ground.plan("failover")
    ground.perform(plan)
    planned = {(c.dn, a.attribute) for step in plan.steps for c in step.changes for a in c.changes}
    planned |= {(row[1], change[0]) for row in ground.frozen.kept for change in row[2]}
    links = {"homeMDBBL", "msExchAddressListServiceBL"}
    written = {key for key in difference(before, all_of_it(ground.backend)) if key[1] not in links}
    assert written == planned


@LAB
def test_each_service_is_stopped_once_on_the_source_and_started_once_on_the_target(ground):
    plan = ground.plan("failover")
    ground.perform(plan)
    moved = ground.effects("service")
    services = [step.params["service"] for step in plan.steps if step.kind == "service.start"]
    for name in services:
        assert [e for e in moved if e[1] == name and e[2] == "STOPPED"] == [(plan.source, name, "STOPPED")]
        assert [e for e in moved if e[1] == name and e[2] == "RUNNING"] == [(plan.target, name, "RUNNING")]


@LAB
def test_the_group_moves_only_after_every_service_has_stopped(ground):
    ground.perform(ground.plan("failover"))
    effects = ground.lab.world.log.since(0)
    stopped = [e.seq for e in effects if e.kind == "service" and e.after == "STOPPED"]
    group = [e.seq for e in effects if e.kind == "group"]
    directory = [e.seq for e in effects if e.kind.startswith("directory.")]
    assert max(stopped) < min(group)
    assert max(group) < min(directory)


def test_a_plan_that_has_run_no_longer_fits_nor_does_a_second_one_and_nothing_is_written(ground):
    plan = ground.plan("failover")
    assert ground.perform(plan).status is Status.SUCCEEDED
    before = ground.writes()
    again = ground.perform(plan)
    assert (again.status, again.step, again.changed) == (Status.FAILED, "recheck", False)
    with pytest.raises(Refusal) as refused:
        ground.plan("failover")
    assert "already" in {reason.key: reason.text for reason in refused.value.reasons}["group.owner"]
    assert ground.writes() == before


def test_a_second_switch_sends_no_write(ground):
    plan = ground.plan("failover")
    before = ground.writes()
    ground.perform(plan)
    done = ground.writes()
    assert done > before
    bare = replace(plan, steps=tuple(step for step in plan.steps if step.kind != "recheck"))
    again = ground.perform(bare)
    assert again.status is Status.SUCCEEDED
    assert ground.writes() == done
    assert ground.owner() == plan.target


def test_planning_writes_nothing(ground):
    effects, writes = len(ground.lab.world.log.since(0)), ground.writes()
    ground.plan("failover")
    assert (len(ground.lab.world.log.since(0)), ground.writes()) == (effects, writes)


@LAB
def test_the_outage_is_marked_from_the_first_stop_to_the_proof(ground):
    ground.move("failover")
    marks = [data["mark"] for _, _, _, data in ground.journal.lines if data and "mark" in data]
    assert marks == ["outage-started", "outage-ended"]


def test_a_stop_before_the_first_change_leaves_mail_up(ground):
    before = ground.picture()
    ending = ground.perform(ground.plan("failover"), People(stop_by="Olga"))
    assert ending.status is Status.STOPPED
    assert ground.effects("service", "group") == []
    assert difference(before, ground.picture()) == {}
