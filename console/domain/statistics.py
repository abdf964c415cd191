"""Figures over many durations: percentiles that are values which occurred, and shares."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

MEDIAN, HIGH = 0.5, 0.95


@dataclass(frozen=True)
class Durations:
    """So many durations, in seconds: the median, the one that 95 of 100 do not pass, and the longest."""

    count: int = 0
    p50: float | None = None
    p95: float | None = None
    longest: float | None = None

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Durations":
        """Those of `seconds`, in any order; without any, only the count is known."""
        if not seconds:
            return cls()
        ordered = sorted(seconds)
        return cls(len(ordered), nearest(ordered, MEDIAN), nearest(ordered, HIGH), ordered[-1])


def nearest(ordered: Sequence[float], share: float) -> float:
    """The smallest of the `ordered` values that at least this share of them does not pass (nearest rank).

    It is always one that occurred, never one in between. Raises `ValueError` for no values, or a share beyond 0 to 1.
    """
    if not ordered or not 0 < share <= 1:
        raise ValueError("a percentile takes values, and a share above 0 and up to 1")
    return ordered[max(math.ceil(round(share * len(ordered), 9)), 1) - 1]


def rate(part: int, whole: int) -> float | None:
    """The share of `part` in `whole`, from 0 to 1; None of nothing."""
    return part / whole if whole else None
