"""What is usual, when a run may end, and from when on silence means something."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.pace import QUIET_LEAST, QUIET_SECONDS, Here, Run, Timed, Usual, forecast, quiet_after, usual


def step(key: str, state: str = "ahead", seconds: float = 0.0, **more: int) -> Here:
    """A step whose kind is the first part of its key, with a deadline of 100 seconds."""
    return Here(key, key.partition("-")[0], 100.0, state, seconds, **more)


def run(**seconds: float) -> Run:
    return {key.replace("_", "-"): Timed(value) for key, value in seconds.items()}


def range_of(*steps: Here, runs: tuple[Run, ...] = ()) -> tuple[float, float]:
    told = forecast(steps, runs)
    return round(told.soonest, 1), round(told.latest, 1)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ((run(stop=10.0, move=20.0),), (21.0, 39.0)),
        ((run(stop=10.0, move=20.0), run(stop=30.0, move=30.0)), (24.0, 72.0)),
        ((run(stop=10.0, move=20.0), run(stop=30.0, move=30.0), run(stop=20.0, move=20.0)), (27.0, 66.0)),
    ],
)
def test_the_range_reaches_over_what_earlier_runs_took_and_is_wider_the_fewer_they_are(
    runs: tuple[Run, ...], expected: tuple[float, float]
) -> None:
    assert range_of(step("stop"), step("move"), runs=runs) == expected


def test_what_is_over_counts_no_more_and_what_runs_counts_by_what_is_left_of_it() -> None:
    three = (run(stop=50.0, move=20.0, start=5.0),) * 3
    steps = (step("stop", "over", 70.0), step("move", "running", 15.0), step("start"))
    assert range_of(*steps, runs=three) == (9.0, 11.0)


def test_a_step_that_takes_longer_than_ever_is_said_to_and_counts_as_nearly_done() -> None:
    told = forecast((step("move", "running", 31.0), step("start")), (run(move=20.0, start=10.0),) * 3)
    assert told.beyond
    assert (told.soonest, told.latest) == pytest.approx((9.0, 11.0))
    assert not forecast((step("move", "running", 29.0),), (run(move=20.0),)).beyond
    assert not forecast((step("move", "running", 5.0),), (run(move=0.5),)).beyond, "seconds are nothing"


def test_mailboxes_scale_what_earlier_runs_took() -> None:
    past = ({"users": Timed(100.0, counted=1000)},) * 3
    assert range_of(step("users", planned=2000), runs=past) == (180.0, 220.0)
    assert range_of(step("users", planned=0), runs=past) == (90.0, 110.0), "nothing was planned: as it was"
    assert usual(step("users", planned=500), past) == Usual(50.0, 50.0, 3)


def test_a_count_under_way_tells_more_than_any_earlier_run() -> None:
    counting = step("users", "running", 30.0, planned=2000, done=1500, total=2000)
    told = forecast((counting,), ({"users": Timed(9000.0, counted=2000)},) * 3)
    assert (told.soonest, told.latest) == pytest.approx((9.0, 11.0))
    assert told.counted == 2000


def test_a_service_that_no_earlier_run_had_takes_as_long_as_the_others_did() -> None:
    past = (run(stop_a=10.0, stop_b=20.0),) * 3
    steps = (step("stop-a"), step("stop-b"), step("stop-c"))
    assert range_of(*steps, runs=past) == (40.5, 49.5)
    assert forecast(steps, past).unknown == 0


def test_without_an_earlier_run_the_services_of_this_one_tell_about_the_others() -> None:
    steps = (step("stop-a", "over", 10.0), step("stop-b", "over", 20.0), step("stop-c"), step("stop-d"))
    told = forecast(steps, ())
    assert (told.soonest, told.latest, told.runs, told.unknown) == (10.0, 60.0, 0, 0)


def test_what_nothing_tells_about_is_counted_and_given_until_its_deadline() -> None:
    told = forecast((step("stop", "running", 40.0), step("move")), ())
    assert (told.unknown, told.soonest, told.latest) == (2, 0.0, 160.0)


def test_the_end_of_a_run_is_now() -> None:
    told = forecast((step("stop", "over", 10.0), step("move", "", 0.0)), (run(stop=10.0),))
    assert (told.soonest, told.latest, told.unknown) == (0.0, 0.0, 0)


@pytest.mark.parametrize(
    ("known", "seconds"),
    [
        (None, QUIET_SECONDS),
        (Usual(1.0, 2.0, 5), QUIET_LEAST),
        (Usual(100.0, 200.0, 5), 300.0),
    ],
)
def test_silence_is_measured_by_what_the_step_took_before(known: Usual | None, seconds: float) -> None:
    assert quiet_after(known) == seconds


SECONDS = st.floats(0.0, 1e6)
COUNTS = st.integers(0, 10**6)
KEYS = st.sampled_from(["stop-a", "stop-b", "move", "users", "start"])
RUNS = st.lists(st.dictionaries(KEYS, st.builds(Timed, SECONDS, COUNTS)), max_size=4)


@st.composite
def steps_of_a_run(draw: st.DrawFn) -> list[Here]:
    keys = draw(st.lists(KEYS, unique=True, max_size=5))
    states = st.sampled_from(["over", "running", "ahead", ""])
    found = []
    for key in keys:
        total = draw(COUNTS)
        counts = {"planned": draw(COUNTS), "done": draw(st.integers(0, total)), "total": total}
        found.append(step(key, draw(states), draw(SECONDS), **counts))
    return found


@given(steps_of_a_run(), RUNS)
def test_a_forecast_is_a_range_whatever_was_before(steps: list[Here], runs: list[Mapping[str, Timed]]) -> None:
    told = forecast(steps, runs)
    assert 0.0 <= told.soonest <= told.latest
    assert 0 <= told.unknown <= len(steps)
