"""The score of a cluster's readiness, and what of it is told: no database, no nodes."""

from hypothesis import given
from hypothesis import strategies as st

from console.domain.checks import Check, Verdict
from console.domain.readiness import (
    MOST_WITH_FAIL,
    MOST_WITH_UNKNOWN,
    WEIGHTS,
    State,
    Told,
    at_a_glance,
    news,
    readiness,
)

KEYS = [*WEIGHTS, "partition.free", "services.start-type", "directory.agrees"]
CHECKS = st.lists(
    st.builds(
        Check,
        key=st.sampled_from(KEYS),
        title=st.just("t"),
        verdict=st.sampled_from(Verdict),
        reason=st.just("r"),
        about=st.sampled_from(["", "EX1", "EX2"]),
    ),
    max_size=30,
)
TROUBLES = st.frozensets(st.sampled_from(["a", "b", "c"]))


def check(key: str, verdict: Verdict, about: str = "") -> Check:
    return Check(key, f"{key} {about}", verdict, "because", about=about)


@given(CHECKS)
def test_a_score_is_bounded_by_the_worst_check_and_unknown_is_never_good(checks: list[Check]) -> None:
    found = readiness(checks)
    verdicts = {one.verdict for one in checks}
    if not checks:
        assert (found.score, found.state) == (None, State.UNKNOWN)
        return
    assert found.score is not None
    assert 0 <= found.score <= 100
    if Verdict.FAIL in verdicts:
        assert (found.score <= MOST_WITH_FAIL, found.state) == (True, State.NOT_READY)
    elif Verdict.UNKNOWN in verdicts:
        assert (found.score <= MOST_WITH_UNKNOWN, found.state) == (True, State.ASKS)
    else:
        assert found.state is State.READY
    assert (found.score == 100) == (verdicts == {Verdict.PASS})


@given(CHECKS)
def test_a_glance_says_the_same_without_what_passes(checks: list[Check]) -> None:
    whole, glance = readiness(checks), at_a_glance([one.to_json() for one in checks])
    assert (glance.score, glance.state, glance.reasons) == (whole.score, whole.state, whole.reasons)
    assert glance.marks == glance.reasons


@given(CHECKS, st.integers(0, 29))
def test_a_check_that_fails_never_raises_the_score(checks: list[Check], at: int) -> None:
    if at >= len(checks):
        return
    worse = [*checks]
    worse[at] = check(checks[at].key, Verdict.FAIL)
    before, after = readiness(checks).score, readiness(worse).score
    assert before is not None
    assert after is not None
    assert after <= before


def test_the_reasons_are_what_keeps_it_from_100_the_worst_first() -> None:
    found = readiness(
        [
            check("node.clock", Verdict.WARN, "EX1"),
            check("node.reach", Verdict.PASS, "EX1"),
            check("partition.free", Verdict.UNKNOWN),
            check("services.start-type", Verdict.FAIL, "EX2"),
            check("node.reach", Verdict.FAIL, "EX2"),
        ]
    )
    assert [mark.check.key for mark in found.reasons] == [
        "node.reach",
        "services.start-type",
        "partition.free",
        "node.clock",
    ]
    assert found.weak[0] == ["node.reach", "EX2", "fail", "node.reach EX2"]


def test_what_a_check_weighs_is_what_it_costs() -> None:
    good = [check("partition.free", Verdict.PASS), check("group.owner", Verdict.PASS)]
    assert readiness([*good, check("node.clock", Verdict.WARN)]).score == 96  # 6.75 of 7
    assert readiness([*good, check("engine.view", Verdict.WARN)]).score == 90  # 9 of 10


def test_a_trouble_is_told_when_it_is_seen_twice_and_once_only() -> None:
    first = news(Told(), frozenset({"node.reach EX2"}))
    assert first.worse == frozenset()
    second = news(first.after, frozenset({"node.reach EX2", "below"}))
    assert second.worse == {"node.reach EX2"}
    third = news(second.after, frozenset({"node.reach EX2"}))
    assert (third.worse, third.mended) == (frozenset(), False), "what was seen once only is not told"
    assert news(third.after, frozenset()).mended


@given(st.lists(TROUBLES, max_size=8))
def test_nothing_is_told_twice_without_being_over_between(looks: list[frozenset[str]]) -> None:
    state, standing = Told(), set[str]()
    for number, seen in enumerate(looks):
        found = news(state, seen)
        assert not found.worse & standing
        assert found.worse <= seen & (looks[number - 1] if number else frozenset())
        standing = (standing | found.worse) & seen
        state = found.after
        assert state.told == standing
