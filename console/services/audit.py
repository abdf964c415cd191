"""Writing the audit: one record per decision, in the transaction of what it decides, numbered without a gap."""

import json
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from console.domain.verify_audit import canonical, digest
from console.models import AuditHead, AuditRecord, Cluster
from console.services.audit_actions import Action, sentence
from console.services.clock import database_now

__all__ = ["SYSTEM", "Actor", "Subject", "canonical", "contents", "describe", "lock", "record", "request_id"]

FORMAT = 2
"""The form of `body`; a reader of old records looks at it first. Those of form 1 are from before the chain."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id that everything has in common which one request, or one command, has recorded; at most 64 characters."""


@dataclass(frozen=True)
class Actor:
    """Who decides and from where; `user` is None for the console itself and for people who are not known."""

    user: User | None
    name: str
    origin: AuditRecord.Origin

    @classmethod
    def of(cls, user: User, origin: AuditRecord.Origin) -> "Actor":
        """A signed-in person at `origin`."""
        return cls(user, user.get_username(), origin)


SYSTEM = Actor(None, "changeover", AuditRecord.Origin.SYSTEM)


@dataclass(frozen=True)
class Subject:
    """What is decided about."""

    type: str
    id: str | int | None = None
    name: str = ""


def record(
    action: Action,
    actor: Actor,
    subject: Subject,
    *,
    cluster: Cluster | None = None,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditRecord:
    """Append one record and return it. No secret may be in any argument.

    Must run inside `transaction.atomic()`; raises `TransactionManagementError` otherwise, since the record
    and what it records have to stand or fall together. From here to the commit no other transaction can
    append, so call it last. Number and link to the record before are taken under that lock: a rollback gives them
    back, so no number is missing and the chain does not fork.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An audit record is written in the transaction of its decision.")
    head = lock()
    row = AuditRecord(
        seq=head.last_seq + 1,
        previous=head.last_hash,
        request_id=request_id.get(),
        at=database_now(),
        actor=actor.user,
        actor_name=actor.name,
        origin=actor.origin,
        action=action,
        cluster_id=cluster.pk if cluster else None,
        cluster_name=cluster.name if cluster else "",
        subject_type=subject.type,
        subject_id="" if subject.id is None else str(subject.id),
        subject_name=subject.name,
        reason=reason,
        before=_plain(before),
        after=_plain(after),
    )
    row.body = canonical(contents(row))
    row.hash = digest(row.body)
    head.last_seq, head.last_hash = row.seq, row.hash
    head.save(update_fields=["last_seq", "last_hash"])
    row.save(force_insert=True)
    return row


def lock() -> AuditHead:
    """Wait for the audit's lock and hold it to the end of the transaction: no other one appends meanwhile."""
    head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1)
    return head


def contents(row: AuditRecord) -> dict[str, Any]:
    """Everything that `row` says, as plain data; `body` is its canonical JSON."""
    linked = {"previous": row.previous, "request_id": row.request_id} if row.previous else {}
    return linked | {
        "format": FORMAT if linked else 1,
        "seq": row.seq,
        "at": timestamp(row.at),
        "actor_id": row.actor_id,
        "actor": row.actor_name,
        "origin": str(row.origin),
        "action": str(row.action),
        "cluster_id": row.cluster_id,
        "cluster": row.cluster_name,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
        "subject": row.subject_name,
        "reason": row.reason,
        "before": row.before,
        "after": row.after,
    }


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds, always the same width."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def describe(row: AuditRecord) -> str:
    """The record as a sentence for people."""
    return sentence(row.action, actor=row.actor_name, subject=row.subject_name, cluster=row.cluster_name)


def _plain(data: dict[str, Any] | None) -> dict[str, Any] | None:
    """`data` as the database will give it back, so that `body` and the columns never differ."""
    if data is None:
        return None
    plain: dict[str, Any] = json.loads(json.dumps(data, cls=DjangoJSONEncoder, allow_nan=False))
    return plain
