"""Approvals: asked for with a plan, given by other people, bound to the plan's hash, and needed before it starts.

Everything here is decided under the lock on the cluster that a confirmation takes, so that nothing happens in between.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from console.domain.checks import Refusal
from console.models import Approval, ApprovalVote, Cluster, Operation, PlanRecord
from console.services import access, audit, plan_records, reasons, reservations
from console.services.approval_rules import Rule, rule_for
from console.services.approval_standing import (
    approvers,
    counted,
    is_live,
    named,
    of,
    people,
    why_not_approve,
    why_not_yet,
    why_over,
)
from console.services.audit_actions import Action
from console.services.clock import database_now

__all__ = [
    "approve",
    "ask",
    "asked_before",
    "counted",
    "deny",
    "expire",
    "give_way",
    "is_live",
    "locked",
    "of",
    "use",
    "void",
    "why_not_yet",
    "withdraw",
]

State = Approval.State


def ask(record: PlanRecord, actor: audit.Actor, reason: str) -> Approval:
    """Ask other people to approve the plan; asked again, the approval that stands.

    Raises `NotAllowed`, and `Refusal` where none is needed, nobody could give it, or the plan cannot be started.
    """
    user = access.require(actor.user, "operate", record.cluster, record.kind)
    with transaction.atomic():
        _lock(record.cluster)
        row = PlanRecord.objects.select_related("cluster__site").get(pk=record.pk)
        standing = of(row)
        if standing is not None and is_live(standing):
            return standing
        if standing is not None and standing.open:
            _end(standing, State.EXPIRED, audit.SYSTEM, "Its time was over.", Action.APPROVAL_EXPIRED)
        rule = _asked_for(row, user, reason)
        now = database_now()
        approval = Approval.objects.create(
            plan=row,
            plan_hash=row.hash,
            requested_by=user,
            requested_by_name=actor.name,
            reason=reason.strip(),
            asked_at=now,
            expires_at=now + timedelta(minutes=rule.valid_minutes),
        )
        _record(Action.APPROVAL_ASKED, approval, actor, reason.strip())
    return approval


def asked_before(
    cluster: Cluster, kind: str, target: str, user: User | None, columns: Mapping[str, Any]
) -> PlanRecord | None:
    """The plan for which this person asked an approval that stands, when it is what they ask for again; or None.

    `columns` are the plan's others: what it takes back, what else was asked for.
    """
    standing = reservations.asked(cluster)
    if standing is None or user is None or standing.requested_by_id != user.pk:
        return None
    plan, undoes = standing.plan, columns.get("undoes")
    same = (plan.kind, plan.undoes_id, plan.undo_from, plan.asked) == (
        kind,
        undoes.pk if undoes else None,
        columns.get("undo_from", ""),
        columns.get("asked", {}),
    )
    return plan if same and target in ("", plan.target) else None


def _asked_for(record: PlanRecord, user: User, reason: str) -> Rule:
    """The rule by which the approval is asked for. Raises `Refusal` when it cannot be."""
    what, rule = named(record), rule_for(record.cluster, record.kind)
    if rule is None:
        raise Refusal.of(f"The {what} waits for nobody.", "Confirm it on its page.", key="approval.not-needed")
    plan_records.usable(record)
    if not reason.strip():
        remedy = "Say in a few words why; who approves it reads that first."
        raise Refusal.of("No reason was given.", remedy, key="approval.reason")
    if lacking := reasons.missing(record.cluster, record.kind, reason.strip(), None):
        raise Refusal(f"The {what} is not asked for yet.", lacking)
    if (operation := Operation.objects.filter(plan=record).first()) is not None:
        text = f"Plan {record.pk} is carried out already, by operation {operation.pk}."
        raise Refusal.of(text, "Make a new plan if it is to be done again.", key="approval.used")
    if (held := reservations.why_held(record.cluster, record.kind, record.target)) is not None:
        raise held
    if (other := reservations.asked(record.cluster)) is not None:
        raise reservations.held_by_asked(other)
    names = approvers(record, user)
    if len(names) < rule.needed:
        could = ", ".join(names) or "nobody"
        text = f"The {what} needs the approval of {people(rule.needed)}, and {could} could give it."
        remedy = "Ask an administrator to give more people the role approver."
        raise Refusal.of(text, remedy, key="approval.nobody")
    return rule


def approve(approval: Approval, actor: audit.Actor, seen: str, note: str = "") -> Approval:
    """Say yes to it; `seen` is the hash of the plan that was read. A second yes of the same person changes nothing.

    Raises `NotAllowed`, and `Refusal`, which is in the audit too, for one's own request, for another plan than the one
    that was read, and for a request that is over.
    """
    user = access.require(actor.user, "approve", approval.plan.cluster, approval.plan.kind)
    try:
        with transaction.atomic():
            row = _locked(approval)
            if row.votes.filter(by=user).exists():
                return row
            if (refusal := why_not_approve(row, user, seen)) is not None:
                raise refusal
            now = database_now()
            ApprovalVote.objects.create(approval=row, by=user, by_name=actor.name, at=now, note=note.strip())
            rule = rule_for(row.plan.cluster, row.plan.kind)
            if rule is None or len(counted(row)) >= rule.needed:
                row.state, row.decided_at = State.APPROVED, now
                row.decided_by, row.decided_by_name = user, actor.name
                row.save(update_fields=["state", "decided_at", "decided_by", "decided_by_name"])
            _record(Action.APPROVAL_GIVEN, row, actor, note.strip())
    except Refusal as refusal:
        _record_refusal(approval, actor, refusal)
        raise
    return row


def deny(approval: Approval, actor: audit.Actor, reason: str) -> Approval:
    """Say no, with a reason; that ends the request, approved or not, unless it was started.

    Raises `NotAllowed`, and `Refusal` without a reason and for a request that is over.
    """
    access.require(actor.user, "approve", approval.plan.cluster, approval.plan.kind)
    return _close(approval, State.DENIED, actor, reason, Action.APPROVAL_DENIED)


def withdraw(approval: Approval, actor: audit.Actor, reason: str) -> Approval:
    """Take the request back, so that it holds the cluster no longer: who asked, or whoever could have asked.

    Raises `NotAllowed`, and `Refusal` without a reason and for a request that is over.
    """
    access.require(actor.user, "operate", approval.plan.cluster, approval.plan.kind)
    return _close(approval, State.WITHDRAWN, actor, reason, Action.APPROVAL_WITHDRAWN)


def _close(approval: Approval, state: State, actor: audit.Actor, reason: str, action: Action) -> Approval:
    if not reason.strip():
        remedy = "Say in a few words why; who asked reads it, and it goes to the audit."
        raise Refusal.of("No reason was given.", remedy, key="approval.reason")
    with transaction.atomic():
        row = _locked(approval)
        if row.state == state and row.decided_by_id == (actor.user.pk if actor.user else None):
            return row
        if (over := why_over(row)) is not None:
            raise over
        _end(row, state, actor, reason.strip(), action)
    return row


def expire() -> int:
    """End the requests whose time is over; how many that were."""
    count = 0
    for found in Approval.objects.filter(state__in=Approval.OPEN, expires_at__lte=database_now()):
        with transaction.atomic():
            row = _locked(found)
            if row.open:
                _end(row, State.EXPIRED, audit.SYSTEM, "Its time was over.", Action.APPROVAL_EXPIRED)
                count += 1
    return count


def give_way(operation: Operation) -> None:
    """What else waits for an approval on the cluster is void: `operation` begins, and changes what it was made for.

    Call it in the transaction that opens the operation.
    """
    standing = Approval.objects.filter(plan__cluster=operation.cluster, state__in=Approval.OPEN)
    text = f"Operation {operation.pk} ({operation.kind} to {operation.target}) began."
    for row in standing.select_related("plan__cluster"):
        _end(row, State.VOID, audit.SYSTEM, text, Action.APPROVAL_VOID)


def use(approval: Approval, operation: Operation) -> None:
    """The approval is used up by the operation. Call it in the transaction that opens it."""
    approval.state, approval.operation = State.USED, operation
    approval.save(update_fields=["state", "operation"])


def void(approval: Approval, why: str) -> None:
    """The approval counts no more, because of what became different. Call it in a transaction."""
    _end(approval, State.VOID, audit.SYSTEM, why, Action.APPROVAL_VOID)


def locked(approval: Approval) -> Approval:
    """The approval as it stands, with the lock on its cluster. Call it in a transaction."""
    return _locked(approval)


def _end(row: Approval, state: State, actor: audit.Actor, why: str, action: Action) -> None:
    row.state, row.decision, row.decided_at = state, why, database_now()
    row.decided_by, row.decided_by_name = actor.user, actor.name
    row.save(update_fields=["state", "decision", "decided_at", "decided_by", "decided_by_name"])
    _record(action, row, actor, why)


def _locked(approval: Approval) -> Approval:
    cluster = Cluster.objects.select_related("site").get(plans__approvals=approval.pk)
    _lock(cluster)
    return Approval.objects.select_related("plan__cluster__site", "requested_by").get(pk=approval.pk)


def _lock(cluster: Cluster) -> None:
    Cluster.objects.select_for_update().get(pk=cluster.pk)


def _record(action: Action, approval: Approval, actor: audit.Actor, reason: str) -> None:
    plan = approval.plan
    after = {"plan": approval.plan_hash, "state": approval.state, "asked by": approval.requested_by_name}
    after["given by"] = ", ".join(vote.by_name for vote in approval.votes.all())
    subject = audit.Subject("plan", plan.pk, plan.kind)
    audit.record(action, actor, subject, cluster=plan.cluster, reason=reason, after=after)


def _record_refusal(approval: Approval, actor: audit.Actor, refusal: Refusal) -> None:
    plan = approval.plan
    with transaction.atomic():
        subject = audit.Subject("plan", plan.pk, plan.kind)
        audit.record(Action.APPROVAL_REFUSED, actor, subject, cluster=plan.cluster, after=refusal.to_json())
