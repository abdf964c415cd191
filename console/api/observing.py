"""What was seen of a cluster and its nodes, which moves are open, and having it looked at anew."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from console.api import remedies
from console.api.acting import act
from console.api.auth import token_of
from console.api.clusters import acting_on, brief, the_cluster
from console.api.fields import ClusterName, Key
from console.api.shapes import ClusterBrief, Problem
from console.domain.checks import Check, Refusal
from console.models import ApiToken, Cluster, Node, NodeKey, NodeRun
from console.services import brakes, products, proving, reservations, tokens, turns
from console.services.approval_rules import rule_for
from console.services.audit import Actor
from console.services.deployment.comparing import checks as script_checks
from console.services.kits.checks import kit_checks
from console.services.plans import KINDS

RUNS = 100

router = Router(tags=["clusters"])


class NodeOut(Schema):
    """A node as the inventory has it; its credential is named, never told."""

    name: str
    role: str
    server: str = Field(description="the name of its Exchange server object")
    address: str
    port: int
    scheme: str
    auth: str
    credential: str
    windows: str
    service_pack: int
    architecture: str
    edition: str


class Nodes(Schema):
    """The nodes of a cluster, the primary first."""

    items: list[NodeOut]


class NodeKeyOut(Schema):
    """What is known of a node's key; the key itself is told nobody."""

    node: str
    key_id: str
    issued_at: datetime
    issued_by: str
    last_used_at: datetime | None
    retired_at: datetime | None


class NodeKeys(Schema):
    """The keys of a cluster's nodes, those that are retired too."""

    items: list[NodeKeyOut]


class RunOut(Schema):
    """One run of a script on a node, as it reported it."""

    id: int
    run_id: str
    node: str
    first_event: str
    last_event: str
    first_seen_at: datetime
    last_seen_at: datetime
    answer: str = Field(description="wait, go, no or noted")
    reason: str
    operation: int | None


class Runs(Schema):
    """The latest runs, the last one first."""

    items: list[RunOut]


class ObservationOut(Schema):
    """The last observation of a cluster, condensed."""

    cluster: str
    at: datetime | None = Field(description="null: it was never observed")
    stale: bool = Field(description="whether that is too old to be trusted")
    status: dict[str, Any] = Field(description="what was read, fact by fact; what could not be read is unknown")
    checks: list[dict[str, Any]] = Field(description="the checks that came with it")
    mail_up_at: datetime | None = Field(description="when every greeting was last seen to be good")


class Asked(Schema):
    """What workers are asked to look at."""

    clusters: int = Field(description="how many")


class Checks(Schema):
    """What is checked on a cluster all the time, each with verdict, reason, remedy and age in seconds."""

    items: list[dict[str, Any]]


class Moves(Schema):
    """Which moves would be refused right now without asking the nodes, and why."""

    class Of(Schema):
        """A move."""

        kind: str
        target: str = Field(description="the node; empty: whichever has the group")
        possible: bool
        reasons: list[Problem.Because]
        approvals: int = Field(description="how many other people have to approve it")

    items: list[Of]


@router.get("/clusters/{name}/nodes", response=Nodes, operation_id="list_nodes", summary="Which nodes it has")
def nodes(request: HttpRequest, name: ClusterName) -> Nodes:
    """As the inventory has them."""
    cluster = the_cluster(token_of(request), name)
    rows = cluster.nodes.select_related("server", "credential").order_by("role")
    return Nodes(items=[_node(row) for row in rows])


@router.get(
    "/clusters/{name}/keys", response=NodeKeys, operation_id="list_node_keys", summary="Which keys its nodes have"
)
def keys(request: HttpRequest, name: ClusterName) -> NodeKeys:
    """When each was issued and last used."""
    cluster = the_cluster(token_of(request), name)
    rows = NodeKey.objects.filter(node__cluster=cluster).select_related("node").order_by("node__role", "-issued_at")
    told = ("key_id", "issued_at", "issued_by", "last_used_at", "retired_at")
    items = [NodeKeyOut(node=row.node.name, **{field: getattr(row, field) for field in told}) for row in rows]
    return NodeKeys(items=items)


@router.get("/clusters/{name}/runs", response=Runs, operation_id="list_runs", summary="What its nodes reported")
def runs(request: HttpRequest, name: ClusterName) -> Runs:
    """The last hundred runs of its scripts, with what each was told."""
    cluster = the_cluster(token_of(request), name)
    rows = NodeRun.objects.filter(node__cluster=cluster).select_related("node")[:RUNS]
    told = ("run_id", "first_event", "last_event", "first_seen_at", "last_seen_at", "answer", "reason")
    items = [
        RunOut(id=row.pk, node=row.node.name, operation=row.operation_id, **{one: getattr(row, one) for one in told})
        for row in rows
    ]
    return Runs(items=items)


