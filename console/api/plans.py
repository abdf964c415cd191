"""Plans: listed, looked at, confirmed; by the same services, and so by the same rules, as the pages."""

from functools import partial
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Status

from console.api.acting import Body, act
from console.api.auth import token_of
from console.api.fields import BIGGEST, Before, Hash, Key, Limit, Line, NameFilter, Number, Page, Search, Text
from console.api.operations import operation_out
from console.api.pages import link_next
from console.api.shapes import Mailboxes, OperationOut, PlanBrief, PlanOut, Plans
from console.domain.checks import Refusal
from console.domain.plan import Plan
from console.models import ApiToken, Operation, PlanRecord
from console.services import approval_standing, confirm, mailbox_slices, plans, reasons, tokens
from console.services.audit import Actor

A_STATE = "^(|" + "|".join(PlanRecord.State.values) + ")$"
State = Annotated[str, Query(pattern=A_STATE, description="Only of this state.")]

router = Router(tags=["plans"])


class ConfirmIn(Body):
    """The word that starts an operation."""

    hash: Hash = Field(description="of the plan that was looked at")
    reason: Text = Field(min_length=1, description="why, for the history and the audit", examples=["Maintenance."])
    typed: Line = ""
    sentence: Line = ""
    ticket: Line = Field("", description="the change or incident, where the cluster asks for one")
    accepted: list[Line] = Field(default_factory=list, max_length=200)


class OverrideIn(ConfirmIn):
    """The word that starts one in an emergency."""

    emergency: Line = Field(min_length=1, description="the sentence", examples=["TOKYO cannot wait for an approval"])


@router.get("/plans", response=Plans, operation_id="list_plans", summary="Which plans there were")
def index(
    request: HttpRequest,
    response: HttpResponse,
    limit: Limit = 50,
    before: Before = BIGGEST,
    cluster: NameFilter = "",
    state: State = "",
) -> Plans:
    """Newest first."""
    found = PlanRecord.objects.select_related("cluster").filter(cluster__in=tokens.visible_clusters(token_of(request)))
    found = found.filter(cluster__name__iexact=cluster) if cluster else found
    found = found.filter(state=state) if state else found
    rows = list(found.filter(pk__lt=before).order_by("-pk").defer("body")[: limit + 1])
    items = [PlanBrief(**plan_brief(row)) for row in rows[:limit]]
    following = items[-1].id if len(rows) > limit else None
    link_next(request, response, "before", following)
    return Plans(items=items, next=following)


@router.get("/plans/{number}", response=PlanOut, operation_id="get_plan", summary="How a plan stands")
def detail(request: HttpRequest, number: Number) -> PlanOut:
    """The plan with every step, command and change, once it is ready."""
    return plan_out(plans.fresh(the_plan(token_of(request), number).pk))


@router.get(
    "/plans/{number}/mailboxes",
    response=Mailboxes,
    operation_id="list_plan_mailboxes",
    summary="Which mailboxes a plan changes",
)
def mailboxes(
    request: HttpRequest, response: HttpResponse, number: Number, page: Page = 1, text: Search = ""
) -> Mailboxes:
    """Fifty at a time, as they were when the plan was made; `text` stands in the name."""
    found = mailbox_slices.mailbox_page(the_plan(token_of(request), number), text, page)
    following = found.number + 1 if found.number < found.pages else None
    link_next(request, response, "page", following)
    items = [
        Mailboxes.Mailbox(guid=guid, dn=dn, changes=[list(one) for one in changes]) for guid, dn, changes in found.rows
    ]
    return Mailboxes(items=items, total=found.total, next=following)


@router.post(
    "/plans/{number}/confirm",
    response={202: OperationOut},
    operation_id="confirm_plan",
    summary="Start what a plan says",
)
def start(request: HttpRequest, number: Number, body: ConfirmIn, key: Key) -> Status[OperationOut]:
    """The operation that carries the plan out; a plan starts one operation, however often it is confirmed."""
    token = token_of(request)
    record = the_plan(token, number)
    tokens.require(token, "operate", record.cluster, record.kind)
    return begun(act(token, key, "confirm", number, body, partial(_confirm, record, body)))


@router.post(
    "/plans/{number}/override",
    response={202: OperationOut},
    operation_id="override_plan",
    summary="Start a plan in an emergency, without the approval that it needs",
)
def override(request: HttpRequest, number: Number, body: OverrideIn, key: Key) -> Status[OperationOut]:
    """It raises an alarm that another person has to acknowledge. Takes a token that was made for everything."""
    token = token_of(request)
    record = the_plan(token, number)
    tokens.require(token, "operate", record.cluster, record.kind)
    tokens.require_emergency(token)
    return begun(act(token, key, "override", number, body, partial(_confirm, record, body)))


def begun(made: Operation) -> Status[OperationOut]:
    """The answer that an operation waits for its worker, as it stands now."""
    return Status(202, operation_out(Operation.objects.select_related("cluster").get(pk=made.pk)))


def the_plan(token: ApiToken, number: int) -> PlanRecord:
    """The plan of that number within the token's bounds. Raises `Http404`, the same for one beyond them."""
    seen = tokens.visible_clusters(token)
    found = PlanRecord.objects.select_related("cluster__site").filter(pk=number, cluster__in=seen).first()
    if found is None:
        raise Http404("There is no such plan.")
    return found


def plan_brief(record: PlanRecord) -> dict[str, Any]:
    """The fields of a plan in a list."""
    return {
        "id": record.pk,
        "cluster": record.cluster.name,
        "kind": record.kind,
        "target": record.target,
        "state": record.state,
        "hash": record.hash,
        "created_at": record.created_at,
        "created_by": record.created_by_name,
        "expires_at": record.expires_at,
    }


def plan_out(record: PlanRecord) -> PlanOut:
    """The plan as programs see it. Raises `Refusal` when it is not what was made."""
    plan = plans.of(record) if record.state == PlanRecord.State.READY else None
    return PlanOut(
        **plan_brief(record),
        undoes=record.undoes_id,
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
            sentence=confirm.sentence_of(plan),
            accept=[check.key for check in plan.unknowns],
            reason_length=asked.length,
            tickets=list(asked.tickets),
        ),
    }


def _confirm(record: PlanRecord, body: ConfirmIn, actor: Actor) -> Operation:
    if record.state == PlanRecord.State.READY and body.hash != record.hash:
        text = f"Plan {record.pk} is not the one that was looked at: its hash is another one."
        raise Refusal.of(text, "Read the plan again, and confirm what it says.", key="confirm.hash")
    return confirm.confirm(
        record,
        actor,
        body.reason,
        typed=body.typed,
        accepted=body.accepted,
        sentence=body.sentence,
        ticket=body.ticket,
        emergency=body.emergency if isinstance(body, OverrideIn) else None,
    )
