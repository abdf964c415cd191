"""Operations: which there were, how one stands, and its journal by numbers."""

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router

from console.api.auth import token_of
from console.api.fields import (
    BIGGEST,
    FAR_AHEAD,
    LONG_AGO,
    After,
    Before,
    BeforeLine,
    Limit,
    Lines,
    NameFilter,
    Number,
    Since,
    Until,
    Word,
    within,
)
from console.api.pages import link_next
from console.api.shapes import Journal, JournalLineOut, OperationBrief, OperationOut, Operations
from console.domain.progress import KINDS as LINE_KINDS
from console.models import ApiToken, Operation
from console.models.operations import KINDS
from console.services import record, tokens
from console.services.journal_filter import JournalFilter

A_STATUS = "^(|" + "|".join(Operation.Status.values) + ")$"
A_KIND = "^(|" + "|".join(KINDS) + ")$"
A_LINE = "^(|" + "|".join(LINE_KINDS) + ")$"
Status = Annotated[str, Query(pattern=A_STATUS, description="Only of this status.")]
Kind = Annotated[str, Query(pattern=A_KIND, description="Only of this kind.")]
Tail = Annotated[bool, Query(description="The last lines that fit instead of the first.")]
LineKind = Annotated[str, Query(pattern=A_LINE, description="Only lines of this kind.")]

router = Router(tags=["operations"])


@router.get("/operations", response=Operations, operation_id="list_operations", summary="Which operations there were")
def index(
    request: HttpRequest,
    response: HttpResponse,
    limit: Limit = 50,
    before: Before = BIGGEST,
    cluster: NameFilter = "",
    status: Status = "",
    kind: Kind = "",
    who: Word = "",
    ticket: Word = "",
    since: Since = LONG_AGO,
    until: Until = FAR_AHEAD,
) -> Operations:
    """Newest first; everything that is given must hold. `since` and `until` are about when it was confirmed."""
    conditions = {
        "cluster__name__iexact": cluster,
        "status": status,
        "kind": kind,
        "requested_by_name__iexact": who,
        "ticket__iexact": ticket,
        "confirmed_at__gte": within(since),
        "confirmed_at__lt": within(until),
    }
    found = _visible(token_of(request)).filter(pk__lt=before).order_by("-pk")
    rows = list(found.filter(**{name: value for name, value in conditions.items() if value})[: limit + 1])
    items = [OperationBrief(**_brief(row)) for row in rows[:limit]]
    following = items[-1].id if len(rows) > limit else None
    link_next(request, response, "before", following)
    return Operations(items=items, next=following)


@router.get(
    "/operations/{number}", response=OperationOut, operation_id="get_operation", summary="How an operation stands"
)
def detail(request: HttpRequest, number: Number) -> OperationOut:
    """One operation as it stands."""
    return operation_out(the_operation(token_of(request), number))


@router.get(
    "/operations/{number}/journal", response=Journal, operation_id="get_journal", summary="What happened, by numbers"
)
def journal(
    request: HttpRequest,
    response: HttpResponse,
    number: Number,
    after: After = 0,
    before: BeforeLine = BIGGEST,
    limit: Lines = 200,
    tail: Tail = False,
    text: Word = "",
    kind: LineKind = "",
    step: Word = "",
) -> Journal:
    """Lines in order. To follow an operation, ask again with `next` for `after` until `over`.

    `text` stands anywhere in a line, whatever its case; `tail` gives the last of the lines that fit, not the first.
    """
    operation = the_operation(token_of(request), number)
    ended = operation.status in Operation.ENDED  # read first: a line that comes in between is not missed
    lines = JournalFilter(text, kind, step).of(operation).filter(seq__gt=after, seq__lt=before)
    found = list(lines.order_by("-seq" if tail else "seq")[: limit + 1])
    more, found = len(found) > limit, sorted(found[:limit], key=lambda line: line.seq)
    items = [JournalLineOut(seq=i.seq, at=i.at, kind=i.kind, step=i.step, text=i.text) for i in found]
    last = items[-1].seq if items else after
    link_next(request, response, "after", last if more and not tail else None)
    return Journal(items=items, next=last, over=ended and (tail or not more))


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
