"""The history of a cluster's readiness as a small drawing: a line of steps, gaps where nothing could be checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.services.readiness import Point
from console.web.phrases import said

WIDTH, HEIGHT, EDGE = 240, 48, 3
BEST = 100
SEEN = 4.0
"""How wide a history is drawn at least, however short it is."""


@dataclass(frozen=True)
class Stretch:
    """So long the readiness was the same: `left` and `right` in the drawing's units; None is unknown."""

    left: float
    right: float
    score: int | None


def stretches(points: Sequence[Point], since: datetime, until: datetime) -> list[Stretch]:
    """The history between two times as stretches from left to right; before the first point there is none.

    A history too short to be seen is one stretch that can be, at its last score.
    """
    whole = max((until - since).total_seconds(), 1.0)

    def across(at: datetime) -> float:
        part = (min(max(at, since), until) - since).total_seconds() / whole
        return round(EDGE + part * (WIDTH - 2 * EDGE), 1)

    bounds = [*(point.at for point in points), until]
    pairs = zip(points, pairwise(bounds), strict=True)
    found = [Stretch(across(start), across(end), point.score) for point, (start, end) in pairs]
    drawn = [one for one in found if one.right > one.left]
    if found and (not drawn or drawn[-1].right - drawn[0].left < SEEN):
        return [Stretch(WIDTH - EDGE - SEEN, WIDTH - EDGE, found[-1].score)]
    return drawn


def path(found: Sequence[Stretch]) -> str:
    """The line as the commands of an SVG path; it is broken where the score is unknown."""
    parts, pen = [], False
    for one in found:
        if one.score is None:
            pen = False
            continue
        level = _up(one.score)
        parts.append(f"{'V' if pen else f'M{one.left:g} '}{level:g}H{one.right:g}")
        pen = True
    return "".join(parts)


def drawing(points: Sequence[Point], since: datetime, until: datetime, least: int, label: str) -> SafeString:
    """The SVG, which `label` says in words; a dashed line marks the readiness `least`."""
    found = stretches(points, since, until)
    unknown = [one for one in found if one.score is None]
    gaps = format_html_join(
        "",
        '<rect class="spark__unknown" x="{}" y="{}" width="{}" height="{}"/>',
        ((one.left, EDGE, round(max(one.right - one.left, 1), 1), HEIGHT - 2 * EDGE) for one in unknown),
    )
    line = _up(least)
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="none">{}'
        '<path class="spark__least" d="M{} {}H{}"/><path class="spark__line" d="{}"/></svg>',
        *(WIDTH, HEIGHT, label, gaps, EDGE, line, WIDTH - EDGE, path(found)),
    )


def in_words(points: Sequence[Point], span: str) -> str:
    """What the drawing shows, for who cannot see it."""
    if not points:
        return _("Readiness over %(span)s: nothing was kept yet.") % {"span": said(span)}
    known = [point.score for point in points if point.score is not None]
    now = points[-1].score
    times = sum(point.score is None for point in points)
    shown = _("unknown") if now is None else now
    parts = [_("Readiness over %(span)s: now %(now)s") % {"span": said(span), "now": shown}]
    if known:
        parts.append(_("between %(least)s and %(most)s") % {"least": min(known), "most": max(known)})
    if times:
        parts.append(ngettext("unknown once", "unknown %(times)s times", times) % {"times": times})
    return ", ".join(parts) + _(".")


def _up(score: int) -> float:
    return round(HEIGHT - EDGE - min(max(score, 0), BEST) / BEST * (HEIGHT - 2 * EDGE), 1)
