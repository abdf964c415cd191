"""Whatever step of a move fails, an undo brings group, services and directory back to what they were before."""

from typing import Any

import pytest

from console.domain.checks import Refusal
from console.domain.outcome import Status
from console.domain.plan import Plan
from console.lab import presets
from tests.directory.snapshot import difference
from tests.domain.stage import People
from tests.moves.ground import BOTH, Ground, at_beat
from tests.moves.people import add_mailbox
from tests.moves.trapped import all_of_it
from tests.moves.undoing import broken_at, cut_at, exchange, hurried

pytestmark = pytest.mark.slow

SAMPLE = ("stop-MSExchangeIS", "move-group", "claim-names", "start-SMTPSVC")
REST = (
    *("stop-SMTPSVC", "stop-MSExchangeMTA", "stop-RESvc", "stop-MSExchangeMGMT", "stop-MSExchangeSA"),
    *("partition-free", "mount-flags", "release-names", "mailboxes", "pointers", "verify-directory"),
    *("start-MSExchangeSA", "start-MSExchangeMGMT", "start-MSExchangeIS", "start-RESvc", "start-MSExchangeMTA"),
    *("start-POP3Svc", "stores-mounted", "greetings", "proof"),
)
STEPS = [*SAMPLE, *(pytest.param(key, marks=pytest.mark.slow) for key in REST)]


def taken_back(ground: Ground, plan: Plan, first: str = "") -> Plan:
    """Undo what was carried out last, to a good end; gives the undo's plan."""
    back = ground.undo_plan(plan, first)
    ending = ground.perform(back)
    assert (ending.status, ending.todo) == (Status.SUCCEEDED, ()), ending
    return back


@pytest.mark.parametrize("key", STEPS)
def test_an_undo_after_a_failure_at_each_step_restores_everything(tokyo, key):
    before, services = tokyo.picture(), exchange(tokyo, tokyo.source)
    plan, ending = broken_at(tokyo, key)
    assert (ending.status, ending.step) != (Status.SUCCEEDED, ""), ending
    taken_back(tokyo, plan)
    assert difference(before, tokyo.picture()) == {}
    assert tokyo.owner() == tokyo.source
    assert (exchange(tokyo, tokyo.source), exchange(tokyo, tokyo.target)) == (services, set())


def test_the_steps_that_are_broken_here_are_all_that_a_failover_has(tokyo):
    keys = {step.key for step in tokyo.plan("failover").steps}
    assert keys == {*SAMPLE, *REST, "recheck", "stop-POP3Svc"}


@pytest.mark.parametrize("key", ["recheck", "stop-POP3Svc"])
def test_what_failed_before_its_first_change_leaves_nothing_to_take_back(tokyo, key):
    before = tokyo.picture()
    plan, _ = broken_at(tokyo, key)
    with pytest.raises(Refusal, match="nothing to take back"):
        tokyo.undo_plan(plan)
    assert difference(before, tokyo.picture()) == {}


@pytest.mark.slow
def test_mailboxes_that_were_half_switched_all_come_back(tmp_path):
    ground = Ground(tmp_path / "lab", presets.tokyo(), mailboxes=200)
    try:
        half_switched(ground, cut_at("mailboxes", 3))
    finally:
        ground.close()


@pytest.mark.slow
def test_mailboxes_whose_fate_is_unknown_come_back_too(tmp_path):
    ground = Ground(tmp_path / "lab", presets.tokyo(), mailboxes=200)
    gone = at_beat("mailboxes", lambda: ground.directory.fault("refuse", True), 3)
    try:
        half_switched(ground, gone)
    finally:
        ground.close()


def half_switched(ground: Ground, people: People) -> None:
    """A failover that ends amid its mailboxes, and its undo."""
    before = ground.picture()
    plan = ground.plan("failover")
    assert ground.perform(hurried(plan, "mailboxes", 3.0), people).step == "mailboxes"
    ground.directory.fault("refuse", False)
    moved = {dn for dn, attribute in difference(before, ground.picture()) if attribute == "homeMDB"}
    assert 0 < len(moved) < plan.membership.changing
    back = taken_back(ground, plan)
    assert back.step("undo-mailboxes").params["changing"] == len(moved)
    assert difference(before, ground.picture()) == {}


@BOTH
@pytest.mark.parametrize(
    ("step", "number"), [("mailboxes", 2), ("claim-names", 1), ("mount-flags", 1), ("start-SMTPSVC", 1)]
)
def test_a_directory_of_either_make_is_as_before_after_an_undo(ground, step, number):
    before = all_of_it(ground.backend)
    plan = ground.plan("failover")
    ending = ground.perform(plan, cut_at(step, number))
    assert (ending.status, ending.step) == (Status.FAILED, step)
    taken_back(ground, plan)
    assert difference(before, all_of_it(ground.backend)) == {}
    assert ground.owner() == ground.source


