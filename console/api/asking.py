"""Having something prepared: a plan of any kind, which is then looked at and confirmed; and a diagnosis."""

from functools import partial

from django.http import HttpRequest
from ninja import Field, Router, Status

from console.api.acting import Body, MaybeWhyIn, act
from console.api.auth import token_of
from console.api.clusters import the_cluster
from console.api.fields import A_KIND, ClusterName, Key, Line, Number
from console.api.operations import the_operation
from console.api.plans import begun, plan_out, the_plan
from console.api.shapes import OperationOut, PlanOut
from console.domain.planner import REPAIR
from console.domain.planner.diagnosis import KIND as DIAGNOSE
from console.domain.procedures.kinds import PROCEDURES
from console.models import PlanRecord
from console.services import diagnosing, plans, setup, tokens, undoing
from console.services.audit import Actor

router = Router(tags=["plans"])


class PlanIn(Body):
    """What is to be planned."""

    kind: str = Field(pattern=A_KIND, description="a move, or a set-up procedure", examples=["failover"])
    target: Line = Field("", description="a node's name; empty: the one that the kind leads to by design")


class UndoIn(Body):
    """How much of an operation is to be taken back."""

    first: Line = Field("", description="the first step that is taken back; empty: all", examples=["stop"])


class RepairIn(Body):
    """What of a diagnosis is to be repaired."""

    codes: list[Line] = Field(
        default_factory=list,
        max_length=200,
        description="kinds of findings; empty: all that can be",
        examples=[["event-log.source"]],
    )
    source: Line = Field("", description="the folder on the nodes with Exchange's installation files")


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

    def ask(actor: Actor) -> PlanRecord:
        if body.kind in PROCEDURES and not body.target:
            return setup.prepare(cluster, PROCEDURES[body.kind], actor)
        return plans.prepare(cluster, body.kind, body.target, actor)

    return asked_for(act(token, key, "plan", cluster.pk, body, ask))


@router.post(
    "/operations/{number}/undo",
    response={202: PlanOut},
    operation_id="prepare_undo",
    summary="Have a plan prepared that takes an operation back",
)
def undo(request: HttpRequest, number: Number, body: UndoIn, key: Key) -> Status[PlanOut]:
    """It is shown and confirmed like any plan."""
    token = token_of(request)
    operation = the_operation(token, number)
    tokens.require(token, "operate", operation.cluster, undoing.KIND)
    made = act(token, key, "undo", number, body, lambda actor: plans.prepare_undo(operation, body.first, actor))
    return asked_for(made)


@router.post(
    "/clusters/{name}/repairs",
    response={202: PlanOut},
    operation_id="prepare_repair",
    summary="Have a plan prepared that repairs what a diagnosis found",
)
def repair(request: HttpRequest, name: ClusterName, body: RepairIn, key: Key) -> Status[PlanOut]:
    """It is shown and confirmed like any plan."""
    token = token_of(request)
    cluster = the_cluster(token, name)
    tokens.require(token, "operate", cluster, REPAIR)
    prepared = partial(plans.prepare_repair, cluster, body.codes, body.source)
    return asked_for(act(token, key, "repair", cluster.pk, body, prepared))


@router.post(
    "/plans/{number}/again", response={202: PlanOut}, operation_id="prepare_again", summary="Have a plan made again"
)
def again(request: HttpRequest, number: Number, key: Key) -> Status[PlanOut]:
    """Where an approval of it stands, the new one is held against what was approved."""
    token = token_of(request)
    record = the_plan(token, number)
    tokens.require(token, "operate", record.cluster, record.kind)
    return asked_for(act(token, key, "again", number, None, lambda actor: plans.prepare_again(record, actor)))


@router.post(
    "/clusters/{name}/diagnoses",
    response={202: OperationOut},
    operation_id="diagnose",
    summary="Have a cluster diagnosed",
)
def diagnose(request: HttpRequest, name: ClusterName, body: MaybeWhyIn, key: Key) -> Status[OperationOut]:
    """The operation that looks, which changes nothing and needs no plan; or the one that is under way."""
    token = token_of(request)
    cluster = the_cluster(token, name)
    tokens.require(token, "operate", cluster, DIAGNOSE)
    made = act(token, key, "diagnose", cluster.pk, body, lambda actor: diagnosing.ask(cluster, actor, body.reason))
    return begun(made)


def asked_for(made: PlanRecord) -> Status[PlanOut]:
    """The answer that a plan is being prepared, as it stands now."""
    return Status(202, plan_out(plans.fresh(made.pk)))
