"""What each cluster's row depends on, as small columns: what one look reads of all of them, and how it is compared."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from console.models import Alarm, AuditRecord, Cluster, GlobalStop, IncidentCare, Node, Operation
from console.models.operations import ACTING_KINDS
from console.services import windows
from console.web import spans

OF_CLUSTER = (
    *("pk", "cooldown_seconds", "site_id", "name", "generation", "driver", "group", "partition", "floating_ip"),
    "readiness_least",
    "site__name",
)
INVENTORY_SECONDS = 5.0
"""For so long the inventory is not asked for anew, unless the audit has a new record: every change of it is audited."""
OF_OPERATION = (
    *("cluster_id", "pk", "kind", "target", "status", "current_step", "steps_done", "steps_total", "started_at"),
    *("superseded_by_id", "assigned_to_name", "paused_by", "waiting_text", "outage_started_at", "outage_ended_at"),
)
HOUR = timedelta(hours=1)
MOMENTS_KEPT = 20_000
"""So many times are remembered as times: those of the last observations of all clusters."""
WORDS_KEPT = 64
"""So many questions are kept in the database's words: those without a time, and those of the last hours."""
NOTHING: tuple[Any, ...] = ()

Plain = tuple[Any, ...]
Asked = QuerySet[Any, Plain]
Ask = Callable[..., Asked]


class Known(NamedTuple):
    """What the inventory says of a cluster."""

    cluster: Plain
    nodes: Iterable[Plain] = NOTHING


class Key(NamedTuple):
    """Everything that the row of a cluster depends on."""

    known: Known
    read_at: str | None
    """When it was observed, in the database's words."""
    is_stale: bool
    going_on: Iterable[Plain] = NOTHING
    """What acts, rests, or waits to be looked at. Empty for most."""

    @property
    def version(self) -> str:
        """Another one when any of it is different."""
        return hashlib.blake2b(repr(self).encode(), digest_size=6).hexdigest()


Keys = dict[int, Key]


@dataclass
class Inventory:
    """What the inventory says of every cluster, kept for as long as nothing speaks for a change."""

    _known: dict[int, Known] = field(default_factory=dict)
    _newest: list[Plain] = field(default_factory=list)
    _until: float = 0.0

    def of(self, clusters: Collection[int]) -> dict[int, Known]:
        """Of each of these clusters, which are all that there are."""
        newest = _plain(_audited)
        if newest != self._newest or self._known.keys() != clusters or time.monotonic() > self._until:
            nodes = _by_cluster(_plain(_nodes))
            self._known = {row[0]: Known(row, nodes.get(row[0], NOTHING)) for row in _plain(_clusters)}
            self._newest, self._until = newest, time.monotonic() + INVENTORY_SECONDS
        return self._known


def keys(inventory: Inventory) -> Keys:
    """The key of every cluster as it is now, by a handful of questions however many there are."""
    now = timezone.now()
    limit = now - timedelta(seconds=spans.stale_after())
    seen: dict[int, str | None] = dict(_plain(_observed))
    known = inventory.of(seen.keys())
    going_on = _by_cluster(_going_on([one.cluster for one in known.values()], now))
    return {
        pk: Key(one, seen.get(pk), _moment(seen.get(pk)) < limit, going_on.get(pk, NOTHING))
        for pk, one in known.items()
    }


def stop() -> int | None:
    """The key of the global stop that stands, or None."""
    return next((row[0] for row in _plain(_stops)), None)


def _going_on(rows: list[Plain], now: datetime) -> list[Plain]:
    """What goes on with clusters, each with a number that says what kind of thing it is."""
    found = _operations(), _plain(_alarms), _plain(_cares), _resting(rows, now), _in_maintenance(rows, now)
    return [(row[0], kind, *row[1:]) for kind, those in enumerate(found) for row in those]


