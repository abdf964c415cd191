"""The words of reports, comparisons and drills: durations, days, keys of plots, and how a drill stands."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from console.domain.comparison import Row
from console.models import Drill
from console.services.reports import ClusterLine, Report
from console.templatetags.console import badge
from console.web.phrases import said
from console.web.report_view import figures, seconds_words

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
LIKE = {"slower": "warn", "faster": "good", "same": "idle", "new": "idle", "gone": "idle"}


@register.filter
def seconds(value: object) -> str:
    """A number of seconds in words; empty for what is no number."""
    return seconds_words(float(value)) if isinstance(value, int | float) else ""


@register.filter
def day(at: datetime) -> str:
    """The day of a time in the reader's zone, as 2026-01-31."""
    return timezone.localtime(at).strftime("%F")


@register.simple_tag
def report_lines(lines: Iterable[ClusterLine], report: Report) -> SafeString:
    """A row for each cluster, made without a template: all of them stand on the page for print."""
    line = format_html(LINE, *map(gettext, HEADS))
    moves = f"{reverse('operations')}?cluster={{}}&since={day(report.since)}&until={day(report.until)}"
    return format_html_join("", line, ((_moved(one), *_cells(one, moves)) for one in lines))


def _moved(line: ClusterLine) -> str:
    """The class of its row: of what has not moved a telephone shows no figures."""
    return "moved" if line.tally.total else "unmoved"


def _cells(line: ClusterLine, moves: str) -> tuple[object, ...]:
    """What stands in the row of a cluster; its name is a link, and `moves` is the address of its moves."""
    told, name = figures(line.tally), line.cluster.name
    numbers = [told[key] or "–" for key in ("rate", "p50", "p95", "longest")]
    total = _link(moves.format(quote(name, safe="")), told["total"]) if told["total"] else "0"
    return _link(reverse("cluster", args=[name]), name), total, *numbers, _last_drill(line.drill)


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