@router.get(
    "/clusters/{name}/observation",
    response=ObservationOut,
    operation_id="get_observation",
    summary="What was read of it last",
)
def observation(request: HttpRequest, name: ClusterName) -> ObservationOut:
    """Every fact with the time at which it was read."""
    cluster = the_cluster(token_of(request), name)
    found = getattr(cluster, "observation", None)
    return ObservationOut(
        cluster=cluster.name,
        at=found.at if found else None,
        stale=bool(brief(cluster, {})["stale"]),
        status=found.status if found else {},
        checks=found.checks if found else [],
        mail_up_at=found.mail_up_at if found else None,
    )


@router.post(
    "/clusters/{name}/observation",
    response={202: ClusterBrief},
    operation_id="observe_cluster",
    summary="Have it looked at, now",
)
def observe(request: HttpRequest, name: ClusterName, key: Key) -> Status[ClusterBrief]:
    """A worker of its site reads it; `observed_at` moves on as soon as it has. Takes no more than the right to see."""
    token = token_of(request)
    cluster = the_cluster(token, name)

    def ask(_: Actor) -> Cluster:
        turns.ask(cluster)
        return cluster

    act(token, key, "observe", cluster.pk, None, ask)
    row = the_cluster(token, name)
    return Status(202, ClusterBrief(**brief(row, acting_on([row]))))


@router.post(
    "/observations", response={202: Asked}, operation_id="observe_all", summary="Have every cluster looked at, now"
)
def observe_all(request: HttpRequest, key: Key) -> Status[Asked]:
    """Every one that the token may see. Takes no more than the right to see."""
    token = token_of(request)
    tokens.require_seeing(token)
    seen = list(tokens.visible_clusters(token).select_related("site"))

    def ask(_: Actor) -> ApiToken:
        for cluster in seen:
            turns.ask(cluster)
        return token

    act(token, key, "observe all", "", None, ask)
    return Status(202, Asked(clusters=len(seen)))


@router.get("/clusters/{name}/checks", response=Checks, operation_id="list_checks", summary="What is checked on it")
def checks(request: HttpRequest, name: ClusterName) -> Checks:
    """Of the last observation, of scripts and kits on the nodes, and of the last look at how the nodes are prepared."""
    cluster = the_cluster(token_of(request), name)
    found = getattr(cluster, "observation", None)
    standing: tuple[Check, ...] = ()
    if products.guided(cluster):
        standing = (*script_checks(cluster), *kit_checks(cluster))
    prepared = proving.fresh(cluster, proving.PREPARATION)
    items = [*(found.checks if found else ()), *(one.to_json() for one in standing)]
    return Checks(items=[*items, *(prepared.checks if prepared else ())])


@router.get(
    "/clusters/{name}/moves",
    response=Moves,
    operation_id="list_moves",
    summary="Which moves would be refused right now, and why",
)
def moves(request: HttpRequest, name: ClusterName) -> Moves:
    """What is known without asking the nodes; the plan's checks have the last word."""
    token = token_of(request)
    cluster = the_cluster(token, name)
    standby, primary = (
        cluster.nodes.filter(role=role).values_list("name", flat=True).first() or ""
        for role in (Node.Role.STANDBY, Node.Role.PRIMARY)
    )
    targets = {"failover": [standby], "failback": [primary], "takeover": [primary, standby]}
    items = [_ready(token, cluster, kind, target) for kind in KINDS for target in targets.get(kind, [""])]
    return Moves(items=items)


def _ready(token: ApiToken, cluster: Cluster, kind: str, target: str) -> Moves.Of:
    found: list[Problem.Because] = []
    if (reason := tokens.why_not(token, "operate", cluster, kind)) is not None:
        found.append(Problem.Because(text=reason, remedy=remedies.RIGHT, key="right", about=""))
    held = (reservations.why_held(cluster, kind, target), brakes.why_not(cluster, kind))
    found += [because for refusal in held if refusal is not None for because in _reasons(refusal)]
    rule = rule_for(cluster, kind)
    return Moves.Of(kind=kind, target=target, possible=not found, reasons=found, approvals=rule.needed if rule else 0)


def _reasons(refusal: Refusal) -> list[Problem.Because]:
    return [Problem.Because(text=r.text, remedy=r.remedy, key=r.key, about=r.about) for r in refusal.reasons]


def _node(row: Node) -> NodeOut:
    plain = ("name", "role", "address", "port", "scheme", "auth", "windows", "service_pack", "architecture", "edition")
    server = row.server.name if hasattr(row, "server") else ""
    return NodeOut(server=server, credential=row.credential.name, **{field: getattr(row, field) for field in plain})