@pytest.mark.slow
@pytest.mark.parametrize("ground", ["2003", "2007"], indirect=True)
def test_a_move_that_succeeded_is_taken_back_and_the_undo_too(ground):
    before = ground.picture()
    plan = ground.plan("failover")
    assert ground.perform(plan).status is Status.SUCCEEDED
    after = ground.picture()
    back = taken_back(ground, plan)
    assert (difference(before, ground.picture()), ground.owner()) == ({}, ground.source)
    taken_back(ground, back)
    assert (difference(after, ground.picture()), ground.owner()) == ({}, ground.target)
    assert exchange(ground, ground.source) == set()


def test_an_undo_is_planned_in_reverse_order_with_names_given_up_before_they_are_taken(tokyo):
    plan = tokyo.plan("failover")
    tokyo.perform(plan)
    back = tokyo.undo_plan(plan)
    keys = [step.key for step in back.steps]
    wanted = ["recheck", "stop-MSExchangeIS", "partition-free", "move-group", "mount-flags", "undo-pointers"]
    wanted += ["undo-mailboxes", "undo-claim-names", "undo-release-names", "undo-mount-flags", "verify-restored"]
    wanted += ["start-MSExchangeIS", "stores-mounted", "unmark", "greetings", "proof"]
    assert [key for key in keys if key in wanted] == wanted
    assert (back.kind, back.source, back.target) == ("undo", tokyo.target, tokyo.source)
    assert not back.step("undo-claim-names").changes[0].changes[0].added
    assert not back.step("undo-release-names").changes[0].changes[0].removed
    assert back.membership.count == back.membership.changing == 20
    assert Plan.from_json(back.to_json()).hash == back.hash


def test_planning_an_undo_writes_nothing(tokyo):
    plan = tokyo.plan("failover")
    tokyo.perform(plan)
    effects, writes = len(tokyo.lab.world.log.since(0)), tokyo.writes()
    tokyo.undo_plan(plan)
    assert (len(tokyo.lab.world.log.since(0)), tokyo.writes()) == (effects, writes)


def test_down_to_a_step_only_what_came_after_it_is_taken_back(tokyo):
    plan, _ = broken_at(tokyo, "start-SMTPSVC")
    after = tokyo.picture()
    back = taken_back(tokyo, plan, "start-MSExchangeIS")
    assert [step.kind for step in back.steps] == ["undo.recheck", *["service.stop"] * 3]
    assert exchange(tokyo, tokyo.target) == {"MSExchangeSA", "MSExchangeMGMT"}
    assert (tokyo.owner(), difference(after, tokyo.picture())) == (tokyo.target, {})


def test_down_to_the_move_the_services_stay_as_they_were_before_it(tokyo):
    plan, _ = broken_at(tokyo, "mount-flags")
    taken_back(tokyo, plan, "move-group")
    assert (tokyo.owner(), exchange(tokyo, tokyo.source)) == (tokyo.source, set())


@pytest.mark.slow
def test_down_to_a_step_of_the_directory_the_group_goes_back_too_and_the_plan_says_so(tokyo):
    before = tokyo.picture()
    plan, _ = broken_at(tokyo, "start-SMTPSVC")
    back = taken_back(tokyo, plan, "mailboxes")
    assert any("may only name the node that has the group" in note for note in back.notes)
    assert (tokyo.owner(), difference(before, tokyo.picture())) == (tokyo.source, {})


def set_value(ground: Ground, dn: str, attribute: str, value: str) -> None:
    """What somebody else does."""
    with ground.administrator() as connection:
        assert connection.modify(dn, {attribute: [("MODIFY_REPLACE", [value])]}), connection.result


