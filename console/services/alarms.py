"""Alarms: raised beside what they are about, and standing until a person says what they found."""

from django.db import transaction

from console.domain.checks import Refusal
from console.models import Alarm, Cluster, NodeRun, Operation
from console.services import access, audit
from console.services.audit_actions import Action
from console.services.clock import database_now

OVERRIDE = "override"
"""The key of the alarm that an operation was started without the approval that it needs."""


def sound(
    cluster: Cluster,
    key: str,
    text: str,
    remedy: str,
    *,
    run: NodeRun | None = None,
    operation: Operation | None = None,
) -> Alarm:
    """Raise an alarm; the same one about the same run and operation that nobody has acknowledged is not doubled."""
    with transaction.atomic():
        standing = Alarm.objects.filter(
            cluster=cluster, key=key, run=run, operation=operation, acknowledged_at__isnull=True
        ).first()
        if standing is not None:
            return standing
        alarm = Alarm.objects.create(
            cluster=cluster, key=key, text=text, remedy=remedy, run=run, operation=operation, raised_at=database_now()
        )
        subject = audit.Subject("alarm", alarm.pk, key)
        audit.record(Action.ALARM_RAISED, audit.SYSTEM, subject, cluster=cluster, after={"text": text})
        return alarm


def standing(cluster: Cluster | None = None) -> list[Alarm]:
    """The alarms that nobody has acknowledged, of one cluster or of all, newest first."""
    found = Alarm.objects.select_related("cluster", "operation").filter(acknowledged_at__isnull=True)
    return list(found if cluster is None else found.filter(cluster=cluster))


def acknowledge(alarm: Alarm, actor: audit.Actor, note: str) -> Alarm:
    """Take note of what a person found. Again changes nothing.

    An emergency is acknowledged by who may approve, and not by who declared it. Raises `NotAllowed`, and `Refusal`
    without a note.
    """
    _require(alarm, actor)
    if not note.strip():
        remedy = "Write what you found; it goes to the audit."
        raise Refusal.of("No word was given of what was found.", remedy, key="alarm.note")
    with transaction.atomic():
        row = Alarm.objects.select_for_update().select_related("cluster").get(pk=alarm.pk)
        if row.acknowledged_at is None:
            row.acknowledged_at = database_now()
            row.acknowledged_by = actor.name
            row.acknowledge_note = note.strip()
            row.save(update_fields=["acknowledged_at", "acknowledged_by", "acknowledge_note"])
            subject = audit.Subject("alarm", row.pk, row.key)
            before = {"text": row.text}
            audit.record(
                Action.ALARM_ACKNOWLEDGED, actor, subject, cluster=row.cluster, reason=note.strip(), before=before
            )
    return row


def _require(alarm: Alarm, actor: audit.Actor) -> None:
    if alarm.key != OVERRIDE or alarm.operation is None:
        access.require(actor.user, "operate", alarm.cluster)
        return
    user = access.require(actor.user, "approve", alarm.cluster, alarm.operation.kind)
    if user.pk == alarm.operation.requested_by_id:
        names = access.people_who_may("approve", alarm.cluster, alarm.operation.kind).exclude(pk=user.pk)
        text = f"{user.username} started operation {alarm.operation.pk} without an approval, and cannot acknowledge it."
        others = ", ".join(names.values_list("username", flat=True)) or "nobody yet"
        raise Refusal.of(text, f"Those who can: {others}.", key="alarm.own")
