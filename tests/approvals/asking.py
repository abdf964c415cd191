"""Clusters whose failover waits for other people, and the people who may say yes to it."""

from datetime import timedelta
from typing import Any

from console.models import Approval, ApprovalRule, Cluster, PlanRecord
from console.services import approvals, plans
from console.services.audit import Actor
from console.services.clock import database_now
from tests.services import making


def olga() -> Actor:
    """Operates, and asks."""
    return making.actor("olga")


def pat() -> Actor:
    """Approves."""
    return making.actor("pat", "approver")


def petra() -> Actor:
    """Approves too."""
    return making.actor("petra", "approver")


def ada() -> Actor:
    """May do everything, also in an emergency."""
    return making.actor("ada", "administrator")


def guarded(cluster: Cluster, kind: str = "failover", needed: int = 1, **columns: Any) -> ApprovalRule:
    """The rule that `kind` waits for so many; with people who may approve it."""
    pat()
    petra()
    return ApprovalRule.objects.create(cluster=cluster, kind=kind, needed=needed, **columns)


def asked(cluster: Cluster, kind: str = "failover", **changes: object) -> Approval:
    """An approval that Olga asked for, and nobody has given."""
    olga()
    return approvals.ask(making.ready(cluster, kind, **changes), olga(), "new firmware")


def approved(cluster: Cluster, kind: str = "failover", **changes: object) -> Approval:
    """One that Pat has given."""
    found = asked(cluster, kind, **changes)
    return approvals.approve(found, pat(), found.plan_hash)


def expired(record: PlanRecord) -> PlanRecord:
    """The plan's time is over, as it is fifteen minutes after it was made."""
    PlanRecord.objects.filter(pk=record.pk).update(expires_at=database_now() - timedelta(seconds=1))
    record.refresh_from_db()
    return record


def again(record: PlanRecord, **changes: object) -> PlanRecord:
    """The plan made again, with these differences."""
    return plans.make(plans.prepare_again(record, olga(), send=False).pk, making.planner(**changes))
