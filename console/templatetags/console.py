"""The words of the pages' design language: icons, badges, ages, and the theme that the reader chose."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from console.domain.checks import Check, Reason, Verdict
from console.domain.closing import HALF_DONE
from console.domain.procedures import Mode
from console.models import GlobalStop
from console.services import brakes
from console.services.access import Right, may_somewhere, why_not, why_nowhere
from console.web import icons, spans, words
from console.web.browsers import browser_name
from console.web.kind_words import kind_list, kind_word, named
from console.web.numbers import grouped
from console.web.phrases import said
from console.web.session import THEMES
from console.web.setup_view import WHO
from console.web.tones import tone_now
from console.web.whole_names import unbroken

register = template.Library()

TONES = frozenset({"good", "warn", "bad", "unknown", "idle", "stale", "running"})
OF_VERDICT = {"pass": "good", "warn": "warn", "fail": "bad", "unknown": "unknown"}
OF_STATUS = {
    "queued": "idle",
    "running": "running",
    "succeeded": "good",
    "failed": "bad",
    "stopped": "warn",
    "uncertain": "unknown",
    "waiting": "warn",
    "paused": "idle",
}
ICON_OF_STATUS = {"queued": "waiting", "stopped": "stopped", "waiting": "person", "paused": "pause"}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawn icon; give it a label when no word stands beside it."""
    return icons.icon(name, said(label))


@register.simple_tag
def badge(tone: str, text: str, drawing: str = "") -> SafeString:
    """An icon and a word in the colours of a tone; a tone that nobody knows is shown as unknown."""
    shown = tone if tone in TONES else "unknown"
    picture = icons.icon(drawing or shown, extra="spin" if shown == "running" and not drawing else "")
    return format_html('<span class="badge tone-{}">{}{}</span>', shown, picture, said(text))


@register.simple_tag
def mark(tone: str, label: str = "", drawing: str = "") -> SafeString:
    """Only the tone's icon, or another in its colour, for a place where the word follows."""
    shown = tone if tone in TONES else "unknown"
    return format_html('<span class="mark tone-{}">{}</span>', shown, icons.icon(drawing or shown, said(label)))


@register.simple_tag
def status_badge(status: str, label: str = "") -> SafeString:
    """An operation's status."""
    return badge(OF_STATUS.get(status, "unknown"), label or status, ICON_OF_STATUS.get(status, ""))


@register.filter
def verdict_tone(verdict: str) -> str:
    """The tone of a check's verdict."""
    return OF_VERDICT.get(str(verdict), "unknown")


@register.filter
def news_tone(status: str) -> str:
    """The tone of an operation that ended while nobody looked: even a success is to be looked at."""
    return "warn" if status == "succeeded" else OF_STATUS.get(status, "unknown")


register.filter(browser_name)
register.filter(kind_word)
register.filter(kind_list)
register.filter(named)
register.filter(tone_now)
register.filter("age", spans.aged)
register.filter("words_address", words.address)
register.filter(unbroken)
register.filter(grouped)


@register.filter
def translated(text: object) -> str:
    """A word or a sentence of the console's rules in the reader's language; as it is where nobody has translated it."""
    return said(str(text))


@register.filter
def stale(value: object) -> bool:
    """Whether a fact read at that time is too old to be trusted."""
    return spans.is_stale(value)


@register.filter
def moment(value: object) -> SafeString | str:
    """The time of day, with the date in front when it was not today."""
    at = spans.moment(value)
    if at is None:
        return ""
    local = timezone.localtime(at)
    pattern = "%T" if local.date() == timezone.localdate() else "%F %T"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', spans.utc(at), local.strftime("%F %T %Z"), local.strftime(pattern)
    )


register.simple_tag(spans.at_once)


@register.simple_tag
def took(start: object, end: object = None) -> str:
    """How long from `start` to `end`, or until now."""
    return spans.between(start, end)


