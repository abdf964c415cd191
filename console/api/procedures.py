"""Set-up procedures: which there are, how one stands, and what people answer to it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status

from console.api.acting import Body, StepWordIn, WhyIn, act
from console.api.auth import token_of
from console.api.clusters import the_cluster
from console.api.fields import ClusterName, Key, Line, Name, Number, Text
from console.api.operations import operation_out, the_operation
from console.api.shapes import OperationOut
from console.domain.checks import Refusal
from console.domain.procedures.kinds import KINDS, is_procedure
from console.models import ApiToken, Operation, ProcedureProof
from console.services import access, procedures, proving, setup, tokens
from console.services.audit import Actor

router = Router(tags=["procedures"])


class AcceptIn(StepWordIn):
    """A person's word that a step is taken unproved."""

    typed: Line = Field(min_length=1, description="the cluster's name", examples=["TOKYO"])


class HandOverIn(Body):
    """To whom, and what that person should know."""

    to: Line = Field(min_length=1, description="an account's name", examples=["olga"])
    note: Text = Field(min_length=1, examples=["The disc is in the drive of TOK-EX2."])


class ProcedureBrief(Schema):
    """A procedure that fits the cluster."""

    key: str
    title: str
    kind: str = Field(description="the kind of operation that carries it out, to have a plan prepared by")
    under_way: int | None = Field(description="the number of the operation that carries it out now, or rests")


class Procedures(Schema):
    """The procedures of a cluster's generation of Exchange."""

    items: list[ProcedureBrief]


class ProofOut(Schema):
    """How every step stood when it was last read."""

    procedure: str
    asked_at: datetime
    asked_by: str
    open: bool = Field(description="whether a worker still has to read, or reads")
    proved_at: datetime | None = Field(description="when `checks` were read")
    checks: list[dict[str, Any]]
    error: dict[str, Any] | None = Field(description="message and remedy, when it could not be read")


class BoardOut(Schema):
    """A procedure under way, or one that has ended."""

    class Row(Schema):
        """A step and how it stands."""

        key: str
        title: str
        mode: str = Field(description="who does it, and how it is told")
        nodes: list[str]
        state: str
        verdict: str = Field(description="how the last look found what is not proved")
        evidence: str
        at: datetime | None
        who: str
        cite: str

    operation: int
    procedure: str
    rows: list[Row]
    next: list[str] = Field(description="the keys of what is to be done now")
    who: str = Field(description="who must do it")
    what: str
    remedy: str


@router.get(
    "/clusters/{name}/procedures",
    response=Procedures,
    operation_id="list_procedures",
    summary="Which set-up procedures fit a cluster",
)
def index(request: HttpRequest, name: ClusterName) -> Procedures:
    """Those of its generation of Exchange; none where the guide is not about its product."""
    cluster = the_cluster(token_of(request), name)
    going = setup.under_way(cluster)
    open_now = {going.kind: going.pk} if going else {}
    items = [
        ProcedureBrief(key=one.key, title=one.title, kind=KINDS[one.key], under_way=open_now.get(KINDS[one.key]))
        for one in procedures.fitting(cluster)
    ]
    return Procedures(items=items)


@router.get(
    "/clusters/{name}/procedures/{procedure}/proof",
    response=ProofOut,
    operation_id="get_proof",
    summary="How its steps stood when they were last proved",
)
def proof(request: HttpRequest, name: ClusterName, procedure: Name) -> ProofOut:
    """With `preparation`: how the nodes stand that are to be reached."""
    cluster = the_cluster(token_of(request), name)
    found = proving.fresh(cluster, procedure)
    if found is None:
        raise Http404("Nobody has had that proved.")
    return proof_out(found)


@router.post(
    "/clusters/{name}/procedures/{procedure}/proof",
    response={202: ProofOut},
    operation_id="prove_procedure",
    summary="Have every step proved, now",
)
def prove(request: HttpRequest, name: ClusterName, procedure: Name, key: Key) -> Status[ProofOut]:
    """A worker reads and changes nothing; it takes no more than the right to see."""
    token = token_of(request)
    cluster = the_cluster(token, name)
    about = [cluster.pk, procedure]
    made = act(token, key, "prove", about, None, lambda actor: proving.ask(cluster, procedure, actor))
    return Status(202, proof_out(ProcedureProof.objects.get(pk=made.pk)))


@router.get(
    "/operations/{number}/board",
    response=BoardOut,
    operation_id="get_board",
    summary="How a procedure stands, by steps",
)
def board(request: HttpRequest, number: Number) -> BoardOut:
    """Every step with its evidence, and what is to be done now by whom."""
    found = setup.board(the_procedure(token_of(request), number))
    return BoardOut(
        operation=found.operation.pk,
        procedure=found.procedure.key,
        rows=[_row(row) for row in found.rows],
        next=[row.key for row in found.next],
        who=found.who,
        what=found.what,
        remedy=found.remedy,
    )


