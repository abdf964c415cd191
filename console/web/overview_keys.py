"""What each cluster's row depends on, as small columns: what one look reads of all of them, and how it is compared."""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from console.models import Alarm, AuditRecord, Cluster, GlobalStop, IncidentCare, Node, ObservationRecord, Operation
from console.models.operations import ACTING_KINDS
from console.services import windows
from console.web import spans
from console.web.plain_rows import Asked, Plain, moment, plain

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
NOTHING: Plain = ()
NEVER = datetime.max.replace(tzinfo=UTC)


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
GoingOn = Mapping[int, Sequence[Plain]]


@dataclass(frozen=True)
class Look:
    """The key of every cluster, and what was read for it: the next look compares that first, not 500 keys."""

    keys: Keys = field(default_factory=dict)
    changed: Keys = field(default_factory=dict)
    """Those that the look before had not, or had otherwise."""
    known: Mapping[int, Known] = field(default_factory=dict)
    times: Mapping[int, str] = field(default_factory=dict)
    """Of each cluster that was ever observed, when: in the database's words."""
    going_on: GoingOn = field(default_factory=dict)
    oldest: datetime = NEVER
    """Nothing that is not stale was observed before this."""

    def without(self, lost: Set[int]) -> "Look":
        """The same, so that the next look finds these clusters, and compares every other one."""
        return replace(self, keys={pk: key for pk, key in self.keys.items() if pk not in lost}, known={})


@dataclass
class Inventory:
    """What the inventory says of every cluster, kept for as long as nothing speaks for a change."""

    longest_rest: int = 0
    """Seconds of the longest cooldown."""
    _known: dict[int, Known] = field(default_factory=dict)
    _observed: Set[int] = frozenset()
    _newest: list[Plain] = field(default_factory=list)
    _until: float = 0.0

    def now(self, observed: Set[int]) -> Mapping[int, Known]:
        """Of every cluster that there is. The very same object while nothing has changed.

        `observed` are those that were ever observed: one that comes or goes speaks for a change.
        """
        newest = plain(_audited)
        if newest != self._newest or observed != self._observed or time.monotonic() > self._until:
            nodes = _by_cluster(plain(_nodes))
            known = {row[0]: Known(row, nodes.get(row[0], NOTHING)) for row in plain(_clusters)}
            self._known = self._known if known == self._known else known
            self.longest_rest = max((one.cluster[1] for one in known.values()), default=0)
            self._observed, self._newest, self._until = observed, newest, time.monotonic() + INVENTORY_SECONDS
        return self._known


def look(inventory: Inventory, before: Look) -> Look:
    """The key of every cluster as it is now, by a handful of questions however many there are."""
    now = timezone.now()
    limit = now - timedelta(seconds=spans.stale_after())
    times: dict[int, str] = dict(plain(_observed))
    known = inventory.now(times.keys())
    going_on = _by_cluster(_going_on(known, inventory.longest_rest, now))
    whole = known is not before.known or before.oldest < limit
    touched: Set[int] = known.keys() if whole else _touched(times, going_on, before)
    made = {
        pk: Key(known[pk], times.get(pk), moment(times.get(pk)) < limit, going_on.get(pk, NOTHING))
        for pk in touched
        if pk in known
    }
    changed = {pk: key for pk, key in made.items() if before.keys.get(pk) != key}
    fresh = [moment(key.read_at) for key in made.values() if not key.is_stale]
    oldest = min(fresh, default=NEVER) if whole else min(before.oldest, *fresh, NEVER)
    return Look(made if whole else before.keys | changed, changed, known, times, going_on, oldest)


def _touched(times: Mapping[int, str], going_on: GoingOn, before: Look) -> set[int]:
    """The clusters that were observed since, or with which something else goes on."""
    other = {pk for pk in going_on.keys() | before.going_on.keys() if going_on.get(pk) != before.going_on.get(pk)}
    old = before.times
    return other | {pk for pk, at in times.items() if old.get(pk) != at} | (old.keys() - times.keys())


def stop() -> int | None:
    """The key of the global stop that stands, or None."""
    return next((row[0] for row in plain(_stops)), None)


def _going_on(known: Mapping[int, Known], longest: int, now: datetime) -> list[Plain]:
    """What goes on with clusters, each with a number that says what kind of thing it is."""
    taken = plain(_taken_over, _hour(now - timedelta(seconds=longest)))
    found = _operations(), plain(_alarms), plain(_cares), _resting(taken, known, now), _in_maintenance(known, now)
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


def _clusters() -> Asked:
    return Cluster.objects.order_by().values_list(*OF_CLUSTER)


def _observed() -> Asked:
    """When each cluster was observed: as a text, since objects for hundreds of times take longest.

    Both are in an index, so that no observation is touched for it.
    """
    return ObservationRecord.objects.order_by().values_list("cluster_id", Cast("at", TextField()))


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
    rows = {row[1]: row for ask in (_under_way, _uncertain, _automatic) for row in plain(ask)}
    return [rows[pk] for pk in sorted(rows) if rows[pk][2] in ACTING_KINDS]


def _taken_over(since: datetime) -> Asked:
    taken = Operation.objects.filter(
        kind="takeover", status=Operation.Status.SUCCEEDED, ended_at__gt=since, cooldown_lifted_at__isnull=True
    )
    return taken.order_by("pk").values_list("cluster_id", "pk", "ended_at")


def _resting(taken: Iterable[Plain], known: Mapping[int, Known], now: datetime) -> list[tuple[int, int]]:
    """The takeovers whose cooldown binds a cluster now."""
    rests = {pk: timedelta(seconds=known[pk].cluster[1]) for pk, *_ in taken if pk in known}
    return [(c, pk) for c, pk, ended in taken if c in rests and not _before(now - rests[c])(ended)]


def _windows(hour: datetime) -> Asked:
    return windows.that_may_be_open(hour, hour + HOUR).values_list("pk")


def _in_maintenance(known: Mapping[int, Known], now: datetime) -> list[tuple[int, int, datetime]]:
    """The windows that are open now, with their ends."""
    if not plain(_windows, _hour(now)):
        return []
    found = windows.open_at_places([(one.cluster[0], one.cluster[2]) for one in known.values()], now)
    return [(pk, one.window.pk, one.span.end) for pk, one in found.items()]


def _hour(at: datetime) -> datetime:
    """When its hour began: a question that names a time has the same words for an hour."""
    return at.replace(minute=0, second=0, microsecond=0)
