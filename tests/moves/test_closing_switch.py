"""The switch that closes what a kit or a half switch left behind: towards the node that has the group, no other."""

from dataclasses import replace
from pathlib import Path

import pytest

from console.domain import planner
from console.domain.checks import Refusal
from console.domain.kit.records import MAILBOXES
from console.domain.outcome import Status
from console.domain.plan import Plan
from tests.directory.snapshot import difference
from tests.moves.ground import BOTH, Frozen, Ground
from tests.moves.test_kit import applied, kit
from tests.moves.trapped import all_of_it, put_right


def closing(ground: Ground, target: str = "") -> Plan:
    """The plan of the switch, with its mailbox list kept."""
    ground.frozen = Frozen()
    with ground.open() as field:
        return planner.make_directory_switch(field, target, ground.frozen.kept.extend)


def refusal(ground: Ground, target: str = "") -> str:
    with pytest.raises(Refusal) as refused:
        closing(ground, target)
    assert all(reason.remedy for reason in refused.value.reasons)
    return " ".join(reason.text for reason in refused.value.reasons)


@pytest.mark.parametrize("ground", ["2003"], indirect=True)
def test_where_everything_names_the_holder_there_is_nothing_to_change_marks_of_mounted_stores_or_not(
    ground: Ground,
) -> None:
    before = all_of_it(ground.backend)
    assert f"names {ground.source}, which has the group: there is nothing to change" in refusal(ground)
    assert difference(before, all_of_it(ground.backend)) == {}


@pytest.mark.parametrize("ground", ["2003"], indirect=True)
def test_it_leads_to_no_other_node_than_the_one_that_has_the_group(ground: Ground) -> None:
    assert f"{ground.source} has the group" in refusal(ground, ground.target)


@BOTH
def test_it_brings_home_what_a_kit_that_was_broken_off_left_on_the_other_server(ground: Ground, tmp_path: Path) -> None:
    before = all_of_it(ground.backend)
    with put_right(ground.backend, before):
        records = kit(ground)
        some = [r for r in records if r.part != MAILBOXES] + [r for r in records if r.part == MAILBOXES][:3]
        assert applied(ground, tmp_path, some).conflicts == ()
        plan = closing(ground)
        assert (plan.kind, plan.source, plan.target) == ("directory-switch", ground.target, ground.source)
        assert {step.phase for step in plan.steps} == {"recheck", "directory"}
        assert not any(step.commands for step in plan.steps)
        assert plan.membership.changing == 3
        ending = ground.perform(plan)
        assert (ending.status, ending.todo) == (Status.SUCCEEDED, ())
        changed = difference(before, all_of_it(ground.backend))
        assert {attribute for _, attribute in changed} <= {"msExchPatchMDB"}
        assert "there is nothing to change" in refusal(ground)


@pytest.mark.parametrize("ground", ["2003"], indirect=True)
def test_when_the_group_has_moved_since_it_was_planned_nothing_is_changed(ground: Ground, tmp_path: Path) -> None:
    with put_right(ground.backend, all_of_it(ground.backend)):
        applied(ground, tmp_path, [record for record in kit(ground) if record.part == MAILBOXES][:2])
        plan, before = closing(ground), all_of_it(ground.backend)
        ending = ground.perform(replace(plan, source=plan.target, target=plan.source))
        assert ending.status is Status.FAILED
        assert f"is on {ground.source}" in ending.summary or ground.source in ending.summary
        assert difference(before, all_of_it(ground.backend)) == {}
