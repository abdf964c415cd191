"""The rules that lead notices to channels; by who administers the console."""

from datetime import datetime, time

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status

from console.api.acting import Body, act
from console.api.auth import token_of
from console.api.channels import administering
from console.api.fields import Key, Line, Number
from console.api.named import named
from console.domain.notifications.events import EVENTS, Severity
from console.models import ApiToken, Channel, Cluster, NoticeRule, Site
from console.services import tokens
from console.services.audit import Actor
from console.services.notifications import rules, states

SEVERITIES = {severity.word: severity for severity in Severity}
A_SEVERITY = "^(" + "|".join(SEVERITIES) + ")$"

router = Router(tags=["notifications"])


class NoticeRuleIn(Body):
    """Whose notices go where."""

    channel: Line = Field(min_length=1, description="its name", examples=["on-call"])
    cluster: Line = Field("", description="only of this one", examples=["TOKYO"])
    site: Line = Field("", description="only of the clusters of this one")
    events: list[Line] = Field(
        default_factory=list, max_length=100, description="empty: all of them", examples=[["operation.failed"]]
    )
    least: str = Field("warning", pattern=A_SEVERITY, description="from this severity on")
    quiet_from: time | None = Field(
        None, description="in these hours nothing below critical is sent, by the console's clock"
    )
    quiet_until: time | None = None


class NoticeRuleOut(Schema):
    """A rule."""

    id: int
    channel: str
    cluster: str
    site: str
    events: list[str] = Field(description="empty: all of them")
    least: str
    quiet_from: time | None
    quiet_until: time | None
    made_at: datetime
    made_by: str


class NoticeRules(Schema):
    """Every rule, by the name of its channel."""

    items: list[NoticeRuleOut]


class EventOut(Schema):
    """Something that notices are made of."""

    event: str
    severity: str
    what: str


class Events(Schema):
    """Everything that notices are made of."""

    items: list[EventOut]


@router.get("/notice-events", response=Events, operation_id="list_notice_events", summary="What there is to be told")
def events(request: HttpRequest) -> Events:
    """Each with how grave it is."""
    tokens.require_seeing(token_of(request))
    told = [EventOut(event=one.key, severity=one.severity.word, what=one.what) for one in EVENTS.values()]
    return Events(items=told)


@router.get("/notice-rules", response=NoticeRules, operation_id="list_notice_rules", summary="Which notices go where")
def index(request: HttpRequest) -> NoticeRules:
    """Every rule."""
    administering(request)
    return _all()


@router.post("/notice-rules", response={201: NoticeRuleOut}, operation_id="make_notice_rule", summary="Make a rule")
def make(request: HttpRequest, body: NoticeRuleIn, key: Key) -> Status[NoticeRuleOut]:
    """Whoever does is the one who made it."""
    token, spec = administering(request), _spec(body)
    return Status(201, _out(act(token, key, "make rule", "", body, lambda actor: rules.save(spec, actor))))


@router.post(
    "/notice-rules/{number}", response=NoticeRuleOut, operation_id="change_notice_rule", summary="Change a rule"
)
def change(request: HttpRequest, number: Number, body: NoticeRuleIn, key: Key) -> NoticeRuleOut:
    """All of it."""
    token, row, spec = administering(request), _the_rule(number), _spec(body)
    return _out(act(token, key, "change rule", number, body, lambda actor: rules.save(spec, actor, row)))


@router.post(
    "/notice-rules/{number}/remove",
    response=NoticeRules,
    operation_id="remove_notice_rule",
    summary="Take a rule away",
)
def remove(request: HttpRequest, number: Number, key: Key) -> NoticeRules:
    """What it led on its way before still goes. The answer is what is left."""
    token = administering(request)

    def do(actor: Actor) -> ApiToken:
        rules.remove(_the_rule(number), actor)
        return token

    act(token, key, "remove rule", number, None, do)
    return _all()


def _spec(body: NoticeRuleIn) -> rules.Spec:
    return rules.Spec(
        channel=named(Channel, body.channel),
        site=named(Site, body.site) if body.site else None,
        cluster=named(Cluster, body.cluster) if body.cluster else None,
        events=tuple(body.events),
        least=SEVERITIES[body.least],
        quiet_from=body.quiet_from,
        quiet_until=body.quiet_until,
    )


def _the_rule(number: int) -> NoticeRule:
    row = states.all_rules().filter(pk=number).first()
    if row is None:
        raise Http404("There is no such rule.")
    return row


def _all() -> NoticeRules:
    return NoticeRules(items=[_out(row) for row in states.all_rules()])


def _out(row: NoticeRule) -> NoticeRuleOut:
    return NoticeRuleOut(
        id=row.pk,
        channel=row.channel.name,
        cluster=row.cluster.name if row.cluster else "",
        site=row.site.name if row.site else "",
        least=Severity(row.least).word,
        made_by=row.made_by_name,
        **{field: getattr(row, field) for field in ("events", "quiet_from", "quiet_until", "made_at")},
    )
