"""Names and addresses that are locked after too many failed sign-ins, by who administers."""

from datetime import datetime
from enum import StrEnum

from django.http import HttpRequest
from ninja import Field, Router, Schema

from console.api.acting import MaybeWhyIn, act
from console.api.channels import administering
from console.api.fields import PRINTABLE, Key
from console.models import ApiToken
from console.services import audit_reads, sign_in_failures, tokens
from console.services.audit import Actor
from console.services.audit_reads import SensitivePage

router = Router(tags=["people"])


class What(StrEnum):
    """What may be locked."""

    ACCOUNT = "account"
    ADDRESS = "address"


class UnlockIn(MaybeWhyIn):
    """What may try again."""

    what: What = Field(examples=["address"])
    key: str = Field(
        min_length=1,
        max_length=255,
        pattern=PRINTABLE,
        description="the account's name, or the address",
        examples=["192.0.2.7"],
    )


class Lock(Schema):
    """What is locked now."""

    what: What
    key: str = Field(description="the account's name as it was typed, in small letters, or the address")
    failures: int
    until: datetime


class Locks(Schema):
    """Everything that is locked now."""

    items: list[Lock]


@router.get("/sign-in-locks", response=Locks, operation_id="list_locks", summary="What is locked")
def index(request: HttpRequest) -> Locks:
    """After too many failed sign-ins. That it was read is on record."""
    actor = tokens.actor_of(administering(request))
    audit_reads.note(SensitivePage.SIGN_INS, actor, {"address": request.path})
    return _locks()


@router.post("/sign-in-locks/unlock", response=Locks, operation_id="unlock_sign_in", summary="Let something try again")
def unlock(request: HttpRequest, body: UnlockIn, key: Key) -> Locks:
    """A name or an address; what is not locked stays so. The answer is what is still locked."""
    token = administering(request)

    def do(actor: Actor) -> ApiToken:
        sign_in_failures.unlock(body.what, body.key, actor, body.reason)
        return token

    act(token, key, "unlock sign-in", "", body, do)
    return _locks()


def _locks() -> Locks:
    rows = sign_in_failures.locked()
    return Locks(
        items=[
            Lock(what=What(row.kind), key=row.key, failures=row.failures, until=row.locked_until)
            for row in rows
            if row.locked_until is not None
        ]
    )
