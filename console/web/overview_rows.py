"""Every cluster's row, kept by each process and made anew only when what it shows has changed.

What is asked each time are small columns of all clusters, a handful of queries however many clusters and viewers there
are; observations are read whole for those that have a new one.
"""

import json
import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from threading import Lock

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from console.domain.readiness import Readiness, at_a_glance
from console.models import Cluster, Node, ObservationRecord
from console.services.access import Account, sees_all, visible_clusters
from console.web import overview_keys, overview_text
from console.web.cards import ClusterCard, cards
from console.web.overview_keys import Inventory, Key, Keys, Look
from console.web.overview_row import Row
from console.web.overview_sums import Sums
from console.web.plain_rows import Asked, moment, plain_of

NOT_SHOWN = (
    *("spn_classes", "greetings", "extra_services", "timing", "tickets", "ticket_kinds"),
    "observation__held",
)
"""Columns that take long to read and that no row shows."""
OF_OBSERVATION = ("id", "cluster_id", "at", "status", "mail_up_at")
CHECKS_KEPT = 1000
"""So many clusters' checks are remembered with what they amount to."""
FRESH = 1.0
"""Seconds for which a page takes the look that somebody else had."""

Rows = dict[int, Row]


@dataclass(frozen=True)
class Overview:
    """All rows by their clusters' keys, problems first, then by name; and the global stop that stands above them."""

    rows: Rows
    stop: int | None = None
    sums: Sums = field(default_factory=Sums)


NOTHING = Overview({})


@dataclass
class RowStore:
    """The rows of this process. Each method may be called by several threads."""

    _seen: Overview = NOTHING
    _look: Look = field(default_factory=Look)
    _inventory: Inventory = field(default_factory=Inventory)
    _at: float | None = None
    """When the last look began; None has the next page look."""
    _lock: Lock = field(default_factory=Lock)

    def due(self) -> None:
        """Have the next page look: somebody has changed something here, and is about to see it."""
        self._at = None

    def forget(self) -> None:
        """Have the next look make every row anew, as in a process that has just begun."""
        _glance.cache_clear()
        overview_text.forget()
        with self._lock:
            self._seen, self._look, self._at, self._inventory = NOTHING, Look(), None, Inventory()

    def lately(self) -> Overview:
        """How everything was less than a second ago."""
        return self._seen if self._is_fresh() else self.now()

    def now(self) -> Overview:
        """How everything is. The very same object as before when nothing has changed."""
        with self._lock:
            self._at = time.monotonic()
            look = overview_keys.look(self._inventory, self._look)
            before, stop = self._seen.rows, overview_keys.stop()
            if look.changed or len(look.keys) != len(before) or stop != self._seen.stop:
                made = self._made(look.changed)
                lost = look.changed.keys() - made.keys()
                look = look.without(lost) if lost else look
                self._seen = _put_in(self._seen, made, look.keys.keys(), stop)
            self._look = look
            return self._seen

    def _made(self, changed: Keys) -> dict[int, Row]:
        """Rows for those keys: of what is only observed anew, only the observation is read."""
        keys = self._look.keys
        before = {
            pk: self._seen.rows[pk].card
            for pk, key in changed.items()
            if pk in keys and keys[pk].known == key.known and not key.going_on
        }
        others = {pk: key for pk, key in changed.items() if pk not in before}
        found = [*((card, None) for card in _cards(others, whole=not keys)), *_again(before)]
        return {card.cluster.pk: Row(card, changed[card.cluster.pk].version, ready) for card, ready in found}

    def _is_fresh(self) -> bool:
        return self._at is not None and time.monotonic() - self._at < FRESH


ROWS = RowStore()


def visible(user: Account, seen: Overview) -> tuple[Row, ...]:
    """The rows that `user` may see, problems first, then by name."""
    may_see = seen_by(user)
    return tuple(seen.rows.values() if may_see is None else (row for pk, row in seen.rows.items() if pk in may_see))


def sums_of(found: Sequence[Row], seen: Overview) -> Sums:
    """What is said of `found` together, which are those of `seen` that somebody may see."""
    return seen.sums if len(found) == len(seen.rows) else Sums.of(found)


def seen_by(user: Account) -> frozenset[int] | None:
    """The keys of the clusters that `user` may see; None for all of them."""
    return None if sees_all(user) else frozenset(visible_clusters(user).values_list("pk", flat=True))


def _put_in(seen: Overview, made: Rows, there: Set[int], stop: int | None) -> Overview:
    """The same with rows made anew, of the clusters that are there. Mostly each stands where it stood before."""
    before = seen.rows
    gone = [before[pk] for pk in made if pk in before]
    rows = before | made
    if before.keys() == there and all(made[row.pk].order == row.order for row in gone):
        return Overview(rows, stop, seen.sums.after(gone, made.values()) or Sums.of(rows.values()))
    in_order = sorted((row for pk, row in rows.items() if pk in there), key=attrgetter("order"))
    return Overview({row.pk: row for row in in_order}, stop, Sums.of(in_order))


def _cards(changed: Keys, *, whole: bool) -> list[ClusterCard]:
    """The clusters of those keys; `whole` says that they are all that there are."""
    if not changed:
        return []
    asked = Cluster.objects.select_related("site", "observation").defer(*NOT_SHOWN)
    found = [cluster for cluster in (asked if whole else asked.filter(pk__in=changed)) if cluster.pk in changed]
    busy = [cluster for cluster in found if changed[cluster.pk].going_on]
    quiet = [cluster for cluster in found if not changed[cluster.pk].going_on]
    told = [_quiet(cluster, changed[cluster.pk]) for cluster in quiet]
    return [*(cards(busy) if busy else ()), *told]


def _again(before: Mapping[int, ClusterCard]) -> list[tuple[ClusterCard, Readiness | None]]:
    """The same quiet clusters with the observation that they have now, and how ready each is by its checks."""
    found = {row[0]: _record(*row) for row in plain_of(_observations, list(before))}
    seen = ((card, *found.get(pk, (None, None))) for pk, card in before.items())
    return [(ClusterCard(card.cluster, card.nodes, record, None, None), ready) for card, record, ready in seen]


def _observations(clusters: Sequence[int]) -> Asked:
    """As texts: what the database knows as something else takes longer to read."""
    of = ObservationRecord.objects.order_by().filter(cluster__in=clusters)
    texts = (Cast(name, TextField()) for name in ("at", "status", "mail_up_at", "checks"))
    return of.values_list("cluster_id", "pk", *texts)


def _record(
    cluster: int, pk: int, at: str, status: str, mail_up_at: str | None, checks: str
) -> tuple[ObservationRecord, Readiness]:
    """The observation without its checks, and what they say."""
    values = pk, cluster, moment(at), json.loads(status), moment(mail_up_at) if mail_up_at else None
    return ObservationRecord.from_db(connection.alias, OF_OBSERVATION, values), _glance(checks)


@lru_cache(maxsize=CHECKS_KEPT)
def _glance(checks: str) -> Readiness:
    """Most checks say, observation after observation, what they said before."""
    return at_a_glance(json.loads(checks))


def _quiet(cluster: Cluster, key: Key) -> ClusterCard:
    """The card of a cluster with which nothing is going on: there is nothing more to ask for."""
    nodes = tuple(Node(cluster_id=pk, name=name, role=role) for pk, name, role in key.known.nodes)
    return ClusterCard(cluster, nodes, getattr(cluster, "observation", None), None, None)