@router.post("/operations/{number}/pause", response=OperationOut, operation_id="pause_procedure", summary="Let it rest")
def pause(request: HttpRequest, number: Number, body: WhyIn, key: Key) -> OperationOut:
    """Until somebody resumes it: at once, or before the next step of the worker that has it."""
    return _done(request, number, key, "pause", body, lambda row, actor: setup.pause(row, actor, body.reason))


@router.post(
    "/operations/{number}/resume", response=OperationOut, operation_id="resume_procedure", summary="Let it go on"
)
def resume(request: HttpRequest, number: Number, key: Key) -> OperationOut:
    """What was done is proved anew first."""
    return _done(request, number, key, "resume", None, setup.resume)


@router.post(
    "/operations/{number}/check-again", response=OperationOut, operation_id="check_again", summary="Look again, now"
)
def check_again(request: HttpRequest, number: Number, key: Key) -> OperationOut:
    """And go on as far as it gets."""
    return _done(request, number, key, "check-again", None, setup.check_again)


@router.post(
    "/operations/{number}/say", response=OperationOut, operation_id="say_step", summary="Give one's word for a step"
)
def say(request: HttpRequest, number: Number, body: StepWordIn, key: Key) -> OperationOut:
    """For a step that nothing else can tell of."""
    return _done(request, number, key, "say", body, lambda row, a: setup.confirm_step(row, body.step, a, body.said))


@router.post(
    "/operations/{number}/accept", response=OperationOut, operation_id="accept_step", summary="Take a step unproved"
)
def accept(request: HttpRequest, number: Number, body: AcceptIn, key: Key) -> OperationOut:
    """Of which the console cannot tell; it stays unproved, by that word."""
    return _done(
        request,
        number,
        key,
        "accept",
        body,
        lambda row, actor: setup.accept_unknown(row, body.step, actor, body.said, body.typed),
    )


@router.post(
    "/operations/{number}/hand-over",
    response=OperationOut,
    operation_id="hand_over",
    summary="Hand it to another person",
)
def hand_over(request: HttpRequest, number: Number, body: HandOverIn, key: Key) -> OperationOut:
    """Somebody who may operate the cluster too."""
    token = token_of(request)
    operation = the_procedure(token, number)
    tokens.require(token, "operate", operation.cluster, operation.kind)
    could = access.people_who_may("operate", operation.cluster, operation.kind)
    to = could.filter(username__iexact=body.to).first()
    if to is None:
        text = f"Nobody called {body.to} may operate {operation.cluster.name}."
        raise Refusal.of(text, "Name somebody who may, or have the role given first.", key="setup.person")
    return _done(request, number, key, "hand-over", body, lambda row, a: setup.hand_over(row, to, a, body.note))


@router.post(
    "/operations/{number}/give-up", response=OperationOut, operation_id="give_up", summary="End a procedure where it is"
)
def give_up(request: HttpRequest, number: Number, body: WhyIn, key: Key) -> OperationOut:
    """What was done stays done, and the cluster is free."""
    return _done(request, number, key, "give-up", body, lambda row, actor: setup.give_up(row, actor, body.reason))


def the_procedure(token: ApiToken, number: int) -> Operation:
    """The procedure of that operation's number. Raises `Http404`."""
    found = the_operation(token, number)
    if not is_procedure(found.kind):
        raise Http404("That operation carries out no set-up procedure.")
    return found


def proof_out(row: ProcedureProof) -> ProofOut:
    """The proof as programs see it."""
    return ProofOut(
        procedure=row.procedure,
        asked_at=row.asked_at,
        asked_by=row.asked_by_name,
        open=row.open,
        proved_at=row.proved_at,
        checks=row.checks,
        error=row.error,
    )


def _row(row: setup.BoardRow) -> BoardOut.Row:
    step = row.step
    told = {name: getattr(row, name) for name in ("key", "state", "verdict", "evidence", "at", "who", "cite")}
    return BoardOut.Row(title=step.title, mode=step.mode.value, nodes=list(row.nodes), **told)


def _done(
    request: HttpRequest,
    number: int,
    key: str,
    what: str,
    body: Body | None,
    do: Callable[[Operation, Actor], Operation],
) -> OperationOut:
    """The procedure as it stands once that is done, by who may operate its cluster."""
    token = token_of(request)
    row = the_procedure(token, number)
    tokens.require(token, "operate", row.cluster, row.kind)
    act(token, key, what, number, body, lambda actor: do(row, actor))
    return operation_out(the_operation(token, number))
