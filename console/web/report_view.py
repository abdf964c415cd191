"""A report as its page shows it: plots made from its numbers, and the words beside them."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from console.domain import plots
from console.domain.comparison import Row
from console.domain.plots import Column, Dot, Line, Pair
from console.services.report_rows import Row as Outage
from console.services.reports import Report, Tally
from console.web.phrases import said
from console.web.spans import in_words

TONES = {"succeeded": "good", "failed": "bad", "uncertain": "unknown", "stopped": "warn"}
DOTS_KEPT = 10 * plots.MOST_DOTS
LEAST_SHARE = 0.01
"""A step that took less than this share of the longest is in the table alone."""
LEAST_SAID = 0.1
"""Seconds: what is shorter is only said to be so, where `0.0 s` would read as nothing."""


class Spot(NamedTuple):
    """Where an outage lies on the plot: only of those that are drawn are there words."""

    at: float
    seconds: float
    row: Outage


def outages(report: Report) -> SafeString | str:
    """Each outage at its time, with the levels of the median and of 95 in 100; empty without any."""
    first, last = report.since.timestamp(), report.until.timestamp()
    whole = max(last - first, 1.0)
    told = [Spot((row.at - first) / whole, row.outage, row) for row in report.rows if row.outage is not None]
    if not told:
        return ""
    language = get_language()
    made = [
        Dot(_within(at), seconds, TONES[row.status], _says(row.number, seconds, language))
        for at, seconds, row in plots.thinned(told)
    ]
    figures = report.tally.outage
    lines = [Line(figures.p50 or 0.0, _("median"))]
    lines += [Line(figures.p95 or 0.0, _("95 of 100"))] if figures.p95 != figures.p50 else []
    title = _("How long mail was down, %(times)s times") % {"times": len(told)}
    return mark_safe(plots.dots(made, lines, (_day(report.since), _day(report.until)), title))  # noqa: S308 - escaped


def endings(report: Report) -> SafeString | str:
    """How many moves of each month ended how; empty without any."""
    if not report.tally.total:
        return ""
    made = [Column(name, _parts(tally)) for name, tally in report.months]
    return mark_safe(plots.columns(made, _("How the moves of each month ended")))  # noqa: S308 - escaped


def steps(rows: Sequence[Row]) -> SafeString | str:
    """The steps that took time, in this run and the one before."""
    longest = max((max(row.now or 0.0, row.before or 0.0) for row in rows), default=0.0)
    told = [row for row in rows if max(row.now or 0.0, row.before or 0.0) > longest * LEAST_SHARE]
    made = [Pair(said(row.title), row.now, row.without_mail, row.before) for row in told]
    return mark_safe(plots.pairs(made, _("How long each step took"))) if made else ""  # noqa: S308 - escaped


def figures(tally: Tally) -> dict[str, Any]:
    """The numbers of a tally as words."""
    of, share = tally.outage, tally.succeeded
    return {
        "total": tally.total,
        "endings": tally.endings,
        "rate": rate_words(share),
        "rate_tone": "idle" if share is None else "good" if share == 1 else "warn",
        "outages": of.count,
        "p50": seconds_words(of.p50),
        "p95": seconds_words(of.p95),
        "longest": seconds_words(of.longest),
    }


def rate_words(share: float | None) -> str:
    """A rate in hundredths, with a decimal where it is neither none nor all; empty where there is none."""
    if share is None:
        return ""
    return f"{100 * share:.0f} %" if share in (0, 1) else f"{100 * share:.1f} %"


def seconds_words(seconds: float | None) -> str:
    """A duration with a decimal where it is short: `under 0.1 s`, `0.4 s`, `12 s`, `2 min 05 s`."""
    if seconds is None:
        return ""
    if 0 < abs(seconds) < LEAST_SAID:
        return _("under %(seconds)s s") % {"seconds": LEAST_SAID}
    return _("%(seconds)s s") % {"seconds": f"{seconds:.1f}"} if 0 < abs(seconds) < 10 else in_words(seconds)


def _parts(tally: Tally) -> tuple[tuple[str, int], ...]:
    return tuple((tone, tally.endings[status]) for status, tone in TONES.items())


@lru_cache(maxsize=DOTS_KEPT)
def _says(number: int, seconds: float, language: str | None) -> str:
    """The language is that which holds: it is named so that each has its own."""
    return _("Operation %(number)s: %(span)s") % {"number": number, "span": seconds_words(seconds)}


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _day(at: datetime) -> str:
    return timezone.localtime(at).strftime("%F")
