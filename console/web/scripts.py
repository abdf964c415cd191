"""The node scripts of a cluster: what lies on both nodes, what differs, deploying it, and the nodes' keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.checks import Refusal
from console.domain.deployment import FileState, Placed, State
from console.domain.node_scripts.bounds import TooShort
from console.domain.node_scripts.settings import FOLDER, Unrenderable
from console.models import Cluster, NodeKey, NodeScripts
from console.services import node_requests
from console.services.access import NotAllowed
from console.services.deployment import comparing, settings
from console.web.access import actor_of, methods, needs, the_cluster
from console.web.forms.operations import ReasonForm
from console.web.forms.scripts import ScriptsForm

TONES = {State.SAME: "good", State.DIFFERS: "warn", State.UNKNOWN: "unknown"}


@dataclass(frozen=True)
class FileRow:
    """A file, as it stands on each node, with the tone in which that is shown."""

    name: str
    states: tuple[tuple[FileState, str], ...]


@methods("GET")
@needs("view", "cluster")
def detail(request: HttpRequest, name: str) -> HttpResponseBase:
    """How every file stands on both nodes, and what can be done about it."""
    return _page(request, _scripted(request, name))


@methods("POST")
@needs("operate", "cluster")
def change(request: HttpRequest, name: str) -> HttpResponseBase:
    """Say what the scripts are rendered from; then both nodes are compared with that."""
    cluster, form = _scripted(request, name), ScriptsForm(request.POST)
    if not form.is_valid():
        return _page(request, cluster, form)
    values = {key: form.cleaned_data[key] for key in settings.NAMES}
    try:
        settings.change(cluster, actor_of(request), form.cleaned_data["reason"], **values)
    except (Unrenderable, TooShort) as error:
        form.add_error(None, error.told)
        return _page(request, cluster, form)
    node_requests.ask(cluster, "compare", actor_of(request))
    messages.success(request, "It is set, and nothing on a node was changed. Both nodes are being compared.")
    return redirect("node-scripts", cluster.name)


@methods("POST")
@needs("view", "cluster")
def ask(request: HttpRequest, name: str) -> HttpResponseBase:
    """Have a worker compare, deploy, take back or change a key; the page shows what comes of it."""
    cluster, form = _scripted(request, name), ReasonForm(request.POST)
    what = request.POST.get("what", "")
    reason = str(form.cleaned_data["reason"]) if form.is_valid() else ""
    try:
        node_requests.ask(cluster, what, actor_of(request), reason)
        messages.success(request, "A worker is asked; this page shows what comes of it.")
    except Refusal as refusal:
        text = " ".join(f"{one.text} {one.remedy}".strip() for one in refusal.reasons)
        messages.error(request, f"Nothing was changed. {text}")
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    return redirect("node-scripts", cluster.name)


def _scripted(request: HttpRequest, name: str) -> Cluster:
    """The cluster of that name, whose nodes run scripts. Raises `Http404` with the reason where they run none."""
    cluster = the_cluster(request, name)
    try:
        settings.require_scripts(cluster)
    except Refusal as refusal:
        raise Http404(f"{refusal.headline} {refusal.reasons[0].remedy}") from refusal
    return cluster


def _page(request: HttpRequest, cluster: Cluster, form: ScriptsForm | None = None) -> HttpResponseBase:
    row = settings.of(cluster)
    files = tuple(_files(row)) if row else ()
    context = {
        "section": "clusters",
        "cluster": cluster,
        "scripts": row,
        "files": files,
        "nodes": [state.node for state, _ in files[0].states] if files else [],
        "to_do": sum(state.to_do for file in files for state, _ in file.states),
        "placed": [Placed(**raw) for raw in row.placed] if row else (),
        "checks": comparing.checks(cluster),
        "keys": _keys(cluster),
        "waits": row is not None and node_requests.waits(row),
        "form": form or _form(row),
    }
    return render(request, "nodescripts/detail.html", context, status=200 if form is None else 400)


def _files(row: NodeScripts) -> Iterator[FileRow]:
    states = [FileState.from_json(raw) for raw in row.files]
    for name in dict.fromkeys(state.name for state in states):
        yield FileRow(name, tuple((one, TONES.get(one.state, "bad")) for one in states if one.name == name))


def _keys(cluster: Cluster) -> list[dict[str, Any]]:
    """Each node with the keys of it that the console accepts."""
    active = NodeKey.objects.filter(node__cluster=cluster, retired_at__isnull=True).order_by("issued_at", "pk")
    return [
        {"node": node, "what": f"key {node.role}", "active": [key for key in active if key.node_id == node.pk]}
        for node in cluster.nodes.order_by("role")
    ]


def _form(row: NodeScripts | None) -> ScriptsForm:
    if row is None:
        return ScriptsForm(initial={"silence": "start", "folder": FOLDER, "log": True})
    return ScriptsForm(initial={name: getattr(row, name) for name in settings.NAMES})
