"""Trying a credential where it is used."""

from datetime import datetime
from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Field, Path, Router, Schema, Status

from console.api.acting import Body, act
from console.api.auth import token_of
from console.api.fields import PRINTABLE, Key, Line
from console.models import ApiToken, Credential, CredentialTrial
from console.services import audit_reads, credential_trials, tokens
from console.services.audit_reads import SensitivePage

A_PLACE = "^(" + "|".join(CredentialTrial.Place.values) + ")$"
CredentialName = Annotated[str, Path(min_length=1, max_length=63, pattern=PRINTABLE)]

router = Router(tags=["inventory"])


class TrialIn(Body):
    """Where it is to be tried."""

    place: str = Field(pattern=A_PLACE, examples=["node"])
    name: Line = Field(min_length=1, examples=["TOK-EX1"])


class TrialOut(Schema):
    """A place that uses the credential, and what came of trying it there."""

    place: str
    name: str
    open: bool = Field(description="whether a worker still has to try it, or tries it")
    asked_at: datetime | None = Field(description="null: it was never tried there")
    ended_at: datetime | None
    good: bool | None
    said: str
    remedy: str


class Trials(Schema):
    """Every place that uses the credential."""

    items: list[TrialOut]


@router.get(
    "/credentials/{credential}/trials",
    response=Trials,
    operation_id="list_trials",
    summary="Where a credential is used, and how trying it went",
)
def index(request: HttpRequest, credential: CredentialName) -> Trials:
    """Takes the right to change the whole inventory; that it was read is on record."""
    token, row = _admitted(request, credential)
    audit_reads.note(SensitivePage.CREDENTIALS, tokens.actor_of(token), {"address": request.path})
    return _told(row)


@router.post(
    "/credentials/{credential}/trials",
    response={202: Trials},
    operation_id="try_credential",
    summary="Have a credential tried where it is used",
)
def ask(request: HttpRequest, credential: CredentialName, body: TrialIn, key: Key) -> Status[Trials]:
    """By a worker of that place's site. Nothing is changed there."""
    token, row = _admitted(request, credential)
    act(token, key, "try", row.pk, body, lambda actor: credential_trials.ask(row, body.place, body.name, actor))
    return Status(202, _told(row))


def _admitted(request: HttpRequest, name: str) -> tuple[ApiToken, Credential]:
    token = token_of(request)
    tokens.require_everywhere(token, "change-inventory")
    row = Credential.objects.filter(name__iexact=name).first()
    if row is None:
        raise Http404("There is no such credential.")
    return token, row


def _told(row: Credential) -> Trials:
    trials = {(trial.place, trial.name): trial for trial in row.trials.all()}
    places = [(one, trials.get((one.place, one.name))) for one in credential_trials.places(row)]
    return Trials(items=[_trial(one, trial) for one, trial in places])


def _trial(where: credential_trials.Place, trial: CredentialTrial | None) -> TrialOut:
    return TrialOut(
        place=str(where.place),
        name=where.name,
        open=trial.open if trial else False,
        asked_at=trial.asked_at if trial else None,
        ended_at=trial.ended_at if trial else None,
        good=trial.good if trial else None,
        said=trial.said if trial else "",
        remedy=trial.remedy if trial else "",
    )
