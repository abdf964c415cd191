"""Percentiles, the time of each step, and what two runs have different."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.comparison import Run, alone, compare
from console.domain.outage_steps import Mark, Outage, Spell, spells, times
from console.domain.plan import Membership
from console.domain.statistics import Durations, nearest, rate
from tests.domain.stage import START, plan_of, step

SOME = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)


def marks(*told: tuple[str, str, float]) -> list[Mark]:
    return [Mark(kind, name, START + timedelta(seconds=when)) for kind, name, when in told]


@given(SOME, st.sampled_from((0.01, 0.5, 0.9, 0.95, 1.0)))
def test_a_percentile_occurred_and_covers_its_share_and_no_smaller_value_does(
    seconds: list[float], share: float
) -> None:
    ordered = sorted(seconds)
    found = nearest(ordered, share)
    assert found in ordered
    needed = math.ceil(round(share * len(ordered), 9))
    assert sum(value <= found for value in ordered) >= needed
    assert sum(value < found for value in ordered) < needed


@pytest.mark.parametrize(
    ("seconds", "p50", "p95", "longest"),
    [([7.0], 7.0, 7.0, 7.0), ([3.0, 1.0], 1.0, 3.0, 3.0), ([float(n) for n in range(1, 101)], 50.0, 95.0, 100.0)],
)
def test_durations_are_told_by_median_95th_and_longest(
    seconds: list[float], p50: float, p95: float, longest: float
) -> None:
    assert Durations.of(seconds) == Durations(len(seconds), p50, p95, longest)


def test_of_nothing_there_is_no_percentile_and_no_rate() -> None:
    assert Durations.of([]) == Durations(0, None, None, None)
    assert rate(0, 0) is None
    with pytest.raises(ValueError, match="percentile"):
        nearest([], 0.5)


def test_a_step_that_was_tried_again_has_all_its_time() -> None:
    told = marks(
        ("started", "stop", 0),
        ("failed", "stop", 5),
        ("started", "stop", 20),
        ("done", "stop", 22),
        ("started", "move", 22),
    )
    found = times(spells(told, START + timedelta(seconds=30)), None)
    assert [(time.step, time.took) for time in found.steps] == [("stop", 7.0), ("move", 8.0)]


def test_a_step_whose_worker_fell_silent_lasts_until_the_next_one_begins() -> None:
    told = marks(("started", "stop", 0), ("started", "stop", 9), ("done", "stop", 10))
    assert times(spells(told, START), None).by_step["stop"].took == 10.0


def test_an_outage_is_shared_out_among_steps_what_came_before_and_what_lies_between() -> None:
    told = marks(("started", "a", 10), ("done", "a", 20), ("started", "b", 25), ("done", "b", 40))
    outage = Outage(START + timedelta(seconds=4), START + timedelta(seconds=31))
    found = times(spells(told, START + timedelta(seconds=50)), outage)
    assert (found.before, found.between) == (6.0, 5.0)
    assert [(time.step, time.without_mail) for time in found.steps] == [("a", 10.0), ("b", 6.0)]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=8), st.floats(0, 900), st.floats(0, 900))
def test_no_second_of_an_outage_is_lost_or_counted_twice(
    parts: list[tuple[float, float]], down: float, lasts: float
) -> None:
    made, clock = [], START
    for number, (gap, took) in enumerate(parts):
        began = clock + timedelta(seconds=gap)
        clock = began + timedelta(seconds=took)
        made.append(Spell(f"s{number}", began, clock))
    began = START + timedelta(seconds=down)
    outage = Outage(began, began + timedelta(seconds=lasts))
    found = times(made, outage)
    shared = sum(time.without_mail for time in found.steps) + found.before + found.between
    assert shared == pytest.approx(outage.seconds, abs=1e-4)


def run(number: int, seconds: dict[str, float], **changes: object) -> Run:
    plan = replace(plan_of(*(step(name) for name in seconds)), **changes)  # type: ignore[arg-type]
    told, clock = [], START
    for name, took in seconds.items():
        told.append(Spell(name, clock, clock + timedelta(seconds=took)))
        clock += timedelta(seconds=took)
    return Run(number, plan, times(told, None))


def test_a_step_is_slower_when_it_lost_both_seconds_and_share() -> None:
    now, before = {"stop": 5.9, "move": 30.0, "mount": 103.0, "new": 1.0}, {"stop": 4.0, "move": 20.0, "mount": 100.0}
    found = compare(run(2, now), run(1, before | {"gone": 3.0}))
    told = {row.step: row.verdict for row in found.rows}
    assert told == {"stop": "same", "move": "slower", "mount": "same", "new": "new", "gone": "gone"}
    assert [row.step for row in found.slower] == ["move"]


def test_what_has_changed_since_names_services_mailboxes_and_steps() -> None:
    before = run(
        1, {"stop": 1.0}, structural={"services": {"N1/IS": "RUNNING"}}, membership=Membership("r", 10, 10, "d")
    )
    now = run(
        2,
        {"stop": 1.0, "scan": 1.0},
        structural={"services": {"N1/IS": "STOPPED"}},
        membership=Membership("r", 25, 10, "e"),
    )
    assert compare(now, before).changes == (
        "services: N1/IS was RUNNING, is STOPPED",
        "mailboxes: was 10, is 25",
        "step only now: Do scan",
    )


def test_nothing_is_said_to_have_changed_between_two_that_are_alike() -> None:
    assert compare(run(2, {"stop": 1.0}), run(1, {"stop": 1.0})).changes == ()


def test_a_run_without_another_still_shows_its_steps() -> None:
    assert [(row.step, row.now, row.before) for row in alone(run(1, {"stop": 2.0}))] == [("stop", 2.0, None)]
