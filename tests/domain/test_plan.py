"""A plan survives its own text unchanged, and its hash tells any difference."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.checks import Check, Verdict
from console.domain.directory import AttributeChange, EntryChange
from console.domain.plan import Plan, PlannedCommand, Step, canonical
from tests.domain.stage import plan_of, step

TEXT = st.text(max_size=20)
CHANGES = st.builds(
    EntryChange,
    TEXT,
    TEXT,
    st.lists(
        st.builds(AttributeChange, TEXT, st.lists(TEXT, max_size=2).map(tuple), st.lists(TEXT, max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple),
)
STEPS = st.builds(
    Step,
    key=TEXT,
    kind=TEXT,
    title=TEXT,
    phase=TEXT,
    params=st.dictionaries(TEXT, TEXT | st.integers() | st.booleans(), max_size=3),
    commands=st.lists(st.builds(PlannedCommand, TEXT, TEXT, st.booleans()), max_size=2).map(tuple),
    changes=st.lists(CHANGES, max_size=2).map(tuple),
)


@given(st.lists(STEPS, max_size=4))
def test_a_plan_comes_back_from_its_json_equal_and_with_the_same_hash(steps):
    plan = plan_of(*steps)
    again = Plan.from_json(json.loads(canonical(plan.to_json())))
    assert again == plan
    assert again.hash == plan.hash


@given(STEPS, STEPS)
def test_plans_that_differ_have_different_hashes(one, other):
    assert (plan_of(one).hash == plan_of(other).hash) == (one == other)


def test_another_format_is_refused():
    raw = plan_of(step("x")).to_json() | {"format": 99}
    with pytest.raises(ValueError, match="format 99"):
        Plan.from_json(raw)


def test_an_unknown_check_asks_for_a_typed_confirmation():
    plan = plan_of(step("x"))
    assert not plan.typed_confirmation
    check = Check("partition.free", "Nobody uses X:", Verdict.UNKNOWN, "cannot be listed")
    assert replace(plan, checks=(check,)).typed_confirmation


def test_a_change_knows_what_goes_and_what_comes_and_its_reverse():
    change = AttributeChange("spn", ("a", "b"), ("b", "c"))
    assert (change.removed, change.added) == (("a",), ("c",))
    assert change.reversed() == AttributeChange("spn", ("b", "c"), ("a", "b"))
