"""The words of reports, comparisons and drills: durations, days, keys of plots, and how a drill stands."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.domain.comparison import Row
from console.models import Drill
from console.templatetags.console import badge
from console.web.phrases import said
from console.web.report_view import seconds_words

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
