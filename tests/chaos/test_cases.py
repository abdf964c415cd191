"""The matrix is as wide as it says: every step at its boundary and inside, every fault, at least two hundred cases."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.cases import STRUCK, Case, UnknownCase, in_turns, matrix, parse, sample
from tests.chaos.faults import FAULTS
from tests.chaos.steps import WAYS
from tests.chaos.wires import HAND, POINTS

STRUCK_WAYS = {name: way for name, way in WAYS.items() if way.struck}
KINDS = {"failover", "failback", "takeover", "start", "undo"}


def test_there_are_at_least_two_hundred_cases_and_each_once() -> None:
    names = [case.name for case in matrix()]
    assert len(names) >= 200
    assert len(names) == len(set(names))


def test_every_kind_of_operation_is_struck() -> None:
    assert {way.kind for way in STRUCK_WAYS.values()} == KINDS


def test_every_step_is_struck_at_its_boundary_and_where_it_acts_also_inside() -> None:
    names = {case.name for case in matrix()}
    for name, way in STRUCK_WAYS.items():
        for step in way.steps:
            assert f"{name}/{step}/kill-before" in names
            assert (f"{name}/{step}/kill-sent" in names) == way.acts(step)


def test_every_fault_strikes_every_way_somewhere() -> None:
    found = {(case.way, case.fault) for case in matrix()}
    only_acting = {fault for fault, item in FAULTS.items() if not item.looking}
    missing = {(way, fault) for way in STRUCK_WAYS for fault in FAULTS} - found
    assert {fault for _, fault in missing} <= only_acting
    assert set(STRUCK) == set(STRUCK_WAYS)


def test_every_fault_names_points_and_hands_that_there_are() -> None:
    for fault in FAULTS.values():
        assert fault.acting in POINTS
        assert fault.looking in {*POINTS, ""}
        assert fault.does in HAND


@pytest.mark.parametrize("case", [case for case in matrix() if case.step in ("mailboxes", "go")], ids=lambda c: c.name)
def test_a_name_says_which_case_it_is_and_the_seed_decides_the_rest(case: Case) -> None:
    again = parse(case.name, case.seed)
    assert again == case
    assert again.wire() == case.wire()
    assert case.name in case.repeat


def test_another_seed_strikes_another_request() -> None:
    numbers = {parse("failover/move-group/kill-sent", seed).wire().nth for seed in range(40)}
    assert numbers == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("failover", "WAY/STEP/FAULT"),
        ("nothing/go/stop", "no nothing"),
        ("failover/go/stop", "no step go"),
        ("failover/recheck/flood", "no flood"),
        ("failover/recheck/late", "only looks"),
    ],
)
def test_a_name_that_is_no_case_is_refused_with_what_there_is(name: str, said: str) -> None:
    with pytest.raises(UnknownCase, match=said):
        parse(name)


def test_the_command_refuses_it_too() -> None:
    command = [sys.executable, "-m", "tests.chaos", "--case", "failover/go/stop"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no step go" in done.stdout


def test_lots_hold_every_case_once_and_lead_there_before_they_lead_back() -> None:
    cases = matrix()
    lots = list(in_turns(cases))
    assert sorted(case.name for lot in lots for case in lot) == sorted(case.name for case in cases)
    assert all(lot[0].of.begins != "away" for lot in lots if len(lot) == 2)


def test_a_sample_begins_with_every_fault_on_every_way_and_goes_on_with_others_for_each_seed() -> None:
    (fixed, one), (same, other) = (sample(seed, len(FAULTS) + 7) for seed in (1, 2))
    assert [case.name for case in fixed] == [case.name for case in same]
    assert sorted(case.fault for case in fixed) == sorted(FAULTS)
    assert {case.way for case in fixed} == {way for way, item in WAYS.items() if item.struck}
    names = [{case.name for case in cases} for cases in (one, other)]
    assert [len(found) for found in names] == [7, 7]
    assert names[0] != names[1]
    assert not {case.name for case in fixed} & (names[0] | names[1])
