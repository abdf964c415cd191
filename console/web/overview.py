"""The overview of all clusters and the wall: rows that are kept, what is to be seen to, and the rows by themselves."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop as _

from console.web import icons, spans
from console.web.access import methods, needs
from console.web.forms.overview import PROBLEMS, OverviewFilter, counts
from console.web.overview_cells import SIGNS
from console.web.overview_row import STATES, Row
from console.web.overview_rows import ROWS, sums_of, visible
from console.web.overview_sums import Sums
from console.web.overview_text import FORMS, Showing

AT_ONCE = 200
"""How many rows are given for one question."""
AT_FIRST = 60
"""How many rows come with the page: more than a screen shows. Without scripts they are the pages to turn."""
TILES_AT_FIRST = 60
"""How many tiles come with the wall; without scripts the browser goes on to the one that has all of them."""


@methods("GET")
@needs("view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The clusters that this person may see and that fit, problems first: a part, and the browser asks for the rest."""
    seen = ROWS.lately()
    rows = visible(request.user, seen)
    wanted = OverviewFilter.of(request.GET)
    fitting = [row for row in rows if wanted.fits(row)] if wanted.narrows else rows
    part = Paginator(_by_site(fitting) if wanted.grouped else fitting, AT_FIRST).get_page(request.GET.get("page"))
    context = {
        "section": "clusters",
        "rows": rows,
        "filter": wanted,
        "part": part,
        "groups": _groups(list(part.object_list), wanted.grouped),
        "sites": sorted({row.site for row in rows}, key=str.casefold),
        "states": _choices(rows),
        "signs": icons.sprite(SIGNS),
        "stale_after": spans.stale_after(),
    }
    return render(request, "clusters/list.html", context | _head(rows, sums_of(rows, seen)))


@methods("GET")
@needs("view")
def head(request: HttpRequest) -> HttpResponseBase:
    """What stands above the rows, or above the tiles: how many are how, and what needs a person."""
    seen = ROWS.lately()
    rows = visible(request.user, seen)
    sums = sums_of(rows, seen)
    if form_of(request) == "tile":
        return render(request, "wall/_sum.html", {"rows": rows, "sum": _sum(sums)})
    whole_page = {"rows": rows, "whole_page": reverse("clusters")}
    return render(request, "clusters/_head.html", whole_page | _head(rows, sums))


@methods("GET")
@needs("view")
def rows(request: HttpRequest) -> HttpResponseBase:
    """The version of every row, or with `?of=1,2` those rows themselves, for a page that is open already."""
    found = {row.pk: row for row in visible(request.user, ROWS.lately())}
    asked = request.GET.get("of")
    if asked is None:
        return JsonResponse({"versions": versions(found.values())})
    wanted = [int(word) for word in asked.split(",")[:AT_ONCE] if word.isdecimal() and len(word) < 16]
    form = form_of(request)
    return JsonResponse({"rows": [as_json(found[pk], form) for pk in wanted if pk in found]})


@methods("GET")
@needs("view")
def wall(request: HttpRequest) -> HttpResponseBase:
    """Every cluster for a screen on the wall: large, and without anything to press.

    The first tiles come with the page, and the browser asks for the others; `?all` has them all come with it.
    """
    seen = ROWS.lately()
    found = visible(request.user, seen)
    sums = sums_of(found, seen)
    first = found if "all" in request.GET else found[:TILES_AT_FIRST]
    context = {
        "tiles": _joined(first, "tile"),
        "whole": len(first) == len(found),
        "rows": found,
        "sum": _sum(sums),
        "signs": icons.sprite(SIGNS),
        "read_at": sums.newest,
        "stale_after": spans.stale_after(),
    }
    return render(request, "wall/wall.html", context)


def form_of(request: HttpRequest) -> str:
    """Which form of a row is asked for."""
    form = request.GET.get("form", "line")
    return form if form in FORMS else "line"


def versions(found: Iterable[Row]) -> dict[str, str]:
    """What tells a page which of its rows are old: the version of each by the cluster's key."""
    return {str(row.pk): row.version for row in found}


def as_json(row: Row, form: str) -> dict[str, object]:
    """A row for a page that is open already."""
    return {"pk": row.pk, "version": row.version, "html": row.render(form)}


def _by_site(rows: Sequence[Row]) -> list[Row]:
    """The same rows site by site, the site with the worst of them first."""
    first = {row.site: number for number, row in reversed(list(enumerate(rows)))}
    return sorted(rows, key=lambda row: first[row.site])


def _groups(rows: Sequence[Row], grouped: bool) -> list[tuple[str, SafeString]]:
    """The sites with their rows; or all rows under no name."""
    if not grouped:
        return [("", _joined(rows, "line"))]
    return [(site, _joined(of, "line")) for site, of in groupby(rows, key=lambda row: row.site)]


def _joined(rows: Iterable[Row], form: str) -> SafeString:
    to = Showing.now(form)
    return SafeString("\n".join([row.shown(to) for row in rows]))


def _head(rows: Sequence[Row], sums: Sums) -> dict[str, object]:
    return {"sum": _sum(sums), "attention": [row.card for row in rows if row.news]}


def _sum(sums: Sums) -> dict[str, int]:
    up, down, new = (sums.number(tone) for tone in ("good", "bad", "idle"))
    unknown = sums.counted.total() - up - down - new
    return {"up": up, "down": down, "new": new, "unknown": unknown, "running": sums.running, "resting": sums.resting}


def _choices(rows: Sequence[Row]) -> list[tuple[str, str, int]]:
    """Every state that the overview can be filtered by: its name, its words, and how many clusters are in it."""
    found = counts(rows)
    return [(PROBLEMS, _("any problem"), found[PROBLEMS]), *((state, STATES[state], found[state]) for state in STATES)]
