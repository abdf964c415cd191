"""What `approve` and `deny` share: the request that a plan's number names, if its cluster may be seen."""

from typing import Any

from console.domain.checks import Refusal
from console.models import Approval, PlanRecord
from console.services import access, approval_standing, approvals
from console.services.audit import Actor


def asked_for(number: int, actor: Actor) -> Approval:
    """The approval that was asked for plan `number`. Raises `Refusal` where there is none that this person may see."""
    seen = PlanRecord.objects.filter(cluster__in=access.visible_clusters(actor.user))
    record = seen.filter(pk=number).first()
    found = approvals.of(record) if record else None
    if found is None:
        text = f"Nobody has asked for an approval of a plan {number}."
        raise Refusal.of(text, "The page of approvals lists what waits.", key="approval.none")
    return found


def told(approval: Approval, result: str) -> dict[str, Any]:
    """What became of it, for machines."""
    return {"result": result, "plan": approval.plan_id, "approval": approval_standing.as_json(approval.plan)}
