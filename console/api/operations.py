"""Operations: which there were, how one stands, and its journal by numbers."""

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router

from console.api.auth import token_of
from console.api.fields import BIGGEST, After, Before, Limit, Lines, NameFilter, Number
from console.api.shapes import Journal, JournalLineOut, OperationBrief, OperationOut, Operations
from console.models import ApiToken, JournalLine, Operation
from console.services import record, tokens

A_STATUS = "^(|" + "|".join(Operation.Status.values) + ")$"
Status = Annotated[str, Query(pattern=A_STATUS, description="Only of this status.")]

router = Router(tags=["operations"])


@router.get("/operations", response=Operations, operation_id="list_operations", summary="Which operations there were")
def index(
    request: HttpRequest, limit: Limit = 50, before: Before = BIGGEST, cluster: NameFilter = "", status: Status = ""
) -> Operations:
    """Newest first."""
    found = _visible(token_of(request)).filter(pk__lt=before).order_by("-pk")
    found = found.filter(cluster__name__iexact=cluster) if cluster else found
    rows = list((found.filter(status=status) if status else found)[: limit + 1])
    items = [OperationBrief(**_brief(row)) for row in rows[:limit]]
    return Operations(items=items, next=items[-1].id if len(rows) > limit else None)


@router.get(
    "/operations/{number}", response=OperationOut, operation_id="get_operation", summary="How an operation stands"
)
def detail(request: HttpRequest, number: Number) -> OperationOut:
    """One operation as it stands."""
    return operation_out(the_operation(token_of(request), number))


@router.get(
    "/operations/{number}/journal", response=Journal, operation_id="get_journal", summary="What happened, by numbers"
)
def journal(request: HttpRequest, number: Number, after: After = 0, limit: Lines = 200) -> Journal:
    """Lines in order. To follow an operation, ask again with `next` for `after` until `over`."""
    operation = the_operation(token_of(request), number)
    found = JournalLine.objects.filter(operation=operation, seq__gt=after).order_by("seq")[:limit]
    items = [JournalLineOut(seq=i.seq, at=i.at, kind=i.kind, step=i.step, text=i.text) for i in found]
    last = items[-1].seq if items else after
    return Journal(items=items, next=last, over=operation.status in Operation.ENDED and last >= operation.last_seq)


@router.get(
    "/operations/{number}/record",
    response=dict[str, Any],
    operation_id="get_record",
    summary="Everything about it, with what the audit vouches for",
)
def its_record(request: HttpRequest, number: Number) -> dict[str, Any]:
    """The data of its record, as they stand in the file that verifies by itself."""
    return record.document(the_operation(token_of(request), number))


def the_operation(token: ApiToken, number: int) -> Operation:
    """The operation of that number within the token's bounds. Raises `Http404`, the same for one beyond them."""
    found = _visible(token).filter(pk=number).first()
    if found is None:
        raise Http404("There is no such operation.")
    return found


def operation_out(row: Operation) -> OperationOut:
    """The operation as programs see it."""
    return OperationOut(
        **_brief(row),
        plan=row.plan_id,
        reason=row.reason,
        ticket=row.ticket,
        started_at=row.started_at,
        current_step=row.current_step,
        steps_done=row.steps_done,
        steps_total=row.steps_total,
        summary=row.ending_summary,
        remedy=row.ending_remedy,
        todo=row.todo,
        outage_started_at=row.outage_started_at,
        outage_ended_at=row.outage_ended_at,
        automatic=row.automatic,
        needs_acknowledgement=row.needs_acknowledgement,
        last_line=row.last_seq,
    )


def _brief(row: Operation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "cluster": row.cluster.name,
        "kind": row.kind,
        "source": row.source,
        "target": row.target,
        "status": row.status,
        "requested_by": row.requested_by_name,
        "confirmed_at": row.confirmed_at,
        "ended_at": row.ended_at,
    }


def _visible(token: ApiToken) -> QuerySet[Operation]:
    return Operation.objects.select_related("cluster").filter(cluster__in=tokens.visible_clusters(token))
