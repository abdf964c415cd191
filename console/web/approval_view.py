"""An approval as a page shows it to this reader: how it stands, and what they may say to it."""

from dataclasses import dataclass

from django.contrib.auth.models import User

from console.domain.checks import Refusal
from console.domain.plan import Plan
from console.models import Approval, ApprovalVote, PlanRecord
from console.services import access, approval_override, approval_renewal, approval_standing, approvals
from console.services.approval_rules import Rule, rule_for


@dataclass(frozen=True)
class Standing:
    """The approval of a plan, for one reader."""

    rule: Rule | None
    """What the plan needs before it starts; None when it needs nobody."""
    approval: Approval | None
    """The last one that was asked for."""
    votes: tuple[ApprovalVote, ...]
    """The votes that count."""
    not_yet: Refusal | None
    """Why this reader may not start the plan for want of an approval."""
    not_asked: str
    """Why this reader may not ask for one; empty when they may."""
    not_voted: str
    """Why this reader's yes would not count; empty when it would."""
    emergency: str
    """What this reader types to go without; empty when they may not."""
    comparing: bool = False
    """Whether a plan made again was not compared yet, when this was read, with the one that was approved."""

    @property
    def shown(self) -> bool:
        """Whether there is anything to show."""
        return self.rule is not None or self.approval is not None

    @property
    def live(self) -> bool:
        """Whether a request stands."""
        return self.approval is not None and approvals.is_live(self.approval)

    @property
    def needed(self) -> int:
        """How many have to say yes."""
        return self.rule.needed if self.rule else 0

    @property
    def complete(self) -> bool:
        """Whether it has every yes that it needs."""
        return self.live and len(self.votes) >= self.needed


def standing(record: PlanRecord, plan: Plan, user: User) -> Standing:
    """How the approval of a plan that is ready stands for this reader."""
    rule, approval = rule_for(record.cluster, record.kind), approvals.of(record)
    not_asked = access.why_not(user, "operate", record.cluster, record.kind) or ""
    declared = rule is not None and approval_override.why_not(user, record) is None
    return Standing(
        rule=rule,
        approval=approval,
        votes=tuple(approvals.counted(approval)) if approval else (),
        not_yet=approvals.why_not_yet(record, user),
        not_asked=not_asked,
        not_voted=_not_voted(record, approval, user),
        emergency=approval_override.sentence_of(plan) if declared and not not_asked else "",
        comparing=approval is not None and approval_renewal.waits(approval, record),
    )


def _not_voted(record: PlanRecord, approval: Approval | None, user: User) -> str:
    """Why there is no button to approve: no right, their own request, a yes that was given, another plan's page."""
    if approval is None:
        return "Nobody has asked for an approval."
    if (reason := access.why_not(user, "approve", record.cluster, record.kind)) is not None:
        return reason
    if (refusal := approval_standing.why_not_approve(approval, user)) is not None:
        return " ".join([refusal.headline, *(reason.remedy for reason in refusal.reasons)])
    if approval.votes.filter(by=user).exists():
        return "You have approved it."
    if approval.plan_id != record.pk:
        return f"Read plan {approval.plan_id}, for which it was asked, and approve it there."
    return ""
