"""One cluster in full, and the button that looks at it, or at all of them, anew."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from console.models import NodeRun, Operation, PlanRecord, ServerDifferences
from console.services import diagnosing, products
from console.services.access import visible_clusters
from console.services.advice import for_cluster
from console.services.deployment.comparing import checks as script_checks
from console.services.kits.checks import kit_checks
from console.services.turns import ask
from console.web.access import methods, needs, the_cluster
from console.web.cards import ClusterCard, cards
from console.web.drawing import in_words
from console.web.drawing_svg import svg
from console.web.matrix import matrix
from console.web.picture import picture_of
from console.web.setup_view import procedures_of

RECENT = 5


@methods("GET")
@needs("view", "cluster")
def detail(request: HttpRequest, name: str) -> HttpResponseBase:
    """One cluster: nodes, floating IP, directory, what can be done, what was done."""
    cluster = the_cluster(request, name)
    card = cards([cluster])[0]
    guided = products.guided(cluster)
    picture = picture_of(card)
    context = {
        "section": "clusters",
        "card": card,
        "guided": guided,
        "server": cluster.servers.values_list("name", flat=True).first() or "",
        "takeovers": card.takeovers if guided else tuple(node.name for node in card.nodes),
        "nodes": _nodes(card),
        "picture": svg(picture, name="picture-head", words="picture-words") if picture else "",
        "picture_words": in_words(picture) if picture else "",
        "matrix": matrix(card),
        "operations": Operation.objects.filter(cluster=cluster).select_related("cluster")[:RECENT],
        "reports": NodeRun.objects.filter(node__cluster=cluster).select_related("node", "operation")[:RECENT],
        "compared": ServerDifferences.objects.filter(cluster=cluster).first(),
        "advice": for_cluster(cluster),
        "kit": kit_checks(cluster) if guided else (),
        "script_checks": script_checks(cluster) if guided else (),
        "diagnosis": diagnosing.latest(cluster),
        "under_way": diagnosing.under_way(cluster),
        "procedures": procedures_of(cluster),
        "last_plan": PlanRecord.objects.filter(cluster=cluster).first(),
    }
    return render(request, "clusters/detail.html", context)


@methods("POST")
@needs("view", "cluster")
def observe(request: HttpRequest, name: str) -> HttpResponseBase:
    """Ask a worker to look at one cluster now."""
    cluster = the_cluster(request, name)
    ask(cluster)
    messages.success(request, f"{cluster.name} is being observed; this page shows it as soon as it is read.")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back) if safe else redirect("cluster", cluster.name)


@methods("POST")
@needs("view")
def observe_all(request: HttpRequest) -> HttpResponseBase:
    """Ask the workers to look at every cluster that this person may see."""
    for cluster in visible_clusters(request.user).select_related("site"):
        ask(cluster)
    messages.success(request, "All clusters are being observed; this page shows each as soon as it is read.")
    return redirect("clusters")


def _nodes(card: ClusterCard) -> list[dict[str, Any]]:
    """The inventory's nodes with what was seen on each; a node that was never seen has no facts."""
    seen = {str(node["name"]).casefold(): node for node in card.status.get("nodes", ())}
    return [
        {"name": node.name, "role": node.role, "active": None, "facts": ()} | dict(seen.get(node.name.casefold(), {}))
        for node in card.nodes
    ]
