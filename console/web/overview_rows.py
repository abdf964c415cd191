"""Every cluster's row, kept by each process and made anew only when what it shows has changed.

What is asked each time are small columns of all clusters, a handful of queries however many clusters and viewers there
are; observations are read whole for those that have a new one.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.db.models import Q
from django.utils import timezone

from console.models import Alarm, Cluster, GlobalStop, IncidentCare, Node, Operation
from console.models.operations import ACTING_KINDS
from console.services import windows
from console.services.access import Account, sees_all, visible_clusters
from console.web import spans
from console.web.cards import cards
from console.web.overview_row import Row

OF_CLUSTER = (
    *(
        "pk",
        "name",
        "generation",
        "driver",
        "group",
        "partition",
        "floating_ip",
        "site_id",
        "site__name",
        "cooldown_seconds",
    ),
    *("observation__at", "observation__mail_up_at"),
)
OF_OPERATION = (
    *("cluster_id", "pk", "kind", "target", "status", "current_step", "steps_done", "steps_total", "started_at"),
    *("superseded_by_id", "assigned_to_name", "paused_by", "waiting_text", "outage_started_at", "outage_ended_at"),
)

Keys = dict[int, list[Any]]
Rows = Mapping[int, Row]


@dataclass(frozen=True)
class Overview:
    """All rows by their clusters' keys, and the global stop that stands above them."""

    rows: Rows
    stop: int | None = None


NOTHING = Overview({})


@dataclass
class RowStore:
    """The rows of this process. `now` may be called by several threads."""

    _seen: Overview = NOTHING
    _lock: Lock = field(default_factory=Lock)

    def now(self) -> Overview:
        """How everything is. The very same object as before when nothing has changed."""
        with self._lock:
            before = self._seen.rows
            versions = {pk: _digest(key) for pk, key in _keys().items()}
            changed = [pk for pk, version in versions.items() if pk not in before or before[pk].version != version]
            stop = GlobalStop.objects.filter(lifted_at__isnull=True).values_list("pk", flat=True).first()
            if changed or len(versions) != len(before) or stop != self._seen.stop:
                kept = {pk: row for pk, row in before.items() if pk in versions}
                self._seen = Overview(kept | _made(changed, versions), stop)
            return self._seen


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


def _made(changed: list[int], versions: Mapping[int, str]) -> dict[int, Row]:
    found = Cluster.objects.select_related("site", "observation")
    wanted = found.all() if len(changed) == len(versions) else found.filter(pk__in=changed)
    made = cards(wanted) if changed else []
    return {card.cluster.pk: Row(card, versions[card.cluster.pk]) for card in made if card.cluster.pk in versions}


def _digest(key: list[Any]) -> str:
    return hashlib.blake2b(repr(key).encode(), digest_size=6).hexdigest()


def _keys() -> Keys:
    """For each cluster everything that its row depends on."""
    now = timezone.now()
    stale = now - timedelta(seconds=spans.stale_after())
    rests, found = {}, {}
    for values in Cluster.objects.order_by().values_list(*OF_CLUSTER):
        at = values[OF_CLUSTER.index("observation__at")]
        rests[values[0]] = values[OF_CLUSTER.index("cooldown_seconds")]
        found[values[0]] = [values, at is None or at < stale]
    _add(found, Node.objects.order_by("cluster_id", "role").values_list("cluster_id", "name", "role"))
    _add(found, _operations().values_list(*OF_OPERATION))
    alarms = Alarm.objects.filter(acknowledged_at__isnull=True, cluster__isnull=False).order_by("pk")
    _add(found, alarms.values_list("cluster_id", "pk"))
    cares = IncidentCare.objects.filter(over_at__isnull=True).order_by("pk")
    _add(found, cares.values_list("cluster_id", "pk", "until"))
    _add(found, _resting(rests, now))
    _add(found, _in_maintenance(found, now))
    return found


def _add(found: Keys, rows: Iterable[tuple[Any, ...]]) -> None:
    for row in rows:
        if row[0] in found:
            found[row[0]].append(row)


def _operations() -> Any:
    """What acts or rests, and what ended so that a person has to look."""
    under_way = Q(status__in=(*Operation.ACTING, *Operation.RESTING))
    to_see = Q(acknowledged_at__isnull=True) & (Q(status=Operation.Status.UNCERTAIN) | Q(automatic=True))
    return Operation.objects.filter(under_way | to_see, kind__in=ACTING_KINDS).order_by("pk")


def _resting(rests: Mapping[int, int], now: datetime) -> list[tuple[int, int]]:
    """The takeovers whose cooldown binds a cluster now."""
    longest = timedelta(seconds=max(rests.values(), default=0))
    taken = Operation.objects.filter(
        kind="takeover",
        status=Operation.Status.SUCCEEDED,
        ended_at__gt=now - longest,
        cooldown_lifted_at__isnull=True,
    )
    rows = taken.order_by("pk").values_list("cluster_id", "pk", "ended_at")
    return [(c, pk) for c, pk, ended in rows if ended is not None and ended + timedelta(seconds=rests.get(c, 0)) > now]


def _in_maintenance(found: Keys, now: datetime) -> list[tuple[int, int, datetime]]:
    """The windows that are open now, with their ends."""
    places = [Cluster(pk=pk, site_id=key[0][OF_CLUSTER.index("site_id")]) for pk, key in found.items()]
    return [(pk, one.window.pk, one.span.end) for pk, one in windows.open_for(places, now).items()]
