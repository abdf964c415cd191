"""Plots as SVG, made from numbers alone: the same numbers give the same text. Colours come from the style sheet."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Protocol, TypeVar

from console.domain.printable import one_line

WIDTH, HEIGHT = 460.0, 210.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 12.0, 12.0, 30.0
ROW = 26.0
MOST_DOTS = 400
"""More are thinned out: of those that would lie on each other the longest is kept."""
HINTS_KEPT = 10 * MOST_DOTS
NICE_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400)


@dataclass(frozen=True)
class Dot:
    """A value at a time: `at` from 0 to 1 along the plot, `seconds` up."""

    at: float
    seconds: float
    tone: str
    text: str
    """What it is, for who points at it."""


class HasPlace(Protocol):
    """What `Dot` says of where it lies."""

    @property
    def at(self) -> float: ...

    @property
    def seconds(self) -> float: ...


Placed = TypeVar("Placed", bound=HasPlace)


@dataclass(frozen=True)
class Line:
    """A level across the plot; the words of the first one stand below it, those of the others above."""

    seconds: float
    text: str


@dataclass(frozen=True)
class Column:
    """A span of time with how many there were of each tone, in the order in which they are stacked."""

    text: str
    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(count for _, count in self.parts)


@dataclass(frozen=True)
class Pair:
    """A step in two runs: its seconds now, the part of them without mail, and its seconds before."""

    text: str
    now: float | None
    without_mail: float
    before: float | None


def seconds_text(seconds: float) -> str:
    """A duration for an axis: `45 s`, `2 min`, `1.5 h`."""
    if seconds < 60:
        return f"{seconds:g} s"
    if seconds < 3600:
        return f"{seconds / 60:g} min"
    return f"{seconds / 3600:g} h"


def dots(of: Sequence[Dot], lines: Sequence[Line], ends: tuple[str, str], title: str) -> str:
    """Durations over time with levels across; `ends` are the words below the first and the last moment."""
    highest = max([dot.seconds for dot in of] + [line.seconds for line in lines], default=1.0)
    top = _ceiling(highest)
    drawn = [*_grid(top), *_ends(ends)]
    for dot in thinned(of):
        x, y = LEFT + dot.at * (WIDTH - LEFT - RIGHT), _y(dot.seconds, top)
        place = f'cx="{x:.1f}" cy="{y:.1f}" r="3.5"'
        drawn.append(f'<circle class="plot__dot plot--{dot.tone}" {place}>{_hint(dot.text)}</circle>')
    for number, line in enumerate(lines):
        y = _y(line.seconds, top)
        drawn.append(f'<line class="plot__level" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(_label(WIDTH - RIGHT, y - 5 if number else y + 15, line.text, "end"))
    return _svg(drawn, HEIGHT, title)


def thinned(of: Sequence[Placed]) -> list[Placed]:
    """At most `MOST_DOTS` of them: the highest of each stretch of time, and the highest of all among them."""
    if len(of) <= MOST_DOTS:
        return list(of)
    kept: dict[int, Placed] = {}
    for dot in of:
        stretch = min(int(dot.at * MOST_DOTS), MOST_DOTS - 1)
        if stretch not in kept or dot.seconds > kept[stretch].seconds:
            kept[stretch] = dot
    return [kept[stretch] for stretch in sorted(kept)]


def columns(of: Sequence[Column], title: str) -> str:
    """Counts over time, stacked; every column's own words stand below it as far as there is room."""
    top = _whole_ceiling(max((column.total for column in of), default=1))
    drawn = list(_grid(float(top), lambda value: f"{value:g}"))
    each = (WIDTH - LEFT - RIGHT) / max(len(of), 1)
    every = math.ceil(len(of) / 6) or 1
    for number, column in enumerate(of):
        x, under = LEFT + number * each, 0
        for tone, count in column.parts:
            low, high = _y(under, top), _y(under + count, top)
            box = f'x="{x + each * 0.15:.1f}" y="{high:.1f}" width="{each * 0.7:.1f}" height="{low - high:.1f}"'
            if count:
                drawn.append(f'<rect class="plot--{tone}" {box}>{_hint(f"{column.text}: {count} {tone}")}</rect>')
            under += count
        if number % every == 0:
            drawn.append(_label(x + each / 2, HEIGHT - 10, column.text, "middle"))
    return _svg(drawn, HEIGHT, title)


def pairs(of: Sequence[Pair], title: str) -> str:
    """Two bars for each step: this run, with the part without mail marked in it, and the run before below it."""
    top = _ceiling(max((max(pair.now or 0.0, pair.before or 0.0) for pair in of), default=1.0))
    scale = (WIDTH - 2 * RIGHT) / top
    drawn = []
    for number, pair in enumerate(of):
        y = number * ROW * 1.6
        drawn.append(_label(RIGHT, y + 12, pair.text, "start"))
        if pair.now is not None:
            drawn.append(_bar(RIGHT, y + 17, pair.now * scale, 8, "now", f"{pair.text}: {pair.now:.1f} s"))
            hint = f"{pair.text}: {pair.without_mail:.1f} s without mail"
            drawn.append(_bar(RIGHT, y + 17, pair.without_mail * scale, 8, "outage", hint))
        if pair.before is not None:
            drawn.append(_bar(RIGHT, y + 27, pair.before * scale, 5, "before", f"before: {pair.before:.1f} s"))
    return _svg(drawn, max(len(of), 1) * ROW * 1.6, title)


def _bar(x: float, y: float, width: float, height: float, tone: str, hint: str) -> str:
    wide = max(width, 0.0)
    box = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{height:g}"'
    return f'<rect class="plot--{tone}" {box}>{_hint(hint)}</rect>' if wide else ""


def _grid(top: float, say: Callable[[float], str] = seconds_text) -> Iterator[str]:
    for part in range(5):
        value = top * part / 4
        y = _y(value, top)
        yield f'<line class="plot__grid" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _label(LEFT - 6, y + 4, say(value), "end")


def _ends(ends: tuple[str, str]) -> Iterator[str]:
    yield _label(LEFT, HEIGHT - 10, ends[0], "start")
    yield _label(WIDTH - RIGHT, HEIGHT - 10, ends[1], "end")


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _ceiling(seconds: float) -> float:
    """A round duration that is not below `seconds` and can be quartered without odd words."""
    for nice in NICE_SECONDS:
        if seconds <= nice * 4:
            return float(nice * 4)
    return math.ceil(seconds / 345600) * 345600.0


def _whole_ceiling(count: int) -> int:
    """A multiple of four that is not below `count`, round where it is large."""
    step = 4
    while step * 10 < count:
        step *= 10
    return math.ceil(count / step) * step or step


@lru_cache(maxsize=HINTS_KEPT)
def _hint(text: str) -> str:
    return f"<title>{escape(one_line(text))}</title>"


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="plot__label" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(one_line(text))}</text>'


def _svg(drawn: Sequence[str], height: float, title: str) -> str:
    head = f'<svg class="plot" role="img" viewBox="0 0 {WIDTH:g} {height:.0f}" xmlns="http://www.w3.org/2000/svg">'
    return f"{head}{_hint(title)}{''.join(drawn)}</svg>"
