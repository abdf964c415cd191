"""Clusters: which there are, and how each was seen last."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from console.api.auth import token_of
from console.api.fields import AfterName, ClusterName, Limit, SiteFilter
from console.api.pages import link_next
from console.api.shapes import ClusterBrief, ClusterDetail, Clusters, NodeState
from console.models import Alarm, ApiToken, Cluster, Operation
from console.models.operations import ACTING_KINDS
from console.services import tokens
from console.services.clock import database_now

READING_SECONDS = 30
"""How long a round of observation may take before its absence means something."""

router = Router(tags=["clusters"])


@router.get("/clusters", response=Clusters, operation_id="list_clusters", summary="Which clusters there are")
def index(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, after: AfterName = "", site: SiteFilter = ""
) -> Clusters:
    """The clusters that the token may see, by name."""
    found = tokens.visible_clusters(token_of(request)).select_related("site", "observation").order_by("name", "pk")
    found = found.filter(site__name__iexact=site) if site else found
    rows = list(found.filter(name__gt=after)[: limit + 1])
    shown = rows[:limit]
    acting = acting_on(shown)
    items = [ClusterBrief(**brief(row, acting)) for row in shown]
    following = shown[-1].name if len(rows) > limit else None
    link_next(request, response, "after", following)
    return Clusters(items=items, next=following)


@router.get("/clusters/{name}", response=ClusterDetail, operation_id="get_cluster", summary="How a cluster stands")
def detail(request: HttpRequest, name: ClusterName) -> ClusterDetail:
    """One cluster, with what was read of it last; what could not be read is unknown, never good."""
    row = the_cluster(token_of(request), name)
    status = _status(row)
    facts = [*_facts(status), *(fact for node in status.get("nodes", ()) for fact in node.get("facts", ()))]
    active = {node["name"]: node["active"] for node in status.get("nodes", ())}
    return ClusterDetail(
        **brief(row, acting_on([row])),
        nodes=[NodeState(name=n.name, role=n.role, active=active.get(n.name)) for n in row.nodes.all()],
        facts=facts,
        alarms=list(Alarm.objects.filter(cluster=row, acknowledged_at=None).values_list("text", flat=True)),
    )


def the_cluster(token: ApiToken, name: str) -> Cluster:
    """The cluster of that name within the token's bounds. Raises `Http404`, the same for one beyond them."""
    found = tokens.visible_clusters(token).select_related("site", "observation").filter(name__iexact=name).first()
    if found is None:
        raise Http404("There is no such cluster.")
    return found


def brief(row: Cluster, acting: Mapping[int, int]) -> dict[str, Any]:
    """The fields of a cluster in a list; `acting` has the operations that act, by cluster."""
    status = _status(row)
    seen = row.observation.at if hasattr(row, "observation") else None
    age = (database_now() - seen).total_seconds() if seen else None
    return {
        "name": row.name,
        "site": row.site.name,
        "product": row.driver,
        "generation": row.generation,
        "group": row.group,
        "mail": status.get("mail", "unknown"),
        "tone": status.get("tone", "unknown"),
        "headline": status.get("headline", "It has not been observed yet."),
        "active_node": status.get("active", ""),
        "observed_at": seen,
        "stale": age is None or age > 3 * settings.OBSERVE_EVERY + READING_SECONDS,
        "operation": acting.get(row.pk),
    }


def _status(row: Cluster) -> Mapping[str, Any]:
    found: Mapping[str, Any] = row.observation.status if hasattr(row, "observation") else {}
    return found


def _facts(status: Mapping[str, Any]) -> list[Any]:
    single = [status[name] for name in ("group", "directory") if name in status]
    return [*single, *status.get("greetings", ()), *status.get("resources", ())]


def acting_on(rows: Sequence[Cluster]) -> dict[int, int]:
    """The operation that acts on each cluster, as far as there is one."""
    found = Operation.objects.filter(cluster__in=rows, kind__in=ACTING_KINDS, status__in=Operation.ACTING)
    return dict(found.values_list("cluster_id", "pk"))
