"""Which requests wait for a person, and which are a person's own."""

from django.contrib.auth.models import User
from django.db.models import QuerySet

from console.models import Approval
from console.services import access
from console.services.approval_rules import rule_for
from console.services.approval_standing import counted
from console.services.clock import database_now


def waiting_for(user: access.Account) -> list[Approval]:
    """The requests that this person can approve and has not, and that need one more; those that lapse first, first."""
    if not isinstance(user, User) or not access.may_somewhere(user, "approve"):
        return []
    ours = access.clusters_with(user, "approve")
    standing = _rows().filter(state__in=Approval.OPEN, expires_at__gt=database_now(), plan__cluster__in=ours)
    found = standing.exclude(requested_by=user).exclude(votes__by=user).order_by("expires_at")
    return [approval for approval in found if _waits(approval, user)]


def _waits(approval: Approval, user: User) -> bool:
    plan = approval.plan
    if access.why_not(user, "approve", plan.cluster, plan.kind) is not None:
        return False
    rule = rule_for(plan.cluster, plan.kind)
    return rule is not None and len(counted(approval)) < rule.needed


def mine(user: access.Account, limit: int) -> list[Approval]:
    """What this person asked for, on clusters that they may see, the newest first."""
    if not isinstance(user, User):
        return []
    return list(_rows().filter(requested_by=user, plan__cluster__in=access.visible_clusters(user))[:limit])


def _rows() -> QuerySet[Approval]:
    return Approval.objects.select_related("plan__cluster", "operation").prefetch_related("votes")
