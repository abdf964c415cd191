"""The tokens of a token's owner: listed and revoked; made they are on their page alone, by who has just signed in."""

from datetime import datetime

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema

from console.api.acting import MaybeWhyIn, act
from console.api.auth import token_of
from console.api.fields import Key, Number
from console.models import ApiToken
from console.services import audit_reads, tokens
from console.services.audit_reads import SensitivePage

router = Router(tags=["tokens"])


class TokenOut(Schema):
    """What a token is for; the token itself is kept nowhere."""

    id: int
    name: str
    prefix: str = Field(description="how it begins")
    owner: str
    right: str
    clusters: list[str] = Field(description="all: every one that its owner may see")
    kinds: list[str] = Field(description="of operations that it may start")
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    last_used_from: str
    revoked_at: datetime | None


class Tokens(Schema):
    """The tokens of an account."""

    items: list[TokenOut]


@router.get("/token", response=TokenOut, operation_id="get_own_token", summary="What this token is for")
def this(request: HttpRequest) -> TokenOut:
    """The one that came with the request."""
    token = token_of(request)
    tokens.require_seeing(token)
    return _out(token)


@router.get("/tokens", response=Tokens, operation_id="list_tokens", summary="Which tokens its owner has")
def index(request: HttpRequest) -> Tokens:
    """Those that were revoked too. That they are read is on record."""
    token = token_of(request)
    tokens.require_seeing(token)
    audit_reads.note(SensitivePage.TOKENS, tokens.actor_of(token), {"address": request.path})
    rows = ApiToken.objects.filter(owner=token.owner).select_related("owner").prefetch_related("clusters")
    return Tokens(items=[_out(row) for row in rows])


@router.post(
    "/tokens/{number}/revoke", response=TokenOut, operation_id="revoke_token", summary="Make one worth nothing"
)
def revoke(request: HttpRequest, number: Number, body: MaybeWhyIn, key: Key) -> TokenOut:
    """This one, which opens nothing from then on; another one of the same owner by a token for everything."""
    token = token_of(request)
    tokens.require_seeing(token)
    row = ApiToken.objects.filter(owner=token.owner, pk=number).first()
    if row is None:
        raise Http404("Its owner has no such token.")
    tokens.require_revoking(token, row)
    act(token, key, "revoke", number, body, lambda actor: tokens.revoke(row, actor, body.reason))
    row.refresh_from_db()
    return _out(row)


def _out(row: ApiToken) -> TokenOut:
    told = ("name", "prefix", "right", "created_at", "expires_at", "last_used_at", "last_used_from", "revoked_at")
    return TokenOut(
        id=row.pk,
        owner=row.owner.username,
        clusters=["all"] if row.everywhere else sorted(row.clusters.values_list("name", flat=True)),
        kinds=row.kinds or ["all"],
        **{field: getattr(row, field) for field in told},
    )
