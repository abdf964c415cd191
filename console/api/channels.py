"""Channels of notices, by who administers the console: made, changed, tried, removed; and what became of deliveries."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status

from console.api.acting import Body, act
from console.api.auth import token_of
from console.api.fields import Key, Line, LongText, Number, Text
from console.domain.secrets import Secret
from console.models import ApiToken, Channel, Delivery
from console.services import tokens
from console.services.audit import Actor
from console.services.notifications import channels, states

A_KIND = "^(" + "|".join(Channel.Kind.values) + ")$"

router = Router(tags=["notifications"])


class ChangeIn(Body):
    """What a channel is to be; its address goes in and never comes out."""

    name: Line = Field(min_length=1, examples=["on-call"])
    address: Text | None = Field(
        None, description="https://host/path, mailboxes, or an address of apprise; null: the one that is kept stays"
    )
    ca: LongText = Field("", description="CA certificate (PEM), or the path of a file that holds it")
    active: bool = Field(True, description="whether notices are sent there")


class ChannelIn(ChangeIn):
    """A channel that is to be made."""

    kind: str = Field(pattern=A_KIND, examples=["webhook"])


class ChannelOut(Schema):
    """How a channel stands."""

    id: int
    name: str
    kind: str
    shown: str = Field(description="what of its address may be shown")
    active: bool
    state: str
    waiting: int = Field(description="how many notices are on their way")
    next_at: datetime | None
    delivered_at: datetime | None
    failing_since: datetime | None
    rules: int = Field(description="how many lead there")


class MadeOut(ChannelOut):
    """A channel that was made or changed, or whose secret was."""

    secret: str | None = Field(description="what a new webhook signs with, told this once; null: there is none to tell")


class DeliveryOut(Schema):
    """A notice on its way to the channel."""

    class Attempt(Schema):
        """One try."""

        at: datetime
        good: bool
        said: str
        seconds: float

    id: int
    notice: str = Field(description="its number, as receivers know it")
    event: str
    text: str
    at: datetime
    state: str
    next_at: datetime | None = Field(description="when it is tried next; null: no more")
    attempts: list[Attempt]


class ChannelDetail(ChannelOut):
    """A channel with its last deliveries, newest first."""

    deliveries: list[DeliveryOut]


class Channels(Schema):
    """Every channel, by name."""

    items: list[ChannelOut]


class TriedOut(Schema):
    """What came of a test."""

    good: bool | None = Field(description="null: it was tried under this key before")
    said: str = Field(description="in the other side's words")


@router.get("/channels", response=Channels, operation_id="list_channels", summary="Where notices go")
def index(request: HttpRequest) -> Channels:
    """Takes a token that administers, as everything about notices does."""
    administering(request)
    return Channels(items=[ChannelOut(**_told(state)) for state in states.states()])


@router.get("/channels/{number}", response=ChannelDetail, operation_id="get_channel", summary="How a channel stands")
def detail(request: HttpRequest, number: Number) -> ChannelDetail:
    """With its last deliveries and every try."""
    administering(request)
    row = the_channel(number)
    items = [_delivery(one) for one in states.deliveries(row)]
    return ChannelDetail(**_told(states.state_of(row)), deliveries=items)


@router.post("/channels", response={201: MadeOut}, operation_id="make_channel", summary="Make a channel")
def make(request: HttpRequest, body: ChannelIn, key: Key) -> Status[MadeOut]:
    """The secret of a webhook is in this answer, and in no later one."""
    token = administering(request)
    return Status(201, _saved(token, key, "make channel", body, body.kind, None))


@router.post("/channels/{number}", response=MadeOut, operation_id="change_channel", summary="Change a channel")
def change(request: HttpRequest, number: Number, body: ChangeIn, key: Key) -> MadeOut:
    """Its kind stays. What waits for one that is switched off is given up."""
    token, row = administering(request), the_channel(number)
    return _saved(token, key, "change channel", body, row.kind, row)


@router.post(
    "/channels/{number}/remove", response=Channels, operation_id="remove_channel", summary="Take a channel away"
)
def remove(request: HttpRequest, number: Number, key: Key) -> Channels:
    """With its rules, and what waits for it. The answer is what is left."""
    token = administering(request)

    def do(actor: Actor) -> ApiToken:
        channels.remove(the_channel(number), actor)
        return token

    act(token, key, "remove channel", number, None, do)
    return Channels(items=[ChannelOut(**_told(state)) for state in states.states()])


@router.post("/channels/{number}/test", response=TriedOut, operation_id="test_channel", summary="Try a channel")
def test(request: HttpRequest, number: Number, key: Key) -> TriedOut:
    """A notice that says so is sent, now and once."""
    token, row = administering(request), the_channel(number)
    asked: list[Actor] = []

    def do(actor: Actor) -> Channel:
        asked.append(actor)
        return row

    act(token, key, "test channel", number, None, do)
    if not asked:
        return TriedOut(good=None, said="The channel's deliveries tell what came of it.")
    tried = channels.test(row, asked[0])  # once the key is taken: nothing waits for another machine in a transaction
    return TriedOut(good=tried.good, said=tried.said)


@router.post(
    "/channels/{number}/secret", response=MadeOut, operation_id="renew_secret", summary="Make a new secret of a webhook"
)
def renew(request: HttpRequest, number: Number, key: Key) -> MadeOut:
    """For a day what is sent is signed with the one before as well. It is in this answer, and in no later one."""
    token, row = administering(request), the_channel(number)

    def do(actor: Actor, tell: Callable[[Secret], None]) -> Channel:
        tell(channels.renew_secret(row, actor))
        return row

    return _with_secret(token, key, "renew secret", number, None, do)


@router.post(
    "/deliveries/{number}/again", response=ChannelDetail, operation_id="send_again", summary="Deliver a notice again"
)
def send_again(request: HttpRequest, number: Number, key: Key) -> ChannelDetail:
    """Under the number that it had."""
    token = administering(request)
    row = Delivery.objects.select_related("channel", "notice").filter(pk=number).first()
    if row is None:
        raise Http404("There is no such delivery.")

    def do(actor: Actor) -> Delivery:
        channels.send_again(row, actor)
        return row

    act(token, key, "send again", number, None, do)
    return detail(request, row.channel_id)


def administering(request: HttpRequest) -> ApiToken:
    """The token, which administers everything."""
    token = token_of(request)
    tokens.require_everywhere(token, "administer")
    return token


def the_channel(number: int) -> Channel:
    """The channel of that number. Raises `Http404`."""
    row = Channel.objects.filter(pk=number).first()
    if row is None:
        raise Http404("There is no such channel.")
    return row


def _saved(token: ApiToken, key: str, what: str, body: ChangeIn, kind: str, row: Channel | None) -> MadeOut:
    address = Secret(body.address) if body.address else None
    spec = channels.Spec(body.name, kind, address, body.ca, body.active)

    def do(actor: Actor, tell: Callable[[Secret], None]) -> Channel:
        saved, secret = channels.save(spec, actor, row)
        if secret is not None:
            tell(secret)
        return saved

    return _with_secret(token, key, what, row.pk if row else "", body, do)


def _with_secret(
    token: ApiToken,
    key: str,
    what: str,
    about: object,
    body: Body | None,
    do: Callable[[Actor, Callable[[Secret], None]], Channel],
) -> MadeOut:
    """The channel, with the secret that this very request made: it is kept for nobody who asks again."""
    made: list[Secret] = []
    row = act(token, key, what, about, body, lambda actor: do(actor, made.append))
    return MadeOut(**_told(states.state_of(row)), secret=made[0].reveal() if made else None)


def _told(state: states.State) -> dict[str, Any]:
    row = state.channel
    named = {field: getattr(row, field) for field in ("name", "kind", "shown", "active", "failing_since")}
    counted = {field: getattr(state, field) for field in ("waiting", "next_at", "delivered_at", "rules")}
    return {"id": row.pk, "state": state.word, **named, **counted}


def _delivery(row: Delivery) -> DeliveryOut:
    tries = [
        DeliveryOut.Attempt(at=one.at, good=one.good, said=one.said, seconds=one.took.total_seconds())
        for one in row.attempts.all()
    ]
    notice = row.notice
    return DeliveryOut(
        id=row.pk,
        notice=str(notice.number),
        event=notice.event,
        text=notice.text,
        at=notice.at,
        state=row.state,
        next_at=row.next_at if row.open else None,
        attempts=tries,
    )
