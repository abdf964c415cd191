"""Preparing a cluster's nodes: their sheets, and what a refusal of Exchange's set-up means."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.models import Node, ProcedureProof
from console.services import products, proving
from console.services.preparing import find_node, nodes_of, sheet_of
from console.services.setup_errors import in_text
from console.web.access import actor_of, methods, needs, the_cluster

LONGEST = 200_000


class SetupSaid(forms.Form):
    """What the set-up said, and on which node."""

    node = forms.ChoiceField()
    text = forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 8}), label="What the set-up says")

    def __init__(self, nodes: list[str], *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["node"].choices = [(name, name) for name in nodes]  # type: ignore[attr-defined]


@methods("GET")
@needs("view", "cluster")
def sheets(request: HttpRequest, name: str) -> HttpResponseBase:
    """What is to be done on each node before the console can work there."""
    cluster = the_cluster(request, name)
    proof = proving.fresh(cluster, proving.PREPARATION)
    context = {
        "section": "clusters",
        "cluster": cluster,
        "proof": proof,
        "guided": products.guided(cluster),
        "rights": [check for check in proof.checks if not _of_a_node(check)] if proof else [],
        "sheets": [_sheet(node, proof) for node in nodes_of(cluster)],
    }
    return render(request, "preparing/sheets.html", context)


@methods("POST")
@needs("view", "cluster")
def check(request: HttpRequest, name: str) -> HttpResponseBase:
    """Have a worker look at nodes and rights now; the page shows what comes of it."""
    cluster = the_cluster(request, name)
    proving.ask(cluster, proving.PREPARATION, actor_of(request))
    messages.success(request, f"{cluster.name} is being read; this page shows what a worker finds.")
    return redirect("prepare-nodes", cluster.name)


def _of_a_node(check: Mapping[str, Any]) -> bool:
    return str(check["key"]).startswith("prepare.")


def _sheet(node: Node, proof: ProcedureProof | None) -> dict[str, Any]:
    """A node's sheet with the checks that were read of it last."""
    found = [one for one in proof.checks if _of_a_node(one) and one["about"] == node.name] if proof else []
    return {"node": node.name, "items": sheet_of(node), "checks": found}


@methods("GET", "POST")
@needs("view", "cluster")
def setup_errors(request: HttpRequest, name: str) -> HttpResponseBase:
    """Recognise a refusal in what a person copied; nothing is kept and nothing is asked of the node."""
    cluster = the_cluster(request, name)
    form = SetupSaid([node.name for node in nodes_of(cluster)], request.POST or None)
    found = None
    if form.is_valid():
        found = in_text(form.cleaned_data["text"], find_node(form.cleaned_data["node"], request.user).name)
    context = {"section": "clusters", "cluster": cluster, "form": form, "found": found}
    return render(request, "preparing/setup_errors.html", context)