@pytest.mark.slow
@BOTH
def test_what_somebody_else_has_changed_since_is_left_alone_and_goes_on_the_list(ground):
    plan = ground.plan("failover")
    rows = ground.frozen.kept
    ground.perform(plan, cut_at("start-SMTPSVC"))
    pointer = plan.step("pointers").changes[0]
    mailbox = next(row for row in rows if len(row[2]) == 3)
    other = next(row for row in rows if row is not mailbox and len(row[2]) == 3)
    with ground.administrator() as connection:
        assert connection.search(pointer.dn, "(objectClass=*)", "BASE", attributes=["*"])
        assert connection.modify(pointer.dn, {pointer.changes[0].attribute: [("MODIFY_REPLACE", [])]})
    set_value(ground, mailbox[1], "msExchHomeServerName", "/o=Elsewhere/cn=OTHER")
    back = ground.undo_plan(plan)
    assert sum("changed by somebody else" in note.casefold() for note in back.notes) == 2
    ending = ground.perform(back)
    assert (ending.status, {item.what for item in ending.todo}) == (Status.FAILED, {pointer.dn, mailbox[1]}), ending
    assert all("changed by somebody else" in item.why for item in ending.todo)
    assert values(ground, mailbox[1], "msExchHomeServerName") == ["/o=Elsewhere/cn=OTHER"]
    assert values(ground, mailbox[1], "homeMDB") == [change[2] for change in mailbox[2] if change[0] == "homeMDB"]
    assert values(ground, other[1], "homeMDB") == [change[1] for change in other[2] if change[0] == "homeMDB"]
    assert ground.owner() == ground.source


def values(ground: Ground, dn: str, attribute: str) -> list[Any]:
    """What an independent client reads."""
    with ground.administrator() as connection:
        assert connection.search(dn, "(objectClass=*)", "BASE", attributes=[attribute])
        return [value.decode() for value in connection.response[0]["raw_attributes"][attribute]]


@pytest.mark.slow
def test_a_mailbox_that_is_gone_is_told_and_the_others_are_restored(tokyo):
    plan = tokyo.plan("failover")
    tokyo.perform(plan)
    gone = tokyo.frozen.kept[0][1]
    with tokyo.administrator() as connection:
        assert connection.delete(gone)
    ending = tokyo.perform(tokyo.undo_plan(plan), cluster=tokyo.cluster(membership_tolerance=1))
    assert [(item.what, item.why) for item in ending.todo] == [(gone, "The object is not there any more.")]


def test_an_undo_whose_directory_drifted_stops_before_its_first_change(tokyo):
    plan = tokyo.plan("failover")
    tokyo.perform(plan)
    back = tokyo.undo_plan(plan)
    pointer = plan.step("pointers").changes[0]
    set_value(tokyo, pointer.dn, pointer.changes[0].attribute, pointer.changes[0].before[0])
    effects = len(tokyo.effects("service"))
    ending = tokyo.perform(back)
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, "recheck", False)
    assert (pointer.dn in ending.summary, len(tokyo.effects("service"))) == (True, effects)


def test_mailboxes_that_came_since_are_none_of_an_undo(tokyo):
    plan = tokyo.plan("failover")
    tokyo.perform(plan)
    with tokyo.administrator() as connection:
        fresh = add_mailbox(connection, tokyo.backend.layout, tokyo.target, "Newcomer")
    back = taken_back(tokyo, plan)
    assert back.membership.count == 20
    assert values(tokyo, fresh, "msExchHomeServerName")[0].endswith(tokyo.target)


def test_an_undo_is_refused_while_nobody_can_tell_who_has_the_group(tokyo):
    plan = tokyo.plan("failover")
    tokyo.perform(plan)
    for node in (tokyo.source, tokyo.target):
        tokyo.lab.fault(node, "engine-down")
    with pytest.raises(Refusal) as refused:
        tokyo.undo_plan(plan)
    assert [reason.key for reason in refused.value.reasons] == ["group.owner"]
    assert "plan the undo again" in refused.value.reasons[0].remedy


@pytest.mark.slow
def test_an_undo_that_would_need_a_dead_node_is_refused_with_what_to_do(tokyo):
    plan = tokyo.plan("failover")
    tokyo.perform(plan)
    tokyo.lab.fault(tokyo.source, "winrm-down")
    with pytest.raises(Refusal) as refused:
        tokyo.undo_plan(plan)
    assert "node.reach" in {reason.key for reason in refused.value.reasons}


def test_a_group_that_failed_on_the_target_is_moved_back(tokyo):
    before = tokyo.picture()
    tokyo.lab.fault(tokyo.target, "group-fails", True)
    plan = tokyo.plan("failover")
    assert tokyo.perform(plan).step == "move-group"
    tokyo.lab.fault(tokyo.target, "group-fails", False)
    back = taken_back(tokyo, plan)
    assert any(step.kind == "group.move-back" for step in back.steps) == (back.source == tokyo.target)
    assert (tokyo.owner(), difference(before, tokyo.picture())) == (tokyo.source, {})


def test_an_unknown_step_is_refused_with_those_there_are(tokyo):
    plan, _ = broken_at(tokyo, "start-SMTPSVC")
    with pytest.raises(Refusal, match="no step sideways") as refused:
        tokyo.undo_plan(plan, "sideways")
    assert "move-group" in refused.value.reasons[0].remedy
