"""Readiness: how well a cluster could be failed over now, as a number of 100 and the checks that it is made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from console.domain.checks import Check, Verdict

BEST = 100
HEAVY, USUAL, LIGHT = 4, 2, 1
WEIGHTS = {
    "node.reach": HEAVY,
    "engine.view": HEAVY,
    "group.owner": HEAVY,
    "group.online": HEAVY,
    "node.clock": LIGHT,
}
"""What a check weighs, by its key; the others weigh `USUAL`."""
PASSES = Verdict.PASS.value
WORTH = {Verdict.PASS: 1.0, Verdict.WARN: 0.75, Verdict.UNKNOWN: 0.0, Verdict.FAIL: 0.0}
"""The part of its weight that a check brings in. Unknown is not good."""
MOST_WITH_UNKNOWN, MOST_WITH_FAIL = 79, 49
"""However many other checks pass."""
UNREADABLE, BELOW = "unreadable", "below"
ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN, Verdict.PASS)


class State(StrEnum):
    """How a failover would be answered now."""

    READY = "ready"
    ASKS = "asks"
    """A person would have to accept what cannot be told."""
    NOT_READY = "not-ready"
    """It would be refused."""
    UNKNOWN = "unknown"
    """Nothing could be checked."""


@dataclass(frozen=True)
class Mark:
    """A check with what it weighs, and how much of that is missing."""

    check: Check
    weight: int

    @property
    def lost(self) -> float:
        """What is missing of its weight."""
        return self.weight * (1 - WORTH[self.check.verdict])


@dataclass(frozen=True)
class Readiness:
    """How ready a cluster is. `score` is 0 to 100; None when nothing could be checked."""

    score: int | None
    state: State
    marks: tuple[Mark, ...]
    """The worst first."""

    @property
    def reasons(self) -> tuple[Mark, ...]:
        """What keeps the score below 100."""
        return tuple(mark for mark in self.marks if mark.lost)

    @property
    def weak(self) -> list[list[str]]:
        """The same in few words, for what is kept: key, what it is about, verdict, title."""
        found = (mark.check for mark in self.reasons)
        return [[check.key, check.about, check.verdict.value, check.title] for check in found]

    def troubles(self, least: int) -> frozenset[str]:
        """What somebody has to be told of: each check that fails, and a score below `least` or none at all."""
        found = {name_of(mark.check) for mark in self.marks if mark.check.verdict is Verdict.FAIL}
        if self.score is None:
            found.add(UNREADABLE)
        elif self.score < least:
            found.add(BELOW)
        return frozenset(found)


def readiness(checks: Iterable[Check]) -> Readiness:
    """How ready a cluster is by the checks of a failover.

    Each check brings in its weight when it passes, three quarters of it with a warning, and nothing when it fails or
    is unknown; one that fails or is unknown also bounds the score.
    """
    marks = [_mark(check) for check in checks]
    return _judged(marks, sum(mark.weight for mark in marks))


def at_a_glance(checks: Sequence[Mapping[str, object]]) -> Readiness:
    """The same of checks as plain JSON values, without the marks of those that pass: for hundreds of clusters."""
    weak = [_mark(Check.from_json(check)) for check in checks if check["verdict"] != PASSES]
    return _judged(weak, sum(WEIGHTS.get(str(check["key"]), USUAL) for check in checks))


def _mark(check: Check) -> Mark:
    return Mark(check, WEIGHTS.get(check.key, USUAL))


def _judged(marks: Iterable[Mark], whole: int) -> Readiness:
    """By the marks of at least all checks that do not pass; `whole` is what all checks weigh."""
    told = tuple(sorted(marks, key=_worst_first))
    if not whole:
        return Readiness(None, State.UNKNOWN, ())
    score = int(BEST * (whole - sum(mark.lost for mark in told)) / whole)
    verdicts = {mark.check.verdict for mark in told}
    if Verdict.FAIL in verdicts:
        return Readiness(min(score, MOST_WITH_FAIL), State.NOT_READY, told)
    if Verdict.UNKNOWN in verdicts:
        return Readiness(min(score, MOST_WITH_UNKNOWN), State.ASKS, told)
    return Readiness(score, State.READY, told)


def name_of(check: Check) -> str:
    """What tells a check from the others: its key, and what it is about."""
    return f"{check.key} {check.about}".strip()


@dataclass(frozen=True)
class Told:
    """What was told of a cluster, and what was seen once and is told when it is seen again."""

    told: frozenset[str] = frozenset()
    suspected: frozenset[str] = frozenset()


@dataclass(frozen=True)
class News:
    """What a look adds: `worse` is to be told now, `mended` when nothing of what was told is left."""

    after: Told
    worse: frozenset[str] = frozenset()
    mended: bool = False


def news(before: Told, troubles: frozenset[str]) -> News:
    """What to tell of `troubles`: what two looks in a row have seen, once, until it is over."""
    known = before.told & troubles
    worse = (troubles - known) & before.suspected
    told = known | worse
    return News(Told(told, troubles - told), worse, mended=bool(before.told) and not troubles)


def _worst_first(mark: Mark) -> tuple[int, int, str]:
    return ORDER.index(mark.check.verdict), -mark.weight, mark.check.title