def _by_cluster(rows: Iterable[Plain]) -> dict[int, list[Plain]]:
    """The rows by their first column."""
    found: dict[int, list[Plain]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _before(limit: datetime) -> Callable[[datetime | None], bool]:
    """Says whether a time of the database lies before; None lies before all.

    Some databases leave out that their times are UTC.
    """
    bare = limit.astimezone(UTC).replace(tzinfo=None)
    return lambda at: at is None or at < (limit if at.tzinfo else bare)


@lru_cache(maxsize=MOMENTS_KEPT)
def _moment(text: str | None) -> datetime:
    """The time that the database's text means; None lies before all. Some leave out that their times are UTC."""
    at = datetime.fromisoformat(text) if text else datetime.min
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _plain(ask: Ask, *about: object) -> list[Plain]:
    """The rows as the database gives them: they are only compared."""
    text, values = _as_sql(ask, *about)
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


@lru_cache(maxsize=WORDS_KEPT)
def _as_sql(ask: Ask, *about: object) -> tuple[str, Plain]:
    """What is asked every second in the same words is put into words once."""
    return ask(*about).query.sql_with_params()


def _clusters() -> Asked:
    return Cluster.objects.order_by().values_list(*OF_CLUSTER)


def _observed() -> Asked:
    """Every cluster, and when it was observed: as a text, since objects for hundreds of times take longest."""
    return Cluster.objects.order_by().values_list("pk", Cast("observation__at", TextField()))


def _audited() -> Asked:
    return AuditRecord.objects.order_by("-pk").values_list("pk")[:1]


def _nodes() -> Asked:
    return Node.objects.order_by("cluster_id", "role").values_list("cluster_id", "name", "role")


def _stops() -> Asked:
    return GlobalStop.objects.filter(lifted_at__isnull=True).order_by("-pk").values_list("pk")


def _alarms() -> Asked:
    standing = Alarm.objects.filter(acknowledged_at__isnull=True, cluster__isnull=False)
    return standing.order_by("pk").values_list("cluster_id", "pk")


def _cares() -> Asked:
    standing = IncidentCare.objects.filter(over_at__isnull=True)
    return standing.order_by("pk").values_list("cluster_id", "pk", "until")


def _under_way() -> Asked:
    found = Operation.objects.filter(status__in=(*Operation.ACTING, *Operation.RESTING))
    return found.order_by().values_list(*OF_OPERATION)


def _uncertain() -> Asked:
    found = Operation.objects.filter(acknowledged_at__isnull=True, status=Operation.Status.UNCERTAIN)
    return found.order_by().values_list(*OF_OPERATION)


def _automatic() -> Asked:
    found = Operation.objects.filter(acknowledged_at__isnull=True, automatic=True)
    return found.order_by().values_list(*OF_OPERATION)


def _operations() -> list[Plain]:
    """What acts or rests, and what ended so that a person has to look; each by an index of its own."""
    rows = {row[1]: row for ask in (_under_way, _uncertain, _automatic) for row in _plain(ask)}
    return [rows[pk] for pk in sorted(rows) if rows[pk][2] in ACTING_KINDS]


def _taken_over(since: datetime) -> Asked:
    taken = Operation.objects.filter(
        kind="takeover", status=Operation.Status.SUCCEEDED, ended_at__gt=since, cooldown_lifted_at__isnull=True
    )
    return taken.order_by("pk").values_list("cluster_id", "pk", "ended_at")


def _resting(rows: list[Plain], now: datetime) -> list[tuple[int, int]]:
    """The takeovers whose cooldown binds a cluster now."""
    longest = max((row[1] for row in rows), default=0)
    taken = _plain(_taken_over, _hour(now - timedelta(seconds=longest)))
    if not taken:
        return []
    rests = {row[0]: timedelta(seconds=row[1]) for row in rows}
    return [(c, pk) for c, pk, ended in taken if c in rests and not _before(now - rests[c])(ended)]


def _windows(hour: datetime) -> Asked:
    return windows.that_may_be_open(hour, hour + HOUR).values_list("pk")


def _in_maintenance(rows: list[Plain], now: datetime) -> list[tuple[int, int, datetime]]:
    """The windows that are open now, with their ends."""
    if not _plain(_windows, _hour(now)):
        return []
    found = windows.open_at_places([(row[0], row[2]) for row in rows], now)
    return [(pk, one.window.pk, one.span.end) for pk, one in found.items()]


def _hour(at: datetime) -> datetime:
    """When its hour began: a question that names a time has the same words for an hour."""
    return at.replace(minute=0, second=0, microsecond=0)