@register.simple_tag
def ticking(start: object, end: object = None) -> SafeString | str:
    """Like `took`; while there is no end it counts on where scripts run."""
    first = spans.moment(start)
    words = spans.between(start, end)
    if first is None or spans.moment(end):
        return words
    return format_html('<time class="tick" datetime="{}" data-since>{}</time>', spans.utc(first), words)


@register.filter
def seconds_words(value: object) -> str:
    """A number of seconds in words, such as `10 min`; empty for what is no number."""
    return spans.in_words(float(value)).replace(" 00 s", "") if isinstance(value, int | float) else ""


@register.filter
def half_done(text: str) -> tuple[str, str]:
    """The summary of an ending in two: what happened, and what is left half-done."""
    happened, left, rest = text.partition(HALF_DONE)
    return said(happened.strip()), said(left + rest)


@register.filter
def get(mapping: object, key: object) -> Any:
    """The value at `key` of a mapping, or an empty text."""
    return mapping.get(key, "") if isinstance(mapping, Mapping) else ""


@register.simple_tag
def theme(request: HttpRequest | None) -> str:
    """The reader's choice: `system`, `light` or `dark`."""
    chosen = request.COOKIES.get("theme", "system") if isinstance(request, HttpRequest) else "system"
    return chosen if chosen in THEMES else "system"


@register.simple_tag
def why_not_allowed(user: Any, right: Right, cluster: Any = None, kind: str = "") -> str:
    """Why this reader may not do it; empty when they may."""
    return why_not(user, right, cluster, kind) or ""


@register.simple_tag
def allowed_somewhere(user: Any, right: Right) -> bool:
    """Whether this reader may do it anywhere at all."""
    return may_somewhere(user, right)


@register.simple_tag
def why_nowhere_allowed(user: Any, right: Right) -> str:
    """Why this reader may do it nowhere; empty when they may somewhere."""
    return why_nowhere(user, right) or ""


@register.simple_tag(takes_context=True)
def global_stop(context: template.Context) -> GlobalStop | None:
    """The stop of everything that the console would start, if one stands; asked once for a page.

    Who may see nothing is told nothing of it.
    """
    request = context["request"]
    if not hasattr(request, "global_stop"):
        request.global_stop = brakes.global_stop() if may_somewhere(request.user, "view") else None
    found: GlobalStop | None = request.global_stop
    return found


@register.simple_tag
def query_with(request: HttpRequest, **changes: object) -> str:
    """The page's own query string with some parameters changed; None takes one away."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def until(value: object) -> SafeString | str:
    """`in 2 min 05 s`, counting down where scripts run; `just now` when it has passed."""
    at = spans.moment(value)
    if at is None:
        return ""
    left = (at - timezone.now()).total_seconds()
    words = _("in %(span)s") % {"span": spans.in_words(left)} if left > 0 else _("just now")
    return format_html('<time datetime="{}" data-until>{}</time>', spans.utc(at), words)


@register.filter
def passed(checks: Iterable[Check]) -> list[Check]:
    """The checks that passed."""
    return [check for check in checks if check.verdict is Verdict.PASS]


@register.simple_tag
def about_link(reason: Reason | Mapping[str, str], cluster: Any) -> SafeString | str:
    """A link to what a reason is about: an operation by its number, else the cluster's page."""
    key, about = (reason["key"], reason["about"]) if isinstance(reason, Mapping) else (reason.key, reason.about)
    if key.startswith("approval.") and about.isdecimal():
        return _linked("plan", about, _("Plan %(number)s"))
    if key.startswith("drill.") and about.isdecimal():
        return _linked("drill", about, _("Drill %(number)s"))
    if key.startswith(("reservation.", "cooldown")) and about.isdecimal():
        return _linked("operation", about, _("Operation %(number)s"))
    return format_html('<a href="{}">{}</a>', reverse("cluster", args=[cluster.name]), about)


def _linked(page: str, number: str, words: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(page, args=[number]), words % {"number": number})


