"""How an approval stands: whether a plan needs one, whose votes count, and why it may not be started yet."""

from typing import Any

from django.contrib.auth.models import User

from console.domain.checks import Refusal
from console.models import Approval, ApprovalVote, PlanRecord
from console.services import access, plan_records
from console.services.approval_rules import Rule, rule_for
from console.services.clock import database_now

State = Approval.State


def of(record: PlanRecord) -> Approval | None:
    """The last approval that was asked for the plan, or for the one that it makes again."""
    plans = {record.pk, record.renews_id} - {None}
    found = Approval.objects.select_related("plan__cluster__site", "requested_by", "operation")
    return found.filter(plan__in=plans).order_by("-pk").first()


def is_live(approval: Approval) -> bool:
    """Whether it stands: neither ended, nor past its time."""
    return approval.open and approval.expires_at > database_now()


def counted(approval: Approval) -> list[ApprovalVote]:
    """The votes that count: of people who may approve it now and did not ask for it themselves."""
    plan = approval.plan
    votes = approval.votes.select_related("by")
    return [
        vote
        for vote in votes
        if vote.by is not None
        and vote.by_id != approval.requested_by_id
        and access.why_not(vote.by, "approve", plan.cluster, plan.kind) is None
    ]


def approvers(record: PlanRecord, but: User | None) -> list[str]:
    """The names of the people who may approve the plan, but for the one who asks."""
    people = access.people_who_may("approve", record.cluster, record.kind)
    others = people.exclude(pk=but.pk) if but is not None else people
    return list(others.values_list("username", flat=True))


def why_not_approve(approval: Approval, user: User, seen: str = "") -> Refusal | None:
    """Why this person's yes does not count, or None; `seen` is the hash of the plan that they read, if they have."""
    about, what = str(approval.plan_id), named(approval.plan)
    if approval.requested_by_id == user.pk:
        names = ", ".join(approvers(approval.plan, user)) or "nobody yet"
        text = f"{user.username} asked for the {what}, and so cannot approve it."
        return Refusal.of(text, f"Those who can: {names}.", key="approval.own", about=about)
    if (over := why_over(approval)) is not None:
        return over
    if seen and seen != approval.plan_hash:
        text = "This is not the plan for which the approval was asked."
        return Refusal.of(text, "Reload the page and read it again.", key="approval.hash", about=about)
    try:
        plan_records.of(approval.plan)
    except Refusal as changed:
        return changed
    return None


def why_not_yet(record: PlanRecord, user: access.Account) -> Refusal | None:
    """Why the plan may not be started now by this person for want of an approval, or None: it may.

    Reads only; whoever starts it asks again under the lock.
    """
    rule = rule_for(record.cluster, record.kind)
    if rule is None:
        return None
    approval, about = of(record), str(record.pk)
    if approval is None:
        names = ", ".join(approvers(record, user if isinstance(user, User) else None)) or "nobody yet"
        text = f"The {named(record)} needs the approval of {people(rule.needed)}."
        remedy = f"Ask for it on the page of plan {record.pk}. Those who can give it: {names}."
        return Refusal.of(text, remedy, key="approval.needed", about=about)
    if (over := why_over(approval)) is not None:
        return over
    given = counted(approval)
    if len(given) < rule.needed:
        names = ", ".join(approvers(record, approval.requested_by)) or "nobody yet"
        text = f"The {named(record)} waits for an approval: {len(given)} of {rule.needed} given."
        return Refusal.of(text, f"Those who can give it: {names}.", key="approval.pending", about=about)
    return _why_not_this(approval, record) or _why_not_by(approval, given, rule, user)


def _why_not_this(approval: Approval, record: PlanRecord) -> Refusal | None:
    """Why the approval is not for this very plan, or None."""
    first = approval.plan_id == record.pk and approval.plan_hash == record.hash
    again = approval.renewed_plan_id == record.pk and approval.renewed_hash == record.hash
    if first or again:
        return None
    text = f"Plan {record.pk} was not found to be the plan {approval.plan_id} that was approved."
    remedy = f"Open plan {approval.plan_id} and have it checked again."
    return Refusal.of(text, remedy, key="approval.other", about=str(approval.plan_id))


def _why_not_by(approval: Approval, given: list[ApprovalVote], rule: Rule, user: access.Account) -> Refusal | None:
    """Why it is not this person who starts it, or None."""
    number = user.pk if isinstance(user, User) else None
    asked = number == approval.requested_by_id and rule.starts != "approver"
    voted = number in {vote.by_id for vote in given} and rule.starts != "requester"
    if number is not None and (asked or voted):
        return None
    who = {approval.requested_by_name} if rule.starts != "approver" else set()
    who |= {vote.by_name for vote in given} if rule.starts != "requester" else set()
    text = f"The {named(approval.plan)} is approved, but not for you to start."
    remedy = f"It is started by {' or '.join(sorted(who))}."
    return Refusal.of(text, remedy, key="approval.starter", about=str(approval.plan_id))


def why_over(approval: Approval) -> Refusal | None:
    """Why nothing can be said to it any more, or None."""
    if is_live(approval):
        return None
    about, again = str(approval.plan_id), "Make a new plan, and ask for its approval if it is still wanted."
    told = {
        State.DENIED: f"{approval.decided_by_name} denied it: {approval.decision}",
        State.WITHDRAWN: f"{approval.decided_by_name} withdrew it: {approval.decision}",
        State.VOID: f"Its approval is void. {approval.decision}",
        State.USED: f"It was started: operation {approval.operation_id}.",
        State.OVERRIDDEN: f"{approval.decided_by_name} started it in an emergency: operation {approval.operation_id}.",
    }
    expired = f"What was asked for stood until {approval.expires_at:%F %T} UTC."
    text = told.get(State(approval.state), expired)
    key = State.EXPIRED if approval.open else approval.state
    return Refusal.of(f"The {named(approval.plan)}: {text}", again, key=f"approval.{key}", about=about)


def as_json(record: PlanRecord) -> dict[str, Any] | None:
    """How the approval of a plan stands, for machines; None where it needs none and none was asked for.

    It stands beside the plan, never in it: what is hashed does not change by what people say to it.
    """
    rule, approval = rule_for(record.cluster, record.kind), of(record)
    if rule is None and approval is None:
        return None
    told: dict[str, Any] = {"needed": rule.needed if rule else 0, "state": "not asked for", "approved_by": []}
    if approval is not None:
        told |= {"state": approval.state, "plan": approval.plan_id, "hash": approval.plan_hash}
        told |= {"asked_by": approval.requested_by_name, "reason": approval.reason, "expires": approval.expires_at}
        told |= {"approved_by": [vote.by_name for vote in counted(approval)], "decision": approval.decision}
    return told


def named(record: PlanRecord) -> str:
    """What the plan does, for a sentence."""
    return f"{record.kind} of {record.cluster.name}"


def people(number: int) -> str:
    """How many others, for a sentence."""
    return "one other person" if number == 1 else f"{number} other people"
