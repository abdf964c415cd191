"""The words of reports, comparisons and drills: durations, days, keys of plots, and how a drill stands."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from django import template
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from console.domain.comparison import Row
from console.domain.statistics import Durations
from console.models import Drill
from console.services.reports import ClusterLine, Report
from console.templatetags.console import badge
from console.web.phrases import said
from console.web.report_view import rate_words, seconds_words

register = template.Library()

OF_STATE = {
    Drill.State.THERE: "running",
    Drill.State.RESTING: "idle",
    Drill.State.BACK: "running",
    Drill.State.SUCCEEDED: "good",
    Drill.State.FAILED: "bad",
    Drill.State.ENDED: "warn",
}
ICONS = {Drill.State.RESTING: "pause", Drill.State.ENDED: "stopped"}
NUMBER = '<td data-label="{}" class="num">{{}}</td>'
LINE = (
    f'<tr class="{{{{}}}}"><td data-label="{{}}">{{{{}}}}</td>{NUMBER * 5}'
    '<td data-label="{}"><span>{{}}</span></td></tr>\n'
)
"""A cluster of a report: each cell gets the words of its heading once for all rows, then what stands in it."""
HEADS = (_("Cluster"), _("Moves"), _("Succeeded"), _("Median outage"), _("95 of 100"), _("Longest"), _("Last drill"))
ROWS_KEPT = 2000
LIKE = {"slower": "warn", "faster": "good", "same": "idle", "new": "idle", "gone": "idle"}


@register.filter
def seconds(value: object) -> str:
    """A number of seconds in words; empty for what is no number."""
    return seconds_words(float(value)) if isinstance(value, int | float) else ""


@register.filter
def day(at: datetime) -> str:
    """The day of a time in the reader's zone, as 2026-01-31."""
    return timezone.localtime(at).strftime("%F")


class Frame(NamedTuple):
    """What the rows of a report have in common."""

    language: str | None
    prefix: str
    """What the addresses of this console begin with."""
    since: str
    until: str


@register.simple_tag
def report_lines(lines: Iterable[ClusterLine], report: Report) -> SafeString:
    """A row for each cluster, made without a template: all of them stand on the page for print."""
    frame = Frame(get_language(), get_script_prefix(), day(report.since), day(report.until))
    return mark_safe("".join(_line_of(one, frame) for one in lines))  # noqa: S308 - each of them is escaped


def _line_of(one: ClusterLine, frame: Frame) -> SafeString:
    told, drill = one.tally.outage, _last_drill(one.drill)
    return _line(one.cluster.name, one.tally.total, one.tally.succeeded, told, drill, frame)


@lru_cache(maxsize=ROWS_KEPT)
def _line(name: str, total: int, rate: float | None, told: Durations, drill: SafeString, frame: Frame) -> SafeString:
    """The row of a cluster, kept under all that it shows; its name is a link, and so is the number of its moves.

    Of what has not moved a telephone shows no figures.
    """
    moves = f"{reverse('operations')}?cluster={quote(name, safe='')}&since={frame.since}&until={frame.until}"
    count = _link(moves, total) if total else "0"
    numbers = [words or "–" for words in (rate_words(rate), *map(seconds_words, (told.p50, told.p95, told.longest)))]
    line = format_html(LINE, *map(gettext, HEADS))
    page = _link(reverse("cluster", args=[name]), name)
    return format_html(line, "moved" if total else "unmoved", page, count, *numbers, drill)


def _link(address: str, words: object) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, words)


def _last_drill(drill: Drill | None) -> SafeString:
    if drill is None:
        return format_html('<span class="soft">{}</span>', gettext("none"))
    return format_html("{} {}", _link(reverse("drill", args=[drill.pk]), day(drill.begun_at)), drill_badge(drill))


@register.simple_tag
def key(tone: str, words: str) -> SafeString:
    """One entry of a plot's legend."""
    mark = format_html(
        '<svg viewBox="0 0 12 12" aria-hidden="true"><rect class="plot--{}" width="12" height="12"/></svg>', tone
    )
    return format_html("<li>{}{}</li>", mark, said(words))


@register.simple_tag
def verdict_of(row: Row) -> SafeString:
    """How a step compares: slower or faster by so much, as before, or only in one run."""
    words = {"new": "only now", "gone": "only before", "same": "as before"}.get(row.verdict)
    more = abs(row.more or 0.0)
    return badge(LIKE[row.verdict], words or f"{row.verdict} by {seconds_words(more)}")


@register.simple_tag
def drill_badge(drill: Drill) -> SafeString:
    """How a drill stands; one that waits for a person says so."""
    if drill.open and drill.waits:
        return badge("warn", "waits for a person", "person")
    return badge(OF_STATE[Drill.State(drill.state)], drill.get_state_display(), ICONS.get(Drill.State(drill.state), ""))
