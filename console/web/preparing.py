"""Preparing a cluster's nodes: their sheets, and what a refusal of Exchange's set-up means."""

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from console.services.preparing import find_node, nodes_of, sheet_of
from console.services.setup_errors import in_text
from console.web.access import methods, needs, the_cluster

LONGEST = 200_000


class SetupSaid(forms.Form):
    """What the set-up said, and on which node."""

    node = forms.ChoiceField()
    text = forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 8}), label="What the set-up says")

    def __init__(self, nodes: list[str], *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["node"].choices = [(name, name) for name in nodes]  # type: ignore[attr-defined]


@methods("GET")
@needs("view")
def sheets(request: HttpRequest, name: str) -> HttpResponseBase:
    """What is to be done on each node before the console can work there."""
    cluster = the_cluster(name)
    found = [(node.name, sheet_of(node)) for node in nodes_of(cluster)]
    return render(request, "preparing/sheets.html", {"section": "clusters", "cluster": cluster, "sheets": found})


@methods("GET", "POST")
@needs("view")
def setup_errors(request: HttpRequest, name: str) -> HttpResponseBase:
    """Recognise a refusal in what a person copied; nothing is kept and nothing is asked of the node."""
    cluster = the_cluster(name)
    form = SetupSaid([node.name for node in nodes_of(cluster)], request.POST or None)
    found = None
    if form.is_valid():
        found = in_text(form.cleaned_data["text"], find_node(form.cleaned_data["node"]).name)
    context = {"section": "clusters", "cluster": cluster, "form": form, "found": found}
    return render(request, "preparing/setup_errors.html", context)
