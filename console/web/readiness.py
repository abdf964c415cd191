"""How ready every cluster is for a failover, and one cluster's readiness with its reasons and its history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from console.domain.readiness import Readiness
from console.models import Cluster, ObservationRecord, ReadinessRecord
from console.services import readiness, reservations
from console.web import history_drawn, spans, sparkline
from console.web.access import methods, needs, the_cluster
from console.web.overview_row import Row
from console.web.overview_rows import ROWS, visible

SPAN, IN_WORDS = timedelta(days=7), "7 days"
PAGE = 50
LISTED = 30
"""Rows of history that a page shows."""
WORDS = {
    "ready": ("good", "ready"),
    "asks": ("unknown", "partly unknown"),
    "not-ready": ("bad", "not ready"),
    "unknown": ("unknown", "unknown"),
}
"""A state's tone and words."""
LINE = '<tr>{{}}<td data-label="{}"><span>{{}}</span></td><td data-label="{}"><span>{{}}</span></td></tr>\n'
"""A cluster of the list: two cells get the words of their headings, once for all rows, then all what stands in them."""
NEVER = '<span class="age">{}</span>'


@methods("GET")
@needs("view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The clusters that this person may see, the least ready first."""
    now = timezone.now()
    in_order = sorted(visible(request.user, ROWS.lately()), key=attrgetter("ready_order"))
    part = Paginator(in_order, PAGE).get_page(request.GET.get("page"))
    context = {"section": "clusters", "tab": "readiness", "lines": _lines(list(part), now), "part": part}
    return render(request, "readiness/list.html", context)


@methods("GET")
@needs("view", "cluster")
def detail(request: HttpRequest, name: str) -> HttpResponseBase:
    """One cluster: the score, every check with what it weighs, and how it has been."""
    cluster, now = the_cluster(request, name), timezone.now()
    points = readiness.history(cluster, now - SPAN)
    record = ReadinessRecord.objects.filter(cluster=cluster).first()
    context = (
        state_of(cluster)
        | _kept(cluster, points, now)
        | {
            "since": record.since if record else None,
            "section": "clusters",
            "now": readiness.of(getattr(cluster, "observation", None)),
            "history": [(point, WORDS.get(point.state, WORDS["unknown"])) for point in reversed(points[-LISTED:])],
            "acting": reservations.acting(cluster),
        }
    )
    return render(request, "readiness/detail.html", context)


def state_of(cluster: Cluster) -> dict[str, Any]:
    """How ready a cluster is, in the words of pages: what looked good is stale, not good, when it is old."""
    observation = getattr(cluster, "observation", None)
    return _shown(observation, readiness.of(observation)) | {"cluster": cluster}


def _lines(rows: Sequence[Row], now: datetime) -> SafeString:
    """The rows as HTML: what says how ready a cluster is is made once for each observation."""
    drawn = history_drawn.drawings([row.card.cluster for row in rows], SPAN, IN_WORDS, now)
    line, language = format_html(LINE, gettext("7 days"), gettext("Checked")), get_language()
    return format_html_join("", line, (_line(row, drawn[row.pk], language) for row in rows))


def _line(row: Row, drawn: SafeString, language: str | None) -> tuple[str, ...]:
    observation = row.card.observation
    about = row.kept(("readiness", language), lambda: _said(row))
    return SafeString(about), drawn, spans.aged(observation.at) if observation else format_html(NEVER, gettext("never"))


def _said(row: Row) -> str:
    context = _shown(row.card.observation, row.readiness) | {"cluster": row.card.cluster}
    return get_template("readiness/_line.html").render(context)


def _shown(observation: ObservationRecord | None, now: Readiness) -> dict[str, Any]:
    tone, word = WORDS[now.state.value]
    stale = observation is None or spans.is_stale(observation.at)
    if tone == "good" and any(mark.lost for mark in now.marks):
        tone, word = "warn", "ready, with warnings"
    if stale:
        tone, word = "stale", "not checked" if now.score is None else f"was {word}"
    return {"observation": observation, "readiness": now, "tone": tone, "word": word}


def _kept(cluster: Cluster, points: list[readiness.Point], now: datetime) -> dict[str, Any]:
    label = sparkline.in_words(points, IN_WORDS)
    drawn = sparkline.drawing(points, now - SPAN, now, cluster.readiness_least, label)
    return {"cluster": cluster, "spark": drawn}
