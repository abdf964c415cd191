"""Reading notices out of the audit: which record notifies, and what of it is said outside."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from console.domain.notifications.events import EVENTS, Event, alarm_sentence
from console.models import Alarm, AuditRecord, Operation
from console.services import audit, windows
from console.services.audit_actions import Action

OF_ACTION: dict[str, str] = {
    Action.FAILOVER_CONFIRMED: "operation.opened",
    Action.FAILBACK_CONFIRMED: "operation.opened",
    Action.UNDO_CONFIRMED: "operation.opened",
    Action.SWITCH_CONFIRMED: "operation.opened",
    Action.REPAIR_CONFIRMED: "operation.opened",
    Action.SETUP_CONFIRMED: "operation.opened",
    Action.TAKEOVER_CONFIRMED: "takeover.opened",
    Action.UNPLANNED_SEEN: "takeover.opened",
    Action.OPERATION_BEGAN: "operation.opened",
    Action.OPERATION_SUCCEEDED: "operation.succeeded",
    Action.OPERATION_STOPPED: "operation.stopped",
    Action.OPERATION_FAILED: "operation.failed",
    Action.OPERATION_EXPIRED: "operation.failed",
    Action.OPERATION_SUPERSEDED: "operation.failed",
    Action.OPERATION_UNCERTAIN: "operation.uncertain",
    Action.ALARM_RAISED: "alarm.raised",
    Action.ALARM_ACKNOWLEDGED: "alarm.acknowledged",
    Action.APPROVAL_ASKED: "approval.asked",
    Action.APPROVAL_GIVEN: "approval.decided",
    Action.APPROVAL_DENIED: "approval.decided",
    Action.APPROVAL_WITHDRAWN: "approval.decided",
    Action.APPROVAL_EXPIRED: "approval.decided",
    Action.APPROVAL_VOID: "approval.decided",
    Action.APPROVAL_OVERRIDDEN: "approval.overridden",
    Action.STOP_SET: "stop.set",
    Action.STOP_LIFTED: "stop.lifted",
    Action.AUDIT_NOT_ANCHORED: "anchor.failed",
    Action.AUDIT_ANCHORED_AGAIN: "anchor.mended",
    Action.HOOKS_REFUSED: "node-key.refused",
    Action.SCHEDULE_GIVEN_UP: "schedule.given-up",
    Action.DRILL_WAITS: "drill.waits",
    Action.DRILL_SUCCEEDED: "drill.over",
    Action.DRILL_FAILED: "drill.over",
    Action.DRILL_ENDED: "drill.over",
    Action.CHANNEL_FAILING: "channel.failing",
    Action.CHANNEL_MENDED: "channel.mended",
}
"""The event that each kind of audit record is; the others notify nobody."""


@dataclass(frozen=True)
class Told:
    """What a notice says: one sentence and names, never a reason that somebody typed, a value or an attribute."""

    event: Event
    text: str
    path: str = ""
    """The page to look at."""
    thread: str = ""
    """Notices of one thread arrive in their order."""
    facts: dict[str, Any] = field(default_factory=dict)
    once: str | None = None
    quiet: bool = False
    """Its cluster is in maintenance, which may explain it: it is told as info."""


def told_by(record: AuditRecord) -> Told | None:
    """The notice that the record is, or None where it notifies nobody."""
    key = OF_ACTION.get(record.action)
    if key is None:
        return None
    facts: dict[str, Any] = {"audit": record.seq}
    if record.subject_type == "operation":
        return _of_operation(key, record, facts)
    if record.subject_type == "plan":
        return Told(EVENTS[key], _sentence(record), f"/plans/{record.subject_id}/", facts=facts)
    if record.subject_type == "drill":
        thread = f"drill:{record.subject_id}"
        return Told(EVENTS[key], _sentence(record), f"/drills/{record.subject_id}/", thread, facts)
    if record.subject_type == "schedule":
        return Told(EVENTS[key], _sentence(record), "/maintenance/", facts=facts)
    if record.subject_type == "alarm":
        return _of_alarm(key, record, facts)
    if record.subject_type == "channel":
        path = f"/notifications/channels/{record.subject_id}/"
        return Told(EVENTS[key], _sentence(record), path, facts=facts | {"channel": record.subject_name})
    once = f"{key}:{record.subject_name}:{record.at:%Y-%m-%dT%H}" if key == "node-key.refused" else None
    return Told(EVENTS[key], _sentence(record), f"/audit/{record.seq}/", facts=facts, once=once)


def thread_of(operation_id: int | str) -> str:
    """The thread of everything that is told of one operation."""
    return f"operation:{operation_id}"


def of_operation(operation: Operation) -> dict[str, Any]:
    """What of an operation is said outside: its number, kind and nodes."""
    names = {"kind": operation.kind, "source": operation.source, "target": operation.target}
    return {"operation": {"id": operation.pk, **names}}


def _of_operation(key: str, record: AuditRecord, facts: dict[str, Any]) -> Told:
    operation = Operation.objects.filter(pk=record.subject_id).first()
    if key == "operation.opened" and record.subject_name == "takeover":
        key = "takeover.opened"
    text = _sentence(record)
    if operation is not None:
        facts |= of_operation(operation)
        text = f"{text[:-1]} (operation {operation.pk}, to {operation.target})."
    path = f"/operations/{record.subject_id}/"
    return Told(EVENTS[key], text, path, thread_of(record.subject_id), facts)


def _of_alarm(key: str, record: AuditRecord, facts: dict[str, Any]) -> Told:
    """An alarm about an operation comes after what was told of that one before."""
    alarm = Alarm.objects.select_related("cluster").filter(pk=record.subject_id).first()
    number = alarm.operation_id if alarm else None
    raised = key == "alarm.raised"
    text = alarm_sentence(record.subject_name, record.cluster_name) if raised else _sentence(record)
    quiet = raised and alarm is not None and windows.quiet_alarm(record.subject_name, alarm.cluster, record.at)
    path = f"/clusters/{quote(record.cluster_name, safe='')}/"
    facts |= {"alarm": record.subject_name}
    return Told(EVENTS[key], text, path, thread_of(number) if number else "", facts, quiet=quiet)


def _sentence(record: AuditRecord) -> str:
    return f"{audit.describe(record)}."
