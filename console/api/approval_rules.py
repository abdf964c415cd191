"""Which operations on a cluster wait for an approval: read by who sees it, changed by who administers it."""

from dataclasses import asdict

from django.http import HttpRequest
from ninja import Field, Router, Schema

from console.api.acting import Body, WhyIn, act
from console.api.auth import token_of
from console.api.clusters import the_cluster
from console.api.fields import ClusterName, Key, Line
from console.models import ApprovalRule, Cluster
from console.models.approvals import MOST_NEEDED
from console.services import approval_rules, tokens
from console.services.approval_rules import LONGEST_MINUTES, OVERRIDING, USUAL, Rule
from console.services.audit import Actor

STARTS = "^(" + "|".join(ApprovalRule.Starts.values) + ")$"

router = Router(tags=["approvals"])


class RuleIn(Body):
    """The rule of one kind of operation."""

    kind: Line = Field(min_length=1, examples=["failover"])
    needed: int = Field(0, ge=0, le=MOST_NEEDED, description="how many others have to approve; 0: it waits for nobody")
    starts: str = Field("requester", pattern=STARTS, description="who starts it once it is approved")
    valid_minutes: int = Field(240, ge=1, le=LONGEST_MINUTES, description="how long an approval stands")
    override_roles: list[Line] = Field(
        list(USUAL), max_length=len(OVERRIDING), description=f"some of: {', '.join(OVERRIDING)}"
    )


class RulesIn(WhyIn):
    """The rules that are to change; a kind that is not named stays as it is."""

    rules: list[RuleIn] = Field(min_length=1, max_length=50)


class RuleOut(Schema):
    """The rule of one kind of operation."""

    kind: str
    needed: int
    starts: str
    valid_minutes: int
    override_roles: list[str]


class Rules(Schema):
    """The rule of every kind of operation that there is on the cluster."""

    items: list[RuleOut]


@router.get(
    "/clusters/{name}/approval-rules",
    response=Rules,
    operation_id="list_approval_rules",
    summary="Which operations on it wait for an approval",
)
def index(request: HttpRequest, name: ClusterName) -> Rules:
    """The usual rule where nobody has said anything."""
    return _told(the_cluster(token_of(request), name))


@router.post(
    "/clusters/{name}/approval-rules",
    response=Rules,
    operation_id="set_approval_rules",
    summary="Change which operations on it wait for an approval",
)
def change(request: HttpRequest, name: ClusterName, body: RulesIn, key: Key) -> Rules:
    """A rule that asks for less than before raises an alarm."""
    token = token_of(request)
    cluster = the_cluster(token, name)
    tokens.require(token, "administer", cluster)
    rules = [Rule(one.kind, one.needed, one.starts, one.valid_minutes, tuple(one.override_roles)) for one in body.rules]

    def do(actor: Actor) -> Cluster:
        approval_rules.save_rules(cluster, rules, actor, body.reason)
        return cluster

    act(token, key, "approval rules", cluster.pk, body, do)
    return _told(cluster)


def _told(cluster: Cluster) -> Rules:
    return Rules(items=[RuleOut(**asdict(rule)) for rule in approval_rules.rules_of(cluster)])
