"""Approvals: what waits for one, asked for, given, denied, withdrawn; all but the list on the plan that it is about."""

from django.http import HttpRequest
from ninja import Field, Router, Schema

from console.api.acting import Body, WhyIn, act
from console.api.auth import token_of
from console.api.fields import Hash, Key, Number, Text
from console.api.plans import plan_out, the_plan
from console.api.shapes import PlanOut
from console.domain.checks import Refusal
from console.models import ApiToken, Approval, PlanRecord
from console.services import approval_lists, approvals, plans, tokens
from console.services.access import Right

MINE = 100
"""How many of one's own are listed."""

router = Router(tags=["approvals"])


class ApproveIn(Body):
    """The word that approves."""

    hash: Hash = Field(description="of the plan that was read")
    note: Text = Field("", examples=["Read with the night shift."])


class ApprovalOut(Schema):
    """What was asked for."""

    plan: int
    hash: str = Field(description="of the plan that is to be approved")
    cluster: str
    kind: str
    target: str
    state: str
    asked_by: str
    reason: str
    expires: str = Field(description="when it lapses")
    approved_by: list[str]


class Approvals(Schema):
    """What waits for the token's owner, soonest to lapse first, and what its owner asked for, newest first."""

    waiting: list[ApprovalOut]
    mine: list[ApprovalOut]


@router.get("/approvals", response=Approvals, operation_id="list_approvals", summary="What waits for an approval")
def index(request: HttpRequest) -> Approvals:
    """What the owner of the token can approve and has not, and what they asked for."""
    token = token_of(request)
    seen = set(tokens.visible_clusters(token).values_list("pk", flat=True))
    waiting, mine = approval_lists.waiting_for(token.owner), approval_lists.mine(token.owner, MINE)
    return Approvals(
        waiting=[_out(one) for one in waiting if one.plan.cluster_id in seen],
        mine=[_out(one) for one in mine if one.plan.cluster_id in seen],
    )


@router.post("/plans/{number}/ask", response=PlanOut, operation_id="ask_approval", summary="Ask for an approval")
def ask(request: HttpRequest, number: Number, body: WhyIn, key: Key) -> PlanOut:
    """Asked again, the approval that stands."""
    token, record = _admitted(request, number, "operate")
    act(token, key, "ask", number, body, lambda actor: approvals.ask(record, actor, body.reason))
    return plan_out(plans.fresh(record.pk))


@router.post("/plans/{number}/approve", response=PlanOut, operation_id="approve_plan", summary="Approve a plan")
def approve(request: HttpRequest, number: Number, body: ApproveIn, key: Key) -> PlanOut:
    """Nobody approves what they asked for themselves, by whichever token."""
    token, record = _admitted(request, number, "approve")
    act(token, key, "approve", number, body, lambda a: approvals.approve(_asked(record), a, body.hash, body.note))
    return plan_out(plans.fresh(record.pk))


@router.post("/plans/{number}/deny", response=PlanOut, operation_id="deny_plan", summary="Deny a plan")
def deny(request: HttpRequest, number: Number, body: WhyIn, key: Key) -> PlanOut:
    """That ends the request, approved or not, unless it was started."""
    token, record = _admitted(request, number, "approve")
    act(token, key, "deny", number, body, lambda actor: approvals.deny(_asked(record), actor, body.reason))
    return plan_out(plans.fresh(record.pk))


@router.post(
    "/plans/{number}/withdraw", response=PlanOut, operation_id="withdraw_approval", summary="Take a request back"
)
def withdraw(request: HttpRequest, number: Number, body: WhyIn, key: Key) -> PlanOut:
    """It holds the cluster no longer."""
    token, record = _admitted(request, number, "operate")
    act(token, key, "withdraw", number, body, lambda actor: approvals.withdraw(_asked(record), actor, body.reason))
    return plan_out(plans.fresh(record.pk))


def _admitted(request: HttpRequest, number: int, right: Right) -> tuple[ApiToken, PlanRecord]:
    token = token_of(request)
    record = the_plan(token, number)
    tokens.require(token, right, record.cluster, record.kind)
    return token, record


def _asked(record: PlanRecord) -> Approval:
    """The approval that was asked for the plan. Raises `Refusal` when there is none."""
    found = approvals.of(record)
    if found is None:
        text = f"Nobody has asked for an approval of plan {record.pk}."
        raise Refusal.of(text, "GET /api/v1/approvals lists what waits.", key="approval.none")
    return found


def _out(row: Approval) -> ApprovalOut:
    plan = row.plan
    return ApprovalOut(
        plan=plan.pk,
        hash=row.plan_hash,
        cluster=plan.cluster.name,
        kind=plan.kind,
        target=plan.target,
        state=row.state,
        asked_by=row.requested_by_name,
        reason=row.reason,
        expires=row.expires_at.isoformat(),
        approved_by=[vote.by_name for vote in row.votes.all()],
    )