STEP_MARKS = {
    "waiting": ("todo", "waiting", gettext_noop("waiting")),
    "running": ("running", "running", gettext_noop("running")),
    "done": ("good", "good", gettext_noop("done")),
    "already": ("skip", "good", gettext_noop("already done")),
    "skipped": ("skip", "warn", gettext_noop("left out")),
    "failed": ("bad", "bad", gettext_noop("failed")),
    "uncertain": ("unknown", "unknown", gettext_noop("uncertain")),
    "not-reached": ("idle", "not-reached", gettext_noop("not reached")),
}


@register.simple_tag
def step_mark(state: str) -> SafeString:
    """How a step stands, as a picture that also says it."""
    drawing, tone, words = STEP_MARKS.get(state, STEP_MARKS["uncertain"])
    group = f"tone-{tone}" if tone in TONES else f"step-{tone}"
    picture = icons.icon(drawing, _(words), "spin" if state == "running" else "")
    return format_html('<span class="mark {}">{}</span>', group, picture)


BOARD_MARKS = {
    "done": ("good", "good", gettext_noop("done")),
    "already": ("skip", "good", gettext_noop("already done")),
    "said": ("flag", "good", gettext_noop("said to be done")),
    "accepted": ("unknown", "unknown", gettext_noop("not proved, accepted")),
    "skipped": ("skip", "warn", gettext_noop("left out")),
    "running": ("running", "running", gettext_noop("running")),
    "next": ("person", "warn", gettext_noop("next")),
    "failed": ("bad", "bad", gettext_noop("could not be done")),
    "reopened": ("warn", "warn", gettext_noop("holds no longer")),
    "open": ("todo", "waiting", gettext_noop("not yet")),
}
"""How a step of a procedure's board stands: drawing, tone, words."""
NO_MARK = ("unknown", "unknown", gettext_noop("unknown"))


@register.simple_tag
def board_mark(state: str) -> SafeString:
    """How a step of a procedure stands, as a picture that also says it."""
    drawing, tone, words = BOARD_MARKS.get(state, NO_MARK)
    group = f"tone-{tone}" if tone in TONES else f"step-{tone}"
    picture = icons.icon(drawing, _(words), "spin" if state == "running" else "")
    return format_html('<span class="mark {}">{}</span>', group, picture)


@register.filter
def board_word(state: str) -> str:
    """The same in words."""
    return _(BOARD_MARKS.get(state, NO_MARK)[2])


GOAL_WORDS = {"pass": ("good", gettext_noop("holds")), "fail": ("warn", gettext_noop("does not hold"))}


@register.simple_tag
def goal_badge(verdict: str) -> SafeString:
    """How a goal of a procedure stood when it was last looked at: one that does not hold yet is no disaster."""
    return badge(*GOAL_WORDS.get(str(verdict), ("unknown", "unknown")))


MODE_ICONS = {Mode.AUTOMATED: "server", Mode.CHECKED: "search", Mode.CONFIRMED: "flag"}


@register.simple_tag
def mode_mark(mode: Mode) -> SafeString:
    """Who does a step of a procedure, as a picture beside the words."""
    return icons.icon(MODE_ICONS[mode])


@register.filter
def who_does(mode: str) -> str:
    """Who does a step of that mode."""
    return said(WHO[Mode(mode)])


@register.filter
def as_text(value: object) -> str:
    """A value of an audit record: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the field is a box to tick, whose label stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def described(field: BoundField) -> SafeString:
    """The field's control, tied to its help and its error for who cannot see that they are near."""
    parts = [f"help-{field.id_for_label}"] if field.help_text else []
    attributes: dict[str, str | bool] = {"aria-invalid": "true"} if field.errors else {}
    if field.errors:
        parts.append(f"error-{field.id_for_label}")
    if parts:
        attributes["aria-describedby"] = " ".join(parts)
    return field.as_widget(attrs=attributes)
