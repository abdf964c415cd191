"""How long steps take: what earlier runs took, when this one may end, and when silence means something."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean, median

QUIET_SECONDS = 60.0
"""After so many seconds without a line an operation has made no progress, where nothing tells what is usual."""
QUIET_LEAST = 30.0
"""No silence that is shorter means anything."""
QUIET_SHARE = 1.5
"""A silence that is longer than so many times the longest that the step ever took means something."""
SLOWER_SHARE, SLOWER_SECONDS = 1.5, 5.0
"""A step is slower than ever when it takes so much more than its longest time before, in share and in seconds."""
MARGINS = (0.5, 0.3, 0.2)
"""By what share a range is widened that rests on no earlier run, on one, on two."""
LEAST_MARGIN = 0.1
"""The same for more."""


@dataclass(frozen=True)
class Timed:
    """How long a step took, and how many things it counted meanwhile (mailboxes); 0 when it counts nothing."""

    seconds: float
    counted: int = 0

    def scaled(self, planned: int) -> float:
        """What `planned` things would have taken at that pace; as long as it took where nothing was counted."""
        return self.seconds * planned / self.counted if planned and self.counted else self.seconds


Run = Mapping[str, Timed]
"""The steps of an earlier run by their keys, as far as they did something."""


@dataclass(frozen=True)
class Here:
    """A step of the run under way: over, running or ahead.

    `seconds` is how long it took or has been running; `planned` how many things the plan says that it counts, `done`
    and `total` what it has counted by now.
    """

    key: str
    kind: str
    within: float
    state: str
    seconds: float = 0.0
    planned: int = 0
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class Usual:
    """What a step took in earlier runs, in seconds, at the size that it has now."""

    median: float
    longest: float
    runs: int


@dataclass(frozen=True)
class Forecast:
    """When the run ends, in seconds from now, as a range."""

    soonest: float
    latest: float
    runs: int
    """How many earlier runs it rests on; with 0 it rests on this run alone."""
    counted: int
    """How many mailboxes or the like went into it."""
    unknown: int
    """Steps ahead of which nothing tells how long they take; `latest` gives each until its deadline."""
    beyond: bool
    """Whether the step that runs is slower than ever."""


Guess = Callable[[Here], float | None]
"""How long a step takes in all, as one earlier run has it; None when that run tells nothing about it."""


def usual(step: Here, runs: Sequence[Run]) -> Usual | None:
    """What the step took in those of the runs that have it; None when none has."""
    found = [run[step.key].scaled(step.planned) for run in runs if step.key in run]
    return Usual(median(found), max(found), len(found)) if found else None


def slower(step: Here, known: Usual | None) -> bool:
    """Whether the step took, or has taken, clearly longer than ever before."""
    if known is None or step.state not in ("over", "running"):
        return False
    return step.seconds > max(known.longest * SLOWER_SHARE, known.longest + SLOWER_SECONDS)


def quiet_after(known: Usual | None) -> float:
    """Seconds without a line after which a step that runs makes no progress."""
    return QUIET_SECONDS if known is None else max(QUIET_LEAST, QUIET_SHARE * known.longest)


def forecast(steps: Sequence[Here], runs: Sequence[Run]) -> Forecast:
    """When the run ends: each earlier run is taken for what the rest of this one may be like.

    A step that an earlier run does not have is taken for as long as steps of its kind; what has been counted in this
    run goes before everything else. A range that rests on few runs is wider.
    """
    left = [step for step in steps if step.state in ("running", "ahead")]
    guesses = _guesses(steps, runs)
    unknown = [step for step in left if any(_left(step, guess) is None for guess in guesses)]
    known = [step for step in left if step not in unknown]
    sums = [sum(_left(step, guess) or 0.0 for step in known) for guess in guesses]
    margin = MARGINS[len(runs)] if len(runs) < len(MARGINS) else LEAST_MARGIN
    running = [step for step in left if step.state == "running"]
    past = [usual(step, runs) for step in running]
    return Forecast(
        soonest=min(sums) * (1 - margin),
        latest=max(sums) * (1 + margin) + sum(_by_deadline(step) for step in unknown),
        runs=len(runs),
        counted=sum(step.total or step.planned for step in left),
        unknown=len(unknown),
        beyond=any(slower(step, known) for step, known in zip(running, past, strict=True)),
    )


def _guesses(steps: Sequence[Here], runs: Sequence[Run]) -> Sequence[Guess]:
    """One guess for each earlier run; without any, two from this run: its fastest and its slowest steps."""
    kinds = {step.key: step.kind for step in steps}
    own: dict[str, list[float]] = {}
    for step in steps:
        if step.state == "over" and not step.planned:
            own.setdefault(step.kind, []).append(step.seconds)
    if runs:
        return [partial(_as_before, run, kinds, own) for run in runs]
    return [partial(_as_here, own, min), partial(_as_here, own, max)]


def _as_before(run: Run, kinds: Mapping[str, str], own: Mapping[str, list[float]], step: Here) -> float | None:
    if step.key in run:
        return run[step.key].scaled(step.planned)
    alike = [timed.seconds for key, timed in run.items() if kinds.get(key) == step.kind and not timed.counted]
    return fmean(alike) if alike else _as_here(own, fmean, step)


def _as_here(own: Mapping[str, list[float]], choose: Callable[[list[float]], float], step: Here) -> float | None:
    return choose(own[step.kind]) if step.kind in own else None


def _left(step: Here, guess: Guess) -> float | None:
    """Seconds that are left of a step; a count that has begun tells better than any guess."""
    if step.state == "running" and 0 < step.done <= step.total:
        return step.seconds * (step.total - step.done) / step.done
    whole = guess(step)
    if whole is None:
        return None
    return max(0.0, whole - step.seconds) if step.state == "running" else whole


def _by_deadline(step: Here) -> float:
    return max(0.0, step.within - (step.seconds if step.state == "running" else 0.0))
