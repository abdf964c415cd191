"""The report of a period: how long mail was down, how often moves succeeded, and which drills there were."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from heapq import nlargest
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from console.domain.statistics import Durations, rate
from console.models import Cluster, Drill, Operation
from console.services.access import of_any
from console.services.report_rows import Row, moves, rows

COUNTED = (Operation.Status.SUCCEEDED, Operation.Status.FAILED, Operation.Status.UNCERTAIN)
"""The endings that the rate of success knows: one that a person stopped is neither."""
ENDINGS = tuple(map(str, Operation.ENDED))
LONGEST = 10
"""How many of the longest outages are listed."""
LISTED = (
    *("cluster__name", "kind", "target", "status", "todo", "automatic", "acknowledged_at", "assigned_to_name"),
    *("origin", "requested_by_name", "confirmed_at", "started_at", "ended_at", "outage_started_at", "outage_ended_at"),
)
"""What a list tells of an operation."""


@dataclass
class Tally:
    """Endings and outages, added up."""

    endings: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ENDINGS, 0))
    outages: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Tally":
        """Those of `rows`."""
        endings = dict.fromkeys(ENDINGS, 0) | Counter(map(attrgetter("status"), rows))
        return cls(endings, [row.outage for row in rows if row.outage is not None])

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.endings.values())

    @property
    def succeeded(self) -> float | None:
        """The rate of success, from 0 to 1; None where nothing that counts has ended."""
        return rate(self.endings["succeeded"], sum(self.endings[status] for status in COUNTED))

    @property
    def outage(self) -> Durations:
        """How long mail was down."""
        return Durations.of(self.outages)


class Named(NamedTuple):
    """A cluster, of which a report knows no more."""

    pk: int
    name: str


@dataclass
class ClusterLine:
    """One cluster in the report. Of hundreds only those on a page are added up."""

    cluster: Named
    rows: Sequence[Row]
    drill: Drill | None
    """Its last drill in the period."""

    @cached_property
    def tally(self) -> Tally:
        """Its moves."""
        return Tally.of(self.rows)


@dataclass(frozen=True)
class Report:
    """What there is to say of a period."""

    since: datetime
    until: datetime
    tally: Tally
    clusters: tuple[ClusterLine, ...]
    months: tuple[tuple[str, Tally], ...]
    """By month as `2026-01`, in the viewer's zone, none left out in between."""
    rows: tuple[Row, ...]
    longest: tuple[Operation, ...]
    drills: tuple[Drill, ...]


def report(clusters: QuerySet[Cluster], since: datetime, until: datetime) -> Report:
    """The report of these clusters; moves count where they were confirmed, and drills where they were begun."""
    found = tuple(rows(moves(clusters, since, until)))
    named = [Named(*row) for row in clusters.order_by("name").values_list("pk", "name")]
    of_cluster: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        of_cluster[row.cluster].append(row)
    drills = tuple(_drills(clusters, since, until))
    last = {drill.cluster_id: drill for drill in reversed(drills)}
    lines = tuple(ClusterLine(one, of_cluster.get(one.pk, ()), last.get(one.pk)) for one in named)
    return Report(since, until, Tally.of(found), lines, _months(found, since, until), found, _longest(found), drills)


def _drills(clusters: QuerySet[Cluster], since: datetime, until: datetime) -> QuerySet[Drill]:
    begun = Drill.objects.filter(of_any(clusters), begun_at__gte=since, begun_at__lte=until)
    return begun.prefetch_related("cluster", "there", "back").order_by("-pk")


def _longest(found: Sequence[Row]) -> tuple[Operation, ...]:
    told = nlargest(LONGEST, (row for row in found if row.outage is not None), key=attrgetter("outage"))
    asked = Operation.objects.select_related("cluster").only(*LISTED)
    by_number = asked.in_bulk([row.number for row in told])
    return tuple(by_number[row.number] for row in told)


def _months(found: Sequence[Row], since: datetime, until: datetime) -> tuple[tuple[str, Tally], ...]:
    zone = timezone.get_current_timezone()
    firsts = list(_firsts(since.astimezone(zone), until.astimezone(zone)))
    names = [f"{first.year:04d}-{first.month:02d}" for first in firsts]
    begins = [0, *(bisect_left(found, first.timestamp(), key=attrgetter("at")) for first in firsts[1:]), len(found)]
    parts = (found[begin:end] for begin, end in pairwise(begins))
    return tuple((name, Tally.of(part)) for name, part in zip(names, parts, strict=True))


def _firsts(since: datetime, until: datetime) -> Iterator[datetime]:
    """When each month from the one to the other begins, in their zone."""
    year, month = since.year, since.month
    while (year, month) <= (until.year, until.month):
        yield datetime(year, month, 1, tzinfo=since.tzinfo)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
