"""The steps of a run as bars along one scale of time, drawn from numbers alone: what is, over what is usual."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

NARROWEST = 0.4
"""The least width of a bar in percent: a step of no length is seen all the same."""
STRIDES = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
"""Seconds that may lie between two marks of the scale."""
MARKS = 5
"""At most so many marks after the first."""


@dataclass(frozen=True)
class Bar:
    """A stretch of the scale in percent of it."""

    x: float
    width: float


@dataclass(frozen=True)
class Mark:
    """A time on the scale: where in percent, and how many seconds after the beginning."""

    x: float
    seconds: int


@dataclass(frozen=True)
class Scale:
    """The time from the run's beginning on, in seconds, that the picture is wide."""

    seconds: float

    def bar(self, start: float, length: float) -> Bar:
        """A stretch of time within the scale; what lies beyond its ends is cut off."""
        x = min(max(self._percent(start), 0.0), 100.0 - NARROWEST)
        end = min(self._percent(start + length), 100.0)
        return Bar(x, max(end - x, NARROWEST))

    def marks(self) -> tuple[Mark, ...]:
        """Round times along the scale, beginning with 0."""
        stride = next((one for one in STRIDES if self.seconds / one <= MARKS), int(self.seconds / MARKS) or 1)
        return tuple(Mark(self._percent(at), at) for at in range(0, int(self.seconds) + 1, stride))

    def _percent(self, seconds: float) -> float:
        return 100.0 * seconds / self.seconds if self.seconds > 0 else 0.0


def track(tone: str, usual: Bar | None, run: Bar | None, now: float | None, marks: Iterable[Mark]) -> SafeString:
    """One step's line: the usual bar as an outline, the real one over it in its tone, and where now is (percent)."""
    lines = format_html_join("", '<line class="gantt__mark" x1="{0}%" x2="{0}%" y1="0" y2="14"/>', _places(marks))
    parts = [lines]
    if usual is not None:
        parts.append(_rect("gantt__usual", usual, 1.5, 11))
    if run is not None:
        parts.append(_rect(f"gantt__run gantt__run--{tone}", run, 4, 6))
    if now is not None:
        parts.append(format_html('<line class="gantt__now" x1="{0}%" x2="{0}%" y1="0" y2="14"/>', _number(now)))
    inside = format_html_join("", "{}", ((part,) for part in parts))
    return format_html('<svg class="gantt" width="100%" height="14" aria-hidden="true">{}</svg>', inside)


def _rect(style: str, bar: Bar, y: float, height: float) -> SafeString:
    text = '<rect class="{}" x="{}%" width="{}%" y="{}" height="{}" rx="2"/>'
    return format_html(text, style, _number(bar.x), _number(bar.width), y, height)


def axis(marks: Sequence[Mark], words: Sequence[str]) -> SafeString:
    """The scale's marks with their words; the last one stands left of its mark, to stay inside the picture."""
    anchors = ["start"] + ["middle"] * (len(marks) - 2) + ["end" if marks[-1].x > 90 else "middle"]
    rows = ((_number(mark.x), anchor, word) for mark, anchor, word in zip(marks, anchors, words, strict=False))
    texts = format_html_join("", '<text x="{}%" y="11" text-anchor="{}">{}</text>', rows)
    return format_html('<svg class="gantt gantt--axis" width="100%" height="14" aria-hidden="true">{}</svg>', texts)


def _places(marks: Iterable[Mark]) -> Iterable[tuple[str]]:
    return ((_number(mark.x),) for mark in marks)


def _number(value: float) -> str:
    return f"{value:.2f}"
