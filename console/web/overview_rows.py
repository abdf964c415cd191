"""Every cluster's row, kept by each process and made anew only when what it shows has changed.

What is asked each time are small columns of all clusters, a handful of queries however many clusters and viewers there
are; observations are read whole for those that have a new one.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Lock
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from console.models import Alarm, Cluster, GlobalStop, IncidentCare, Node, Operation
from console.models.operations import ACTING_KINDS
from console.services import windows
from console.services.access import Account, sees_all, visible_clusters
from console.web import spans
from console.web.cards import ClusterCard, cards
from console.web.overview_row import Row

OF_CLUSTER = (
    *("pk", "cooldown_seconds", "site_id", "name", "generation", "driver", "group", "partition", "floating_ip"),
    "readiness_least",
    *("site__name", "observation__at"),
)
OF_OPERATION = (
    *("cluster_id", "pk", "kind", "target", "status", "current_step", "steps_done", "steps_total", "started_at"),
    *("superseded_by_id", "assigned_to_name", "paused_by", "waiting_text", "outage_started_at", "outage_ended_at"),
)
NOT_SHOWN = (
    *("spn_classes", "greetings", "extra_services", "timing", "tickets", "ticket_kinds"),
    "observation__held",
)
"""Columns that take long to read and that no row shows."""
FRESH = 1.0
"""Seconds for which a page takes the look that somebody else had."""

Rows = Mapping[int, Row]
Asked = QuerySet[Any, tuple[Any, ...]]
Ask = Callable[[], Asked]


@dataclass
class Key:
    """Everything that the row of a cluster depends on."""

    cluster: tuple[Any, ...]
    is_stale: bool
    nodes: list[tuple[Any, ...]] = field(default_factory=list)
    going_on: list[tuple[Any, ...]] = field(default_factory=list)
    """What acts, rests, or waits to be looked at. Empty for most."""

    @property
    def version(self) -> str:
        """Another one when any of it is different."""
        return hashlib.blake2b(repr(self).encode(), digest_size=6).hexdigest()


Keys = dict[int, Key]


@dataclass(frozen=True)
class Overview:
    """All rows by their clusters' keys, and the global stop that stands above them."""

    rows: Rows
    stop: int | None = None


NOTHING = Overview({})


@dataclass
class RowStore:
    """The rows of this process. Each method may be called by several threads."""

    _seen: Overview = NOTHING
    _keys: Keys = field(default_factory=dict)
    _at: float | None = None
    """When the last look began; None has the next page look."""
    _lock: Lock = field(default_factory=Lock)

    def due(self) -> None:
        """Have the next page look: somebody has changed something here, and is about to see it."""
        self._at = None

    def forget(self) -> None:
        """Have the next look make every row anew."""
        with self._lock:
            self._seen, self._keys, self._at = NOTHING, {}, None

    def lately(self) -> Overview:
        """How everything was less than a second ago."""
        return self._seen if self._is_fresh() else self.now()

    def now(self) -> Overview:
        """How everything is. The very same object as before when nothing has changed."""
        with self._lock:
            self._at = time.monotonic()
            before, keys = self._seen.rows, _keys()
            changed = {pk: key for pk, key in keys.items() if self._keys.get(pk) != key}
            stop = GlobalStop.objects.filter(lifted_at__isnull=True).values_list("pk", flat=True).first()
            if changed or len(keys) != len(before) or stop != self._seen.stop:
                kept = {pk: row for pk, row in before.items() if pk in keys}
                self._seen = Overview(kept | _made(changed, whole=len(changed) == len(keys)), stop)
            self._keys = {pk: key for pk, key in keys.items() if pk in self._seen.rows}
            return self._seen

    def _is_fresh(self) -> bool:
        return self._at is not None and time.monotonic() - self._at < FRESH


ROWS = RowStore()


def visible(user: Account, rows: Rows) -> dict[int, Row]:
    """Those of `rows` that `user` may see."""
    may_see = seen_by(user)
    return {pk: row for pk, row in rows.items() if may_see is None or pk in may_see}


