"""Incidents: what a person has to look into, who looks after it, and what was laid by until a time.

An incident is no row of its own: it is an alarm that nobody has acknowledged, or an operation whose ending nobody has.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from console.domain.checks import Refusal
from console.models import Alarm, Cluster, IncidentCare, Operation
from console.models.operations import ACTING_KINDS
from console.services import access, audit
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.notifications.telling import tell

LONGEST = timedelta(days=14)
"""So long an incident may be laid by."""
AGAIN = "incident.again"
WHAT = {
    "alarm": "alarm",
    "uncertain": "ended uncertain",
    "incomplete": "failed, incomplete",
    "unplanned": "nobody had planned it",
}
LOUDEST_FIRST = ("uncertain", "alarm", "incomplete", "unplanned")


@dataclass(frozen=True)
class Incident:
    """Something to look into; of `alarm` and `operation` one is set. `kind` is a key of `WHAT`."""

    kind: str
    cluster: Cluster
    text: str
    remedy: str
    since: datetime
    alarm: Alarm | None = None
    operation: Operation | None = None
    care: IncidentCare | None = None
    """Who took it on, if anybody has."""

    @property
    def key(self) -> str:
        """What tells it from the others: `alarm-7`, `operation-12`."""
        return f"alarm-{self.alarm.pk}" if self.alarm else f"operation-{self.operation.pk if self.operation else 0}"

    @property
    def name(self) -> str:
        """It in few words."""
        if self.operation is not None:
            return f"operation {self.operation.pk} ({self.operation.kind})"
        return f"alarm {self.alarm.key}" if self.alarm else ""

    @property
    def what(self) -> str:
        """Its kind for people."""
        return WHAT[self.kind]

    @property
    def operation_kind(self) -> str:
        """The kind of operation it is about, for who may do something about it; empty for an alarm."""
        return self.operation.kind if self.operation else ""

    def laid_by(self, at: datetime) -> bool:
        """Whether it was laid by until later than `at`."""
        return self.care is not None and self.care.until is not None and self.care.until > at

    def cared(self) -> dict[str, Any]:
        """By what its rows of care are found."""
        return {"alarm": self.alarm} if self.alarm else {"operation": self.operation}


def standing(clusters: Iterable[Cluster], now: datetime) -> list[Incident]:
    """The incidents of these clusters: first those that are due, then those laid by; loudest and latest first."""
    of_these = clusters if isinstance(clusters, QuerySet) else list(clusters)
    alarms = Alarm.objects.filter(cluster__in=of_these, acknowledged_at__isnull=True)
    found = [_of_alarm(alarm) for alarm in alarms.select_related("cluster", "operation")]
    found += [_of_operation(one) for one in _unseen(Operation.objects.filter(cluster__in=of_these))]
    found = _with_care(found)
    return sorted(found, key=lambda one: (one.laid_by(now), LOUDEST_FIRST.index(one.kind), -one.since.timestamp()))


def find(what: str, pk: int, clusters: QuerySet[Cluster]) -> Incident | None:
    """The incident about that alarm or operation, if it stands and is of one of the clusters."""
    if what == "alarm":
        rows = Alarm.objects.filter(pk=pk, cluster__in=clusters, acknowledged_at__isnull=True)
        found = [_of_alarm(alarm) for alarm in rows.select_related("cluster", "operation")]
    else:
        found = [_of_operation(one) for one in _unseen(Operation.objects.filter(pk=pk, cluster__in=clusters))]
    return next(iter(_with_care(found)), None)


def take(
    incident: Incident, actor: audit.Actor, reason: str, *, until: datetime | None = None, owner: User | None = None
) -> IncidentCare:
    """Take the incident on, or give it to `owner`; with `until` it is laid by until then, and is due again after it.

    It stays an incident until it is acknowledged. Raises `NotAllowed`, and `Refusal` with what is missing.
    """
    access.require(actor.user, "operate", incident.cluster, incident.operation_kind)
    now = database_now()
    _refuse(incident, reason, until, owner, now)
    holder = owner or actor.user
    with transaction.atomic():
        Cluster.objects.select_for_update().get(pk=incident.cluster.pk)
        IncidentCare.objects.filter(**incident.cared(), over_at__isnull=True).update(over_at=now)
        row = IncidentCare.objects.create(
            cluster=incident.cluster,
            at=now,
            by_name=actor.name,
            owner=holder,
            owner_name=holder.username if holder else actor.name,
            reason=reason.strip(),
            until=until,
            **incident.cared(),
        )
        action = Action.INCIDENT_LAID_BY if until else Action.INCIDENT_TAKEN
        _record(action, incident, actor, reason.strip(), owner=row.owner_name, until=until)
    return row


def let_go(incident: Incident, actor: audit.Actor, reason: str) -> None:
    """Look after it no longer; one that nobody looks after stays as it is. Raises `NotAllowed`, `Refusal`."""
    access.require(actor.user, "operate", incident.cluster, incident.operation_kind)
    _refuse(incident, reason, None, None, database_now())
    with transaction.atomic():
        rows = IncidentCare.objects.filter(**incident.cared(), over_at__isnull=True)
        if rows.update(over_at=database_now()):
            _record(Action.INCIDENT_LET_GO, incident, actor, reason.strip())


def history(clusters: Sequence[Cluster] | QuerySet[Cluster], most: int) -> QuerySet[IncidentCare]:
    """What people said about incidents of these clusters, the latest first."""
    return IncidentCare.objects.filter(cluster__in=clusters).select_related("cluster", "alarm", "operation")[:most]


def sweep() -> int:
    """What was laid by until now is due again, and told if it still stands; how many that were."""
    now = database_now()
    due = IncidentCare.objects.filter(over_at__isnull=True, until__lte=now).select_related("cluster__site")
    count = 0
    for row in due:
        with transaction.atomic():
            if IncidentCare.objects.filter(pk=row.pk, over_at__isnull=True).update(over_at=row.until) != 1:
                continue
            kind, pk = ("alarm", row.alarm_id) if row.alarm_id else ("operation", row.operation_id)
            found = find(kind, pk or 0, Cluster.objects.filter(pk=row.cluster_id))
            if found is not None:
                _tell(found, row)
                count += 1
    return count


def told(incident: Incident) -> dict[str, Any]:
    """An incident for programs."""
    care = incident.care
    return {
        "incident": incident.key,
        "kind": incident.kind,
        "cluster": incident.cluster.name,
        "since": incident.since,
        "text": incident.text,
        "remedy": incident.remedy,
        "owner": care.owner_name if care else "",
        "reason": care.reason if care else "",
        "until": care.until if care else None,
    }


def _of_alarm(alarm: Alarm) -> Incident:
    return Incident("alarm", alarm.cluster, alarm.text, alarm.remedy, alarm.raised_at, alarm=alarm)


def _of_operation(one: Operation) -> Incident:
    kind = "unplanned"
    if one.status == Operation.Status.UNCERTAIN:
        kind = "uncertain"
    elif one.status == Operation.Status.FAILED and one.todo:
        kind = "incomplete"
    remedy = one.ending_remedy or "See what it did, and acknowledge it with what you found."
    return Incident(kind, one.cluster, one.ending_summary, remedy, one.ended_at or one.confirmed_at, operation=one)


def _unseen(operations: QuerySet[Operation]) -> list[Operation]:
    """Those that ended, and that a person has to look into; asked for one by one, each by an index of its own.

    They are few, and their kinds are looked at here: a database that is asked for kinds takes another index.
    """
    standing = operations.filter(acknowledged_at__isnull=True).select_related("cluster")
    parts = (
        standing.filter(status=Operation.Status.UNCERTAIN),
        standing.filter(automatic=True),
        standing.filter(status=Operation.Status.FAILED).exclude(todo=[]),
    )
    found = {one.pk: one for part in parts for one in part}
    ended = (found[pk] for pk in sorted(found, reverse=True) if found[pk].status in Operation.ENDED)
    return [one for one in ended if one.kind in ACTING_KINDS]


def _with_care(found: Sequence[Incident]) -> list[Incident]:
    """Each with who looks after it."""
    alarms = [one.alarm.pk for one in found if one.alarm]
    operations = [one.operation.pk for one in found if one.operation]
    of_these = Q(alarm__in=alarms) | Q(operation__in=operations)
    rows = IncidentCare.objects.filter(of_these, over_at__isnull=True)
    by_key = {f"alarm-{row.alarm_id}" if row.alarm_id else f"operation-{row.operation_id}": row for row in rows}
    return [
        Incident(one.kind, one.cluster, one.text, one.remedy, one.since, one.alarm, one.operation, by_key.get(one.key))
        for one in found
    ]


def _refuse(incident: Incident, reason: str, until: datetime | None, owner: User | None, now: datetime) -> None:
    if not reason.strip():
        remedy = "Say in a few words what is going on; others read it, and the audit keeps it."
        raise Refusal.of("No reason was given.", remedy, key="incident.reason")
    if until is not None and not now < until <= now + LONGEST:
        remedy = f"Choose a time from now on, within {LONGEST.days} days."
        raise Refusal.of("It cannot be laid by until then.", remedy, key="incident.until")
    if owner is not None and access.why_not(owner, "operate", incident.cluster, access.ANY_KIND) is not None:
        remedy = "Name somebody who may operate there."
        text = f"{owner.username} may not operate on {incident.cluster.name}."
        raise Refusal.of(text, remedy, key="incident.owner")


def _record(action: Action, incident: Incident, actor: audit.Actor, reason: str, **after: Any) -> None:
    number = incident.alarm.pk if incident.alarm else incident.operation.pk if incident.operation else None
    subject = audit.Subject("alarm" if incident.alarm else "operation", number, incident.name)
    audit.record(action, actor, subject, cluster=incident.cluster, reason=reason, after=after)


def _tell(incident: Incident, row: IncidentCare) -> None:
    cluster = incident.cluster
    text = f"An incident of {cluster.name} that {row.owner_name} had laid by is due again: {incident.name}."
    path = f"/clusters/{quote(cluster.name, safe='')}/"
    tell(AGAIN, text, cluster=cluster, path=path, once=f"{AGAIN}:{row.pk}")
