"""Times for people: how long ago, how long it took, and when a fact is too old to be trusted."""

from datetime import UTC, datetime
from functools import lru_cache

from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

READING_SECONDS = 30
"""How long a round of observation may take before its absence means something."""
TIMES_KEPT = 4096
"""So many texts are remembered as times."""
SPANS_KEPT = 4096
"""So many durations are kept in words: pages with hundreds of rows have the same ones again and again."""


def stale_after() -> int:
    """Seconds after which a fact is shown as stale: three rounds of observation that did not come."""
    return 3 * int(settings.OBSERVE_EVERY) + READING_SECONDS


def moment(value: object) -> datetime | None:
    """A time with its zone from a `datetime` or an ISO text; None for anything that is neither."""
    if isinstance(value, str):
        value = _read(value)
    if not isinstance(value, datetime):
        return None
    return value if timezone.is_aware(value) else timezone.make_aware(value)


@lru_cache(maxsize=TIMES_KEPT)
def _read(text: str) -> datetime | None:
    """The time with the zone that the text names, if any: the facts of an observation have few different times."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def seconds_since(value: object) -> float | None:
    """Seconds since that time, never below zero (clocks differ); None when there is no time."""
    at = moment(value)
    return None if at is None else max(0.0, (timezone.now() - at).total_seconds())


def is_stale(value: object) -> bool:
    """Whether a fact of that time is too old, or has no time at all."""
    at = moment(value)
    return at is None or (timezone.now() - at).total_seconds() > stale_after()


def in_words(seconds: float) -> str:
    """A duration in its two largest units: `0 s`, `59 s`, `2 min 05 s`, `3 h 07 min`, `4 d 2 h`."""
    return _in_words(int(max(0.0, seconds)), get_language())


@lru_cache(maxsize=SPANS_KEPT)
def _in_words(whole: int, language: str | None) -> str:
    """The language is that which holds: it is named so that each has its own."""
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours_left}
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": f"{minutes_left:02d}"}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": f"{rest:02d}"}
    return _("%(seconds)s s") % {"seconds": rest}


def ago(seconds: float | None) -> str:
    """`12 s ago`; `never read` where there is no time."""
    return _("never read") if seconds is None else _("%(span)s ago") % {"span": in_words(seconds)}


def aged(value: object) -> SafeString | str:
    """`12 s ago`, with the exact time in its tooltip; greyed when it is too old, and ticking where scripts run."""
    at, seconds = moment(value), seconds_since(value)
    if seconds is None or at is None:
        return ago(None)
    limit = stale_after()
    return format_html(
        '<time class="age{}" datetime="{}" title="{}" data-age="{}">{}</time>',
        " is-stale" if seconds > limit else "",
        utc(at),
        timezone.localtime(at).strftime("%F %T %Z"),
        limit,
        ago(seconds),
    )


def utc(at: datetime) -> str:
    """What programs read of a time, whatever zone people read it in."""
    return at.astimezone(UTC).isoformat()


def at_once(start: object, end: object) -> bool:
    """Whether it ended within the second in which it began."""
    first, last = moment(start), moment(end)
    return first is not None and last is not None and (last - first).total_seconds() < 1


def between(start: object, end: object) -> str:
    """How long it took from `start` to `end`, or until now when it has no end; empty when it never began."""
    if at_once(start, end):
        return _("less than 1 s")
    first, last = moment(start), moment(end) or timezone.now()
    return "" if first is None else in_words((last - first).total_seconds())
