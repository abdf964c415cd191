"""Plans: asked for, looked at, confirmed; by the same services, and so by the same rules, as the pages."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status

from console.api.auth import token_of
from console.api.clusters import the_cluster
from console.api.fields import A_KIND, ClusterName, Key, Line, Number, Text
from console.api.operations import operation_out
from console.api.shapes import OperationOut, PlanOut
from console.domain.checks import Refusal
from console.domain.plan import Plan
from console.models import ApiToken, Operation, PlanRecord
from console.services import approval_standing, operations, plans, reasons, tokens
from console.services.api_once import once
from console.services.confirm import sentence_of

router = Router(tags=["plans"])


class PlanIn(Schema):
    """What is to be planned."""

    model_config = {"extra": "forbid"}

    kind: str = Field(pattern=A_KIND, description="failover, failback, takeover or directory-switch")
    target: Line = Field("", description="a node's name; empty: the one that the kind leads to by design")


class ConfirmIn(Schema):
    """The word that starts an operation."""

    model_config = {"extra": "forbid"}

    hash: str = Field(pattern="^[0-9a-f]{64}$", description="of the plan that was looked at")
    reason: Text = Field(min_length=1, description="why, for the history and the audit")
    typed: Line = ""
    sentence: Line = ""
    ticket: Line = Field("", description="the change or incident, where the cluster asks for one")
    accepted: list[Line] = Field(default_factory=list, max_length=200)


@router.post(
    "/clusters/{name}/plans",
    response={202: PlanOut},
    operation_id="prepare_plan",
    summary="Have a plan prepared",
)
def prepare(request: HttpRequest, name: ClusterName, body: PlanIn, key: Key) -> Status[PlanOut]:
    """A worker of the cluster's site prepares it; ask for the plan until its state is no longer `preparing`."""
    token = token_of(request)
    cluster = the_cluster(token, name)
    tokens.require(token, "operate", cluster, body.kind)
    actor = tokens.actor_of(token)
    asked = {"what": "plan", "cluster": cluster.pk, **body.model_dump()}
    made = once(token, key, asked, lambda: plans.prepare(cluster, body.kind, body.target, actor))
    return Status(202, plan_out(plans.fresh(made.pk)))


@router.get("/plans/{number}", response=PlanOut, operation_id="get_plan", summary="How a plan stands")
def detail(request: HttpRequest, number: Number) -> PlanOut:
    """The plan with every step, command and change, once it is ready."""
    return plan_out(plans.fresh(the_plan(token_of(request), number).pk))


@router.post(
    "/plans/{number}/confirm",
    response={202: OperationOut},
    operation_id="confirm_plan",
    summary="Start what a plan says",
)
def confirm(request: HttpRequest, number: Number, body: ConfirmIn, key: Key) -> Status[OperationOut]:
    """The operation that carries the plan out; a plan starts one operation, however often it is confirmed."""
    token = token_of(request)
    record = the_plan(token, number)
    tokens.require(token, "operate", record.cluster, record.kind)
    made = once(
        token, key, {"what": "confirm", "plan": record.pk, **body.model_dump()}, lambda: _confirm(token, record, body)
    )
    return Status(202, operation_out(Operation.objects.select_related("cluster").get(pk=made.pk)))


def the_plan(token: ApiToken, number: int) -> PlanRecord:
    """The plan of that number within the token's bounds. Raises `Http404`, the same for one beyond them."""
    seen = tokens.visible_clusters(token)
    found = PlanRecord.objects.select_related("cluster__site").filter(pk=number, cluster__in=seen).first()
    if found is None:
        raise Http404("There is no such plan.")
    return found


def plan_out(record: PlanRecord) -> PlanOut:
    """The plan as programs see it. Raises `Refusal` when it is not what was made."""
    plan = plans.of(record) if record.state == PlanRecord.State.READY else None
    return PlanOut(
        id=record.pk,
        cluster=record.cluster.name,
        kind=record.kind,
        target=record.target,
        state=record.state,
        hash=record.hash,
        created_at=record.created_at,
        created_by=record.created_by_name,
        expires_at=record.expires_at,
        refusal=record.refusal,
        error=record.error,
        operation=Operation.objects.filter(plan=record).values_list("pk", flat=True).first(),
        approval=approval_standing.as_json(record),
        **(_ready(plan, reasons.asked(record.cluster, record.kind)) if plan else NOT_READY),
    )


NOT_READY: dict[str, Any] = {"steps": [], "checks": [], "notes": [], "mailboxes": 0, "confirm": None}


def _ready(plan: Plan, asked: reasons.Asked) -> dict[str, Any]:
    raw = plan.to_json()
    told = ("key", "title", "phase", "commands", "changes", "within", "undo", "no_return", "safe_point")
    return {
        "steps": [{name: step[name] for name in told} for step in raw["steps"]],
        "checks": raw["checks"],
        "notes": raw["notes"],
        "mailboxes": plan.membership.changing,
        "confirm": PlanOut.Ask(
            typed=plan.cluster if plan.typed_confirmation else "",
            sentence=sentence_of(plan),
            accept=[check.key for check in plan.unknowns],
            reason_length=asked.length,
            tickets=list(asked.tickets),
        ),
    }


def _confirm(token: ApiToken, record: PlanRecord, body: ConfirmIn) -> Operation:
    if record.state == PlanRecord.State.READY and body.hash != record.hash:
        text = f"Plan {record.pk} is not the one that was looked at: its hash is another one."
        raise Refusal.of(text, "Read the plan again, and confirm what it says.", key="confirm.hash")
    return operations.confirm(
        record,
        tokens.actor_of(token),
        body.reason,
        typed=body.typed,
        accepted=body.accepted,
        sentence=body.sentence,
        ticket=body.ticket,
    )
