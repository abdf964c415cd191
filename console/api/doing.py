"""What is done about an operation: stopped, carried on, acknowledged, given its ticket."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from console.api.acting import Body, MaybeWhyIn, NoteIn, act
from console.api.auth import token_of
from console.api.fields import Key, Line, Number, Text
from console.api.operations import operation_out, the_operation
from console.api.plans import begun
from console.api.shapes import OperationOut
from console.models import Operation
from console.services import continuing, operations, reasons, tokens
from console.services.audit import Actor
from console.services.continuing import Choice

A_CHOICE = "^(" + "|".join(choice.value for choice in Choice) + ")$"

router = Router(tags=["operations"])


class CarryOnIn(Body):
    """How an operation that ended half-way goes on."""

    choice: str = Field(
        pattern=A_CHOICE,
        description="retry: again from the failed step; skip: without it; of what is uncertain, happened or again",
        examples=["retry"],
    )
    reason: Text = Field("", description="why; all but retry ask for it", examples=["The service was started by hand."])


class TicketIn(Body):
    """Which change or incident it belongs to."""

    ticket: Line = Field(min_length=1, examples=["CHG0012345"])


class Offers(Schema):
    """The ways in which an operation that ended half-way can go on; none where there is nothing to be carried on."""

    class Offer(Schema):
        """One of them."""

        choice: str
        step: str = Field(description="the key of the step that it is about; empty: none")
        title: str
        meaning: str = Field(description="what leaving the step out comes to")
        refusal: dict[str, Any] | None = Field(description="why it is not open now: headline and reasons")

    items: list[Offer]


@router.get("/operations/{number}/offers", response=Offers, operation_id="list_offers", summary="How it can go on")
def offers(request: HttpRequest, number: Number) -> Offers:
    """What may be sent to `carry-on`."""
    found = continuing.offers(the_operation(token_of(request), number))
    return Offers(items=[_offer(one) for one in found])


@router.post(
    "/operations/{number}/stop", response=OperationOut, operation_id="stop_operation", summary="Ask it to stop"
)
def stop(request: HttpRequest, number: Number, body: MaybeWhyIn, key: Key) -> OperationOut:
    """It stops at its next safe point; one that no worker has begun stops at once. Asking again changes nothing."""
    return _done(request, number, key, "stop", body, lambda row, a: operations.request_stop(row, a, body.reason))


@router.post(
    "/operations/{number}/carry-on",
    response={202: OperationOut},
    operation_id="carry_on_operation",
    summary="Have it carried on, in its own record",
)
def carry_on(request: HttpRequest, number: Number, body: CarryOnIn, key: Key) -> Status[OperationOut]:
    """Which choices are open is told by its `offers`."""
    choice = Choice(body.choice)
    _done(request, number, key, "carry-on", body, lambda row, a: continuing.carry_on(row, choice, a, body.reason))
    return begun(Operation.objects.get(pk=number))


@router.post(
    "/operations/{number}/acknowledge",
    response=OperationOut,
    operation_id="acknowledge_operation",
    summary="Take note of how it ended",
)
def acknowledge(request: HttpRequest, number: Number, body: NoteIn, key: Key) -> OperationOut:
    """An uncertain one lets its cluster go by this, and asks for an observation that is younger than its end."""
    return _done(request, number, key, "acknowledge", body, lambda row, a: operations.acknowledge(row, a, body.note))


@router.post(
    "/operations/{number}/ticket",
    response=OperationOut,
    operation_id="give_ticket",
    summary="Say which change or incident it belongs to",
)
def ticket(request: HttpRequest, number: Number, body: TicketIn, key: Key) -> OperationOut:
    """During it or afterwards; the same one changes nothing."""
    return _done(request, number, key, "ticket", body, lambda row, a: reasons.give_ticket(row, a, body.ticket))


def _offer(one: continuing.Offer) -> Offers.Offer:
    return Offers.Offer(
        choice=one.choice.value,
        step=one.step.key if one.step else "",
        title=one.step.title if one.step else "",
        meaning=one.meaning,
        refusal=one.refusal.to_json() if one.refusal else None,
    )


def _done(
    request: HttpRequest, number: int, key: str, what: str, body: Body, do: Callable[[Operation, Actor], Operation]
) -> OperationOut:
    """The operation as it stands once that is done, by who may operate its cluster."""
    token = token_of(request)
    row = the_operation(token, number)
    tokens.require(token, "operate", row.cluster, row.kind)
    act(token, key, what, number, body, lambda actor: do(row, actor))
    return operation_out(the_operation(token, number))
