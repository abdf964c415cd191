"""The node scripts of a cluster: what they are rendered from, how they stand on the nodes, and deploying them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from console.api.acting import Body, act
from console.api.auth import token_of
from console.api.clusters import the_cluster
from console.api.fields import ClusterName, Key, Line, Text
from console.domain.node_scripts.settings import FOLDER, ON_SILENCE
from console.models import Cluster, NodeScripts
from console.services import node_requests, tokens
from console.services.audit import Actor
from console.services.deployment import comparing, settings

A_SILENCE = "^(" + "|".join(ON_SILENCE) + ")$"
A_TASK = "^(" + "|".join(node_requests.WHAT) + ")$"

router = Router(tags=["scripts"])


class ScriptsIn(Body):
    """What the scripts are rendered from."""

    url: Line = Field(
        min_length=1,
        description="where the nodes reach the console, without a path",
        examples=["http://192.0.2.5:8000"],
    )
    silence: str = Field("start", pattern=A_SILENCE, description="what a node does with no console and no kit")
    folder: Line = Field(FOLDER, description="the console's own folder on the nodes")
    log: bool = Field(True, description="whether each step goes to the cluster's log")
    reason: Text = Field("", examples=["The console has moved."])


class AskIn(Body):
    """What a worker is to do."""

    what: str = Field(pattern=A_TASK, examples=["deploy"])
    reason: Text = Field("", description="why; all but compare ask for it", examples=["The first deployment."])


class ScriptsOut(Schema):
    """How the scripts of a cluster stand."""

    cluster: str
    url: str = Field(description="empty: nobody has said where the nodes reach the console")
    silence: str
    folder: str
    log: bool
    compared_at: datetime | None
    unknown: str = Field(description="why they could not be compared last")
    files: list[dict[str, Any]] = Field(description="each file on each node, as it stood")
    checks: list[dict[str, Any]]
    deployed_at: datetime | None
    deployed_by: str
    placed: list[dict[str, Any]] = Field(description="what the last deployment wrote, and what it kept")
    asked: str = Field(description="what a worker is about to do; empty: nothing")
    told: dict[str, Any] | None = Field(description="what came of what was asked last")


@router.get(
    "/clusters/{name}/scripts", response=ScriptsOut, operation_id="get_scripts", summary="How its node scripts stand"
)
def detail(request: HttpRequest, name: ClusterName) -> ScriptsOut:
    """As they were compared last; a product that runs no scripts of the console has none."""
    cluster = the_cluster(token_of(request), name)
    settings.require_scripts(cluster)
    return _out(cluster)


@router.post(
    "/clusters/{name}/scripts/settings",
    response={202: ScriptsOut},
    operation_id="set_scripts",
    summary="Say what its node scripts are rendered from",
)
def change(request: HttpRequest, name: ClusterName, body: ScriptsIn, key: Key) -> Status[ScriptsOut]:
    """Nothing on a node is changed; both are compared with what is rendered now."""
    token = token_of(request)
    cluster = the_cluster(token, name)
    tokens.require(token, "operate", cluster)
    values = body.model_dump(include=set(settings.NAMES))

    def do(actor: Actor) -> NodeScripts:
        settings.change(cluster, actor, body.reason, **values)
        return node_requests.ask(cluster, "compare", actor)

    act(token, key, "set scripts", cluster.pk, body, do)
    return Status(202, _out(cluster))


@router.post(
    "/clusters/{name}/scripts/ask",
    response={202: ScriptsOut},
    operation_id="ask_scripts",
    summary="Have its node scripts compared, deployed or taken back, or a node's key changed",
)
def ask(request: HttpRequest, name: ClusterName, body: AskIn, key: Key) -> Status[ScriptsOut]:
    """By a worker; `told` says what came of it. A node's key takes the right to change the inventory."""
    token = token_of(request)
    cluster = the_cluster(token, name)
    tokens.require(token, node_requests.right_for(body.what), cluster)

    def do(actor: Actor) -> NodeScripts:
        return node_requests.ask(cluster, body.what, actor, body.reason)

    act(token, key, "ask scripts", cluster.pk, body, do)
    return Status(202, _out(cluster))


def _out(cluster: Cluster) -> ScriptsOut:
    row = settings.of(cluster)
    checks = [check.to_json() for check in comparing.checks(cluster)]
    if row is None:
        unset: dict[str, Any] = {"url": "", "silence": "start", "folder": FOLDER, "log": True, "compared_at": None}
        unset |= {"unknown": "", "files": [], "deployed_at": None, "deployed_by": "", "placed": [], "told": None}
        return ScriptsOut(cluster=cluster.name, checks=checks, asked="", **unset)
    told = (*settings.NAMES, "compared_at", "unknown", "files", "deployed_at", "deployed_by", "placed", "told")
    asked = row.asked if node_requests.waits(row) else ""
    return ScriptsOut(cluster=cluster.name, checks=checks, asked=asked, **{one: getattr(row, one) for one in told})
