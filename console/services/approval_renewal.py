"""An approved plan that expired is made again, and its approval stands unless something structural has drifted."""

from django.db import transaction

from console.domain import renewal
from console.models import Approval, PlanRecord
from console.services import approvals, audit, plan_records
from console.services.audit_actions import Action
from console.services.mailbox_slices import MailboxSlices


def compared(record: PlanRecord) -> Approval | None:
    """Hold a plan that was made again against the one that people approved, or are asked to; once for each plan.

    The approval stands for this plan too when nothing structural is different, and as many mailboxes as the approved
    plan tolerates; otherwise it is void and says what drifted. None when there is nothing to compare. It is always
    the plan that people read that is compared with, never one that was made again: small steps do not add up.
    """
    approval = approvals.of(record)
    if approval is None or not waits(approval, record):
        return approval
    found = renewal.compare(
        plan_records.of(approval.plan),
        plan_records.of(record),
        MailboxSlices(approval.plan).rows(),
        MailboxSlices(record).rows(),
    )
    with transaction.atomic():
        row = approvals.locked(approval)
        if waits(row, record):
            _keep(row, record, found)
    return row


def waits(approval: Approval, record: PlanRecord) -> bool:
    """Whether the plan is one made again that was not compared yet."""
    again = record.renews_id == approval.plan_id and approval.renewed_plan_id != record.pk
    return again and approval.open and record.state == PlanRecord.State.READY


def _keep(row: Approval, record: PlanRecord, found: renewal.Renewal) -> None:
    row.renewal = found.to_json()
    if not found.same:
        row.save(update_fields=["renewal"])
        drifted = "; ".join(found.structural)
        approvals.void(row, f"Planned again as plan {record.pk}, it is no longer the same: {drifted}.")
        return
    row.renewed_plan, row.renewed_hash = record, record.hash
    row.save(update_fields=["renewal", "renewed_plan", "renewed_hash"])
    subject = audit.Subject("plan", row.plan_id, row.plan.kind)
    after = {"plan": record.hash, "approved plan": row.plan_hash, **found.to_json()}
    audit.record(Action.APPROVAL_RENEWED, audit.SYSTEM, subject, cluster=record.cluster, after=after)