def seen_by(user: Account) -> frozenset[int] | None:
    """The keys of the clusters that `user` may see; None for all of them."""
    return None if sees_all(user) else frozenset(visible_clusters(user).values_list("pk", flat=True))


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Problems first, then by name."""
    return sorted(rows, key=lambda row: row.order)


def _made(changed: Keys, *, whole: bool) -> dict[int, Row]:
    """Rows for those keys; `whole` says that they are all that there are."""
    if not changed:
        return {}
    found = Cluster.objects.select_related("site", "observation").defer(*NOT_SHOWN)
    clusters = list(found.all() if whole else found.filter(pk__in=changed))
    clusters = [cluster for cluster in clusters if cluster.pk in changed]
    busy = cards([cluster for cluster in clusters if changed[cluster.pk].going_on])
    quiet = _quiet([cluster for cluster in clusters if not changed[cluster.pk].going_on], whole=whole)
    return {card.cluster.pk: Row(card, changed[card.cluster.pk].version) for card in (*busy, *quiet)}


def _quiet(clusters: list[Cluster], *, whole: bool) -> list[ClusterCard]:
    """The cards of clusters with which nothing is going on: there is nothing to ask for but their nodes."""
    nodes: dict[int, list[Node]] = {cluster.pk: [] for cluster in clusters}
    found = Node.objects.order_by("role").only("name", "role", "cluster_id")
    for node in found if whole else found.filter(cluster__in=nodes):
        nodes.setdefault(node.cluster_id, []).append(node)
    return [ClusterCard(c, tuple(nodes[c.pk]), getattr(c, "observation", None), None, None) for c in clusters]


def _keys() -> Keys:
    now = timezone.now()
    stale = now - timedelta(seconds=spans.stale_after())
    found = {row[0]: Key(row, is_stale=_is_before(row[-1], stale)) for row in _plain(_clusters)}
    for row in _plain(_nodes):
        if row[0] in found:
            found[row[0]].nodes.append(row)
    going_on = _operations(), _plain(_alarms), _plain(_cares), _resting(found, now), _in_maintenance(found, now)
    for kind, rows in enumerate(going_on):
        for row in rows:
            if row[0] in found:
                found[row[0]].going_on.append((kind, *row))
    return found


def _is_before(at: datetime | None, limit: datetime) -> bool:
    """Whether a time of the database lies before; some databases leave out that it is UTC. None lies before all."""
    return at is None or (at if at.tzinfo else at.replace(tzinfo=UTC)) < limit


def _plain(ask: Ask) -> list[tuple[Any, ...]]:
    """The rows as the database gives them: they are only compared."""
    text, values = _as_sql(ask)
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


@cache
def _as_sql(ask: Ask) -> tuple[str, tuple[Any, ...]]:
    """What is asked every second in the same words is put into words once."""
    return ask().query.sql_with_params()


def _clusters() -> Asked:
    return Cluster.objects.order_by().values_list(*OF_CLUSTER)


def _nodes() -> Asked:
    return Node.objects.order_by("cluster_id", "role").values_list("cluster_id", "name", "role")


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


def _operations() -> list[tuple[Any, ...]]:
    """What acts or rests, and what ended so that a person has to look; each by an index of its own."""
    rows = {row[1]: row for ask in (_under_way, _uncertain, _automatic) for row in _plain(ask)}
    return [rows[pk] for pk in sorted(rows) if rows[pk][2] in ACTING_KINDS]


def _resting(found: Keys, now: datetime) -> list[tuple[int, int]]:
    """The takeovers whose cooldown binds a cluster now."""
    rests = {pk: timedelta(seconds=key.cluster[1]) for pk, key in found.items()}
    taken = Operation.objects.filter(
        kind="takeover",
        status=Operation.Status.SUCCEEDED,
        ended_at__gt=now - max(rests.values(), default=timedelta()),
        cooldown_lifted_at__isnull=True,
    )
    rows = taken.order_by("pk").values_list("cluster_id", "pk", "ended_at")
    return [(c, pk) for c, pk, ended in rows if ended is not None and ended + rests.get(c, timedelta()) > now]


def _in_maintenance(found: Keys, now: datetime) -> list[tuple[int, int, datetime]]:
    """The windows that are open now, with their ends."""
    places = [(pk, key.cluster[2]) for pk, key in found.items()]
    return [(pk, one.window.pk, one.span.end) for pk, one in windows.open_at_places(places, now).items()]
