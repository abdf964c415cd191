"""The moves of a period as numbers, read in one query: what a report is added up from."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, FloatField, Func, QuerySet

from console.models import Cluster, Operation
from console.services.access import of_any
from console.services.run_times import MOVES

USUAL_DAYS = 90
"""The period of a report that names none: so many days, up to now."""


class Epoch(Func):
    """A time as seconds since 1970, reckoned by the database: 100,000 of them need no objects."""

    output_field = FloatField()
    function = "EXTRACT"
    template = "EXTRACT(EPOCH FROM %(expressions)s)"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """By the Julian day, whose resolution is well below a millisecond."""
        template = "((julianday(%(expressions)s) - 2440587.5) * 86400.0)"
        return super().as_sql(compiler, connection, template=template, **more)

    def get_db_converters(self, connection: Any) -> list[Any]:
        """None: what the database gives is a number, and who reads it makes it a float."""
        return []


class Row(NamedTuple):
    """A move that has ended."""

    number: int
    cluster: int
    status: str
    at: float
    """When it was confirmed, in seconds since 1970."""
    outage: float | None
    """Seconds without mail; None where there was no outage, or its end was not seen."""


def moves(clusters: QuerySet[Cluster], since: datetime, until: datetime) -> QuerySet[Operation]:
    """The moves of these clusters in that time that have ended and had begun."""
    of = Operation.objects.filter(of_any(clusters), kind__in=MOVES, status__in=Operation.ENDED)
    return of.filter(confirmed_at__gte=since, confirmed_at__lte=until, started_at__isnull=False)


def rows(found: QuerySet[Operation]) -> Iterator[Row]:
    """Them as numbers, in the order in which they were confirmed."""
    told = found.order_by("confirmed_at", "pk").annotate(
        at=Epoch(F("confirmed_at")), began=Epoch(F("outage_started_at")), up=Epoch(F("outage_ended_at"))
    )
    read = told.values_list("pk", "cluster_id", "status", "at", "began", "up")
    for number, cluster, status, at, began, up in read.iterator(chunk_size=5000):
        outage = None if began is None or up is None else max(round(float(up - began), 3), 0.0)
        yield Row(number, cluster, status, float(at), outage)
