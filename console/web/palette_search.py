"""What the palette finds for a person: clusters, operations, pages and actions, never more than they may open or do."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from console.models import Operation, PlanRecord
from console.services import access, approval_lists, brakes, products
from console.services.access import ANY_KIND, Right, why_not, why_nowhere
from console.web.access import door_of
from console.web.kind_words import named
from console.web.overview_row import STATES, Row
from console.web.overview_rows import ROWS, visible
from console.web.palette_places import MOVES, OF_CLUSTER, PAGES, ClusterPlace, PagePlace
from console.web.phrases import said

LONGEST = 100
"""Characters of a question that are looked at."""
AT_ONCE = 8
"""Entries of a group that are shown; the rest is counted."""
ELSEWHERE = 100
"""Where an entry ranks in which a word of the question is not in its name."""
TONES = {"down": "bad", "look": "warn", "unknown": "unknown", "trouble": "warn", "running": "running"}
"""The tone of a cluster's state, where it has one."""


@dataclass(frozen=True)
class Entry:
    """One line: its name, a hint beside it, where it leads, and a tone where it has one."""

    name: str
    address: str
    hint: str = ""
    tone: str = ""


@dataclass
class Part:
    """A group of entries under a heading: those that are shown, the best first, and how many more there are."""

    title: str
    icon: str
    entries: list[Entry] = field(default_factory=list)
    more: int = 0
    rank: int = ELSEWHERE


@dataclass(frozen=True)
class _Line:
    """What may become an entry: its name, all the words that it is found by, and how it is made."""

    name: str
    words: str
    make: Callable[[], Entry]


class Reader:
    """Who looks, and what they may: each right is asked for once."""

    def __init__(self, user: access.Account) -> None:
        self.user = user
        self._known: dict[tuple[str, ...], bool] = {}
        self._places: dict[tuple[str, str], frozenset[int]] = {}

    def opens(self, address: str) -> bool:
        """Whether the door of the page at `address` lets them through."""
        door = door_of(resolve(address).func)
        assert door is not None, address
        if door.right is None:
            return True
        if door.where == "everything":
            return self.may_everywhere(door.right)
        return self._once("somewhere", door.right, lambda: why_nowhere(self.user, door.right or "view"))

    def may_everywhere(self, right: Right) -> bool:
        """Whether they hold the right on everything."""
        return self._once("everything", right, lambda: why_not(self.user, right))

    def may(self, row: Row, right: Right, kind: str) -> bool:
        """Whether they hold the right on the cluster of the row, for that kind."""
        key = right, kind
        if key not in self._places:
            found = access.clusters_with(self.user, right, kind or ANY_KIND)
            self._places[key] = frozenset(found.values_list("pk", flat=True))
        return row.pk in self._places[key]

    @cached_property
    def rows(self) -> Sequence[Row]:
        """The clusters that they may see, problems first."""
        return visible(self.user, ROWS.lately()) if self._sees else ()

    @property
    def _sees(self) -> bool:
        return self._once("somewhere", "view", lambda: why_nowhere(self.user, "view"))

    def _once(self, where: str, right: str, why: Callable[[], str | None]) -> bool:
        if (where, right) not in self._known:
            self._known[where, right] = why() is None
        return self._known[where, right]


def found(user: access.Account, question: str) -> list[Part]:
    """What fits `question`, every word of which has to be there, in groups, the best first.

    Without a question: what is under way, the clusters that come first on the overview, and every page.
    """
    reader = Reader(user)
    words = question[:LONGEST].casefold().split()
    parts = [
        _part(_("Under way"), "running", _operations(reader, words), words),
        _part(_("Clusters"), "clusters", _clusters(reader), words),
        _part(_("Pages"), "right", _pages(reader, act=False), words, most=AT_ONCE if words else len(PAGES)),
    ]
    if words:
        parts.append(_part(_("Actions"), "swap", _actions(reader), words))
        parts.sort(key=lambda part: part.rank)
    return [part for part in parts if part.entries]


def _part(title: str, icon: str, lines: Iterable[_Line], words: list[str], most: int = AT_ONCE) -> Part:
    ranked = [(_rank(line, words), number, line) for number, line in enumerate(lines) if _fits(line, words)]
    ranked.sort(key=lambda one: one[:2])
    shown = [line.make() for _rank, _number, line in ranked[:most]]
    return Part(title, icon, shown, len(ranked) - len(shown), ranked[0][0] if ranked else ELSEWHERE)


def _fits(line: _Line, words: list[str]) -> bool:
    return all(word in line.words for word in words)


def _rank(line: _Line, words: list[str]) -> int:
    """How well a name fits: it is the question, it begins with it, its words begin so, it holds it; or it does not."""
    name, question = line.name.casefold(), " ".join(words)
    if name == question:
        return 0
    if name.startswith(question):
        return 1
    if all(f" {word}" in f" {name}" for word in words):
        return 2
    return 3 if all(word in name for word in words) else ELSEWHERE


