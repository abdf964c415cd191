"""The set-up procedures of a cluster: read before they are begun, proved on request."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.checks import Refusal, Verdict
from console.domain.procedures import Mode, Procedure
from console.domain.procedures.kinds import KINDS
from console.models import Cluster, Operation
from console.services import procedures, proving, setup
from console.services.advice import for_cluster
from console.web.access import actor_of, methods, needs, the_cluster
from console.web.setup_view import StepView, node_names, step_views

RECENT = 5


@methods("GET")
@needs("view", "cluster")
def procedure(request: HttpRequest, name: str, key: str) -> HttpResponseBase:
    """One procedure on one cluster: its steps, what proves them, and how they stood when they were last proved."""
    cluster = the_cluster(request, name)
    return render(request, "setup/procedure.html", _context(cluster, the_procedure(cluster, key)))


@methods("POST")
@needs("view", "cluster")
def prove(request: HttpRequest, name: str, key: str) -> HttpResponseBase:
    """Have a worker prove every step now; the page shows what comes of it."""
    cluster = the_cluster(request, name)
    proving.ask(cluster, the_procedure(cluster, key).key, actor_of(request))
    messages.success(request, f"{cluster.name} is being read; this page shows every step as soon as it is proved.")
    return redirect("procedure", cluster.name, key)


@methods("POST")
@needs("operate", "cluster")
def prepare(request: HttpRequest, name: str, key: str) -> HttpResponseBase:
    """Ask for the plan of the procedure, and go to its page; one that is under way is gone on with instead."""
    cluster = the_cluster(request, name)
    found = the_procedure(cluster, key)
    if (going := _under_way(cluster, found)) is not None:
        messages.info(request, f"It is under way already, as operation {going.pk}.")
        return redirect("operation", going.pk)
    return redirect("plan", setup.prepare(cluster, found.key, actor_of(request)).pk)


def the_procedure(cluster: Cluster, key: str) -> Procedure:
    """The procedure of that key, which the cluster can be set up by. Raises `Http404` with what to do."""
    try:
        return procedures.require_fitting(cluster, key)
    except Refusal as refusal:
        raise Http404(f"{refusal.headline} {refusal.reasons[0].remedy}") from refusal


def _under_way(cluster: Cluster, found: Procedure) -> Operation | None:
    """The operation that carries it out, or rests."""
    going = setup.under_way(cluster)
    return going if going is not None and going.kind == KINDS[found.key] else None


def _context(cluster: Cluster, found: Procedure) -> dict[str, Any]:
    proof = proving.fresh(cluster, found.key)
    nodes = node_names(cluster)
    rows = step_views(found, procedures.means(), nodes, proof.checks if proof else ())
    return {
        "section": "clusters",
        "cluster": cluster,
        "procedure": found,
        "rows": rows,
        "proof": proof,
        "modes": {mode.value: sum(row.step.mode is mode for row in rows) for mode in Mode},
        "verdicts": _verdicts(rows),
        "advice": for_cluster(cluster),
        "under_way": setup.under_way(cluster),
        "kind": KINDS[found.key],
        "earlier": Operation.objects.filter(cluster=cluster, kind=KINDS[found.key]).select_related("cluster")[:RECENT],
    }


def _verdicts(rows: tuple[StepView, ...]) -> dict[str, int]:
    """How many numbered steps hold, do not, are unknown, and rest on a person's word alone."""
    told = [row.check.verdict for row in rows if row.check is not None and not row.only_said]
    said = sum(row.only_said for row in rows)
    return {verdict.value: told.count(verdict) for verdict in Verdict} | {"said": said}
