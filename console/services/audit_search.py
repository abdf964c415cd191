"""Finding audit records: filters, each served by an index, and one page after another without counting what there is.

A page begins where the one before it ended (at a record, never at an offset), newest first. A filter that means
several values, such as every tag of an outcome, is asked for value by value, each from its index in order, and merged:
a database would read and sort all that fits first.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, product
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Upper
from django.db.models.lookups import Exact

from console.models import AuditRecord
from console.services.access import Account, audit_readable, clusters_with, sees_all
from console.services.audit_actions import OUTCOMES, Action

MOST_WAYS = 100
"""Values that a filter may come to; what would be more is left to the database to find by itself."""
TEXT_AT_ONCE = 100_000
"""Records in which a text is looked for at a time: no index serves it."""
CLUSTER = "cluster"
Key = tuple[datetime, int]
"""When a record was written, and its number: the order of every page, since clocks may be set back."""


@dataclass(frozen=True)
class AuditFilter:
    """Which records: everything that is given must hold.

    `actor` and `cluster` are whole names whatever their case, `action` a tag or the start of one, `about` the type and
    the id of what was decided about, `request` the id of what was recorded at once, `text` stands anywhere in it.
    """

    actor: str = ""
    action: str = ""
    cluster: str = ""
    outcome: str = ""
    origin: str = ""
    request: str = ""
    about: tuple[str, str] | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Found:
    """One page, newest first. `older` and `newer` are the records that the next pages begin at, None at an end.

    `looked_to` is the record at which looking for a text stopped, though there are more beyond.
    """

    rows: Sequence[AuditRecord]
    older: int | None
    newer: int | None
    looked_to: AuditRecord | None = None


def look(
    wanted: AuditFilter, user: Account, *, before: int | None = None, after: int | None = None, count: int = 50
) -> Found:
    """The records that fit and that `user` may read: the newest, or those next to the record `before` or `after`."""
    forward = after is not None
    place = _place(before if after is None else after)
    ways = [way & _beyond(place, forward) for way in ways_of(wanted, user)]
    stop = _where_to_stop(ways, forward) if wanted.text else None
    if wanted.text:
        ways = [way & Q(body__icontains=wanted.text) & _up_to(stop, forward) for way in ways]
    found = heapq.merge(*(keys_of(way, forward)[: count + 1] for way in ways), reverse=not forward)
    keys = list(islice(found, count + 1))
    rows = _rows(keys[:count])
    beyond = stop[1] if stop else None
    if len(keys) > count:
        beyond = keys[count - 1][1]
    near = rows[-1 if forward else 0].seq if rows and place else None
    if forward:
        return Found(rows, older=near, newer=beyond)
    stopped = AuditRecord.objects.get(seq=beyond) if stop and beyond == stop[1] else None
    return Found(rows, older=beyond, newer=near, looked_to=stopped)


def filtered(wanted: AuditFilter) -> QuerySet[AuditRecord]:
    """All records that fit, for an export."""
    return AuditRecord.objects.filter(condition(wanted))


def readable(wanted: AuditFilter, user: Account) -> QuerySet[AuditRecord]:
    """All records that fit and that `user` may read."""
    return filtered(wanted).filter(audit_readable(user))


def condition(wanted: AuditFilter) -> Q:
    """What a record has to be, as one condition."""
    tags = _tags(wanted)
    found = _conditions(wanted, None, None)
    if tags is not None:
        found &= Q(action__in=tags)
    return found & Q(body__icontains=wanted.text) if wanted.text else found


def ways_of(wanted: AuditFilter, user: Account) -> list[Q]:
    """The conditions that exclude each other and together find what fits, but for its text; each has its index."""
    everything = sees_all(user, "read-audit")
    places = [None] if everything else list(clusters_with(user, "read-audit").values_list("pk", flat=True))
    known = _tags(wanted)
    tags: list[str | None] = [None] if known is None else [*known]
    if len(places) * len(tags) > MOST_WAYS:
        narrowed = _conditions(wanted, None, None) & audit_readable(user)
        return [narrowed if known is None else narrowed & Q(action__in=known)]
    return [_conditions(wanted, tag, place) for tag, place in product(tags, places)]


def keys_of(way: Q, forward: bool = False) -> QuerySet[AuditRecord, Key]:
    """Time and number of what fits, newest first, or oldest first when `forward`."""
    order = ("at", "seq") if forward else ("-at", "-seq")
    return AuditRecord.objects.filter(way).order_by(*order).values_list("at", "seq")


def _tags(wanted: AuditFilter) -> list[str] | None:
    """The tags that action and outcome come to; None when neither is given."""
    if not (wanted.action or wanted.outcome):
        return None
    known = [str(tag) for tag in Action if tag.startswith(wanted.action)] or [wanted.action]
    return [tag for tag in known if not wanted.outcome or tag in OUTCOMES.get(wanted.outcome, ())]


def _conditions(wanted: AuditFilter, tag: str | None, cluster_id: int | None) -> Q:
    """The strongest that is given leads, by its index; what is weaker is put so that no index tempts away from it.

    Without statistics SQLite takes any index that fits: of two, perhaps the one that leads through half of the table.
    PostgreSQL has them, and would know nothing of a value that is put aside.
    """
    kind, number = wanted.about or ("", "")
    of_cluster = int(number) if kind == CLUSTER and number.isdecimal() and len(number) < 16 else None
    groups: list[list[tuple[Combinable, Any]]] = [
        [(F("request_id"), wanted.request)],
        [] if of_cluster else [(F("subject_type"), kind), (F("subject_id"), number)],
        [
            (Upper("cluster_name"), wanted.cluster and Upper(Value(wanted.cluster))),
            (Upper("actor_name"), wanted.actor and Upper(Value(wanted.actor))),
            (F("action"), tag),
        ],
        [(F("cluster_id"), of_cluster)],
        [(F("cluster_id"), cluster_id)],
        [(F("origin"), wanted.origin)],
    ]
    found, led, guesses = Q(), False, connection.vendor == "sqlite"
    for group in groups:
        given = [(column, value) for column, value in group if value]
        for column, value in given:
            found &= Q(Exact(_aside(column, value) if led and guesses else column, value))
        led = led or bool(given)
    return found & _when(wanted)


def _aside(column: Combinable, value: Any) -> Combinable:
    """The same value, by no index."""
    return column + 0 if isinstance(value, int) else Concat(column, Value(""))


def _when(wanted: AuditFilter) -> Q:
    found = Q()
    if wanted.since:
        found &= Q(at__gte=wanted.since)
    if wanted.until:
        found &= Q(at__lt=wanted.until)
    return found


def _place(seq: int | None) -> Key | None:
    """Where that record stands; when it is not there, the one before it."""
    if seq is None:
        return None
    return AuditRecord.objects.filter(seq__lte=seq).order_by("-seq").values_list("at", "seq").first()


def _beyond(place: Key | None, forward: bool) -> Q:
    if place is None:
        return Q()
    at, seq = place
    if forward:
        return Q(at__gte=at) & (Q(at__gt=at) | Q(seq__gt=seq))
    return Q(at__lte=at) & (Q(at__lt=at) | Q(seq__lt=seq))


def _up_to(place: Key | None, forward: bool) -> Q:
    """Not beyond the place, itself included."""
    if place is None:
        return Q()
    at, seq = place
    if forward:
        return Q(at__lte=at) & (Q(at__lt=at) | Q(seq__lte=seq))
    return Q(at__gte=at) & (Q(at__gt=at) | Q(seq__gte=seq))


def _where_to_stop(ways: Iterable[Q], forward: bool) -> Key | None:
    """The nearest record at which one of the ways has led past as many as a text is looked for in at a time."""
    last = [list(keys_of(way, forward)[TEXT_AT_ONCE - 1 : TEXT_AT_ONCE + 1]) for way in ways]
    ends = [found[0] for found in last if len(found) == 2]
    return (min(ends) if forward else max(ends)) if ends else None


def _rows(keys: Sequence[Key]) -> list[AuditRecord]:
    rows = AuditRecord.objects.filter(seq__in=[seq for _, seq in keys])
    return sorted(rows, key=lambda row: (row.at, row.seq), reverse=True)