def _clusters(reader: Reader) -> Iterator[_Line]:
    for row in reader.rows:
        yield _Line(row.name, row.text, partial(_cluster, row))


def _cluster(row: Row) -> Entry:
    address = reverse("cluster", args=[row.name])
    return Entry(row.name, address, f"{row.site} · {said(STATES[row.state])}", TONES.get(row.state, ""))


def _pages(reader: Reader, *, act: bool) -> Iterator[_Line]:
    for place in PAGES:
        address = reverse(place.route, args=place.args)
        if place.act == act and reader.opens(address):
            yield _page(place, address)


def _page(place: PagePlace, address: str) -> _Line:
    name = str(place.name)
    return _Line(name, f"{name} {place.words}".casefold(), partial(Entry, name, address))


def _operations(reader: Reader, words: list[str]) -> Iterator[_Line]:
    """What waits for this person, what runs or rests or waits to be acknowledged, and what is asked for by number."""
    seen = {row.pk: row for row in reader.rows}
    if not seen:
        return
    for approval in approval_lists.waiting_for(reader.user):
        yield _plan(approval.plan, _("waits for your approval"), "warn")
    number = words[0].removeprefix("#") if len(words) == 1 else ""
    pk = int(number) if number.isdecimal() and len(number) < 16 else 0
    open_now = Q(status__in=(*Operation.ACTING, *Operation.RESTING))
    to_see = Q(status=Operation.Status.UNCERTAIN, acknowledged_at__isnull=True)
    wanted = Operation.objects.filter(open_now | to_see | Q(pk=pk)).select_related("cluster").order_by("-pk")
    for operation in wanted:
        if operation.cluster_id in seen:
            yield _operation(operation)
    for plan in PlanRecord.objects.filter(pk=pk, cluster__in=seen).select_related("cluster") if pk else ():
        yield _plan(plan, said(plan.get_state_display()))


def _operation(operation: Operation) -> _Line:
    name = _("{what}, {cluster}").format(what=named(operation), cluster=operation.cluster.name)
    number = _("operation {number}").format(number=operation.pk)
    address = reverse("operation", args=[operation.pk])
    hint = f"{number} · {said(operation.get_status_display())}"
    words = f"{name} {hint} #{operation.pk} {operation.source}".casefold()
    tone = {"running": "running", "uncertain": "unknown", "waiting": "warn"}.get(operation.status, "")
    return _Line(name, words, partial(Entry, name, address, hint, tone))


def _plan(plan: PlanRecord, says: str, tone: str = "") -> _Line:
    name = _("{what}, {cluster}").format(what=named(plan), cluster=plan.cluster.name)
    hint = f"{_('plan {number}').format(number=plan.pk)} · {says}"
    address = reverse("plan", args=[plan.pk])
    return _Line(name, f"{name} {hint} #{plan.pk}".casefold(), partial(Entry, name, address, hint, tone))


def _actions(reader: Reader) -> Iterator[_Line]:
    for row in reader.rows:
        yield from _moves(reader, row, ((move.kind, move.target) for move in row.card.moves if not move.why_not))
        for place in OF_CLUSTER:
            if reader.may(row, place.right, place.kind) and (not place.guided or products.guided(row.card.cluster)):
                yield _of_cluster(place, row)
        yield from _moves(reader, row, (("takeover", target) for target in row.card.takeovers))
    yield from _pages(reader, act=True)
    if reader.rows and reader.may_everywhere("operate"):
        yield _brake()


def _moves(reader: Reader, row: Row, moves: Iterable[tuple[str, str]]) -> Iterator[_Line]:
    """Those that they may make, by kind and target; each leads to its button."""
    for kind, target in moves:
        if reader.may(row, "operate", kind):
            name = str(MOVES[kind]).format(cluster=row.name, target=target)
            where = f"take-over-{target}" if kind == "takeover" else f"move-{kind}"
            yield _Line(name, f"{name} {row.text}".casefold(), partial(_move, name, row.name, where))


def _move(name: str, cluster: str, where: str) -> Entry:
    return Entry(name, f"{reverse('cluster', args=[cluster])}#{where}", _("shows the plan first"))


def _of_cluster(place: ClusterPlace, row: Row) -> _Line:
    name = str(place.name).format(cluster=row.name)
    return _Line(name, f"{name} {place.words} {row.text}".casefold(), partial(_place, name, place, row))


def _place(name: str, place: ClusterPlace, row: Row) -> Entry:
    if place.asked:
        return Entry(name, f"{reverse(place.route)}?{urlencode({'cluster': row.name})}", row.site)
    return Entry(name, reverse(place.route, args=[row.name]), row.site)


def _brake() -> _Line:
    stands = brakes.global_stop() is not None
    name = _("Lift the global stop") if stands else _("Stop everything that the console would start")
    address = f"{reverse('clusters')}#reason-stop-{'off' if stands else 'on'}"
    words = f"{name} {_('global stop brake emergency')}".casefold()
    return _Line(name, words, partial(Entry, name, address, _("asks for a reason first")))
