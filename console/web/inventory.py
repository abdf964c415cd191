"""The inventory: what the console knows of, added and changed by forms, taken out and put in as YAML."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from console.models import Cluster, Credential, Directory, Site
from console.services import inventory_seen
from console.services.access import sees_all, why_not
from console.services.audit_reads import SensitivePage
from console.services.inventory import ClusterBusy, InventoryRefused, delete
from console.services.inventory_apply import Applied, apply_inventory
from console.services.inventory_export import export_inventory
from console.web import inventory_list
from console.web.access import actor_of, methods, needs
from console.web.forms.cluster import ClusterForm
from console.web.forms.inventory import CredentialForm, DirectoryForm, SiteForm
from console.web.reading import shown

PAGE = 50
LARGEST_FILE = 2_000_000
SECRETS = re.compile(r"(?im)^([\s\-]*[\w\-]*(?:pass|pwd|secret)[\w\-]*[\"']?\s*:).*$")
"""Lines of a file that hold what must not be in it; the rest of the file is shown back with its mistakes."""


@dataclass(frozen=True)
class Kind:
    """A kind of object that the inventory holds, and how it is edited."""

    key: str
    title: str
    what: str
    model: type[Model]
    form: Callable[..., Any]


KINDS = (
    Kind("clusters", "Clusters", "cluster", Cluster, ClusterForm),
    Kind("directories", "Directories", "directory", Directory, DirectoryForm),
    Kind("credentials", "Credentials", "credential", Credential, CredentialForm),
    Kind("sites", "Sites", "site", Site, SiteForm),
)


@methods("GET")
@needs("view")
def index(request: HttpRequest) -> HttpResponseBase:
    """What this person may see of the inventory on one page: clusters, and what those use."""
    seen = inventory_seen.seen_by(request.user)
    part = Paginator(inventory_list.asked(seen.clusters), PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "inventory",
        "not_allowed": why_not(request.user, "change-inventory"),
        "clusters": inventory_list.lines(part, request.user),
        "part": part,
        "directories": seen.directories.select_related("credential"),
        "credentials": seen.credentials,
        "sites": seen.sites,
    }
    return render(request, "inventory/index.html", context)


@methods("GET", "POST")
@needs("change-inventory", "everything")
def add(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Add an object of a kind."""
    return _edit(request, kind, None)


@methods("GET", "POST")
@needs("change-inventory", "cluster")
def edit(request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
    """Change an object of a kind."""
    response = _edit(request, kind, pk)
    return shown(request, response, SensitivePage.CREDENTIALS) if kind == "credentials" else response


def _edit(request: HttpRequest, kind: str, pk: int | None) -> HttpResponseBase:
    known = _kind(kind)
    row = _row(request, known, pk)
    form = known.form(request.POST or None, instance=row)
    if isinstance(form, ClusterForm):
        form.asker = request.user
    if isinstance(row, Cluster):
        _narrow(form, request)
    if request.method == "POST" and form.is_valid():
        try:
            saved = form.save(actor_of(request))
        except (InventoryRefused, ClusterBusy) as error:
            messages.error(request, f"Nothing was saved. {error.told}")
        else:
            messages.success(request, f"The {known.what} {saved} is saved.")
            return redirect("inventory")
    status = 422 if request.method == "POST" else 200
    context = {"section": "inventory", "kind": known, "form": form, "row": row}
    return render(request, _template(known), context, status=status)


@methods("POST")
@needs("change-inventory", "cluster")
def remove(request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
    """Take an object out, unless something needs it."""
    known = _kind(kind)
    row = _row(request, known, pk)
    name = str(row)
    try:
        delete(row, actor_of(request))
    except (InventoryRefused, ClusterBusy) as error:
        messages.error(request, f"The {known.what} {name} was not removed. {error.told}")
        return redirect("inventory-edit", kind, pk)
    messages.success(request, f"The {known.what} {name} is removed.")
    return redirect("inventory")


@methods("GET")
@needs("view")
def export(request: HttpRequest) -> HttpResponseBase:
    """The inventory as a YAML file, as far as this person may see it; it holds no password."""
    headers = {"Content-Disposition": 'attachment; filename="inventory.yaml"'}
    text = export_inventory(inventory_seen.seen_by(request.user))
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)


@methods("GET", "POST")
@needs("change-inventory", "everything")
def apply(request: HttpRequest) -> HttpResponseBase:
    """Make the inventory what a file says, or show what it would change, or every mistake with its line."""
    if request.method != "POST":
        return render(request, "inventory/apply.html", {"section": "inventory", "text": ""})
    text, problem = _sent(request)
    applied = None
    if not problem:
        asked = {name: bool(request.POST.get(name)) for name in ("dry_run", "prune")}
        applied = apply_inventory(text, actor_of(request), **asked)
    context = {
        "section": "inventory",
        "text": SECRETS.sub(r"\1 ********", text),
        "problem": problem,
        "applied": applied,
    }
    return render(request, "inventory/apply.html", context | _outcome(applied), status=_status(applied))


def _sent(request: HttpRequest) -> tuple[str, str]:
    """The text that was sent, or why it cannot be used."""
    file = request.FILES.get("file")
    if file is None:
        text = request.POST.get("text", "")
        return text, "" if text.strip() else "Nothing was sent. Choose a file, or paste its text."
    if file.size is None or file.size > LARGEST_FILE:
        return "", f"The file {file.name} is larger than {LARGEST_FILE:,} bytes. An inventory is a small text file."
    try:
        return file.read().decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return "", f"The file {file.name} is not UTF-8 text. Save it as UTF-8 and send it again."


def _outcome(applied: Applied | None) -> dict[str, Any]:
    """The lines of the text that have mistakes, for their marks beside it."""
    return {"wrong_lines": {mistake.line for mistake in applied.mistakes} if applied else set()}


def _status(applied: Applied | None) -> int:
    return 422 if applied is None or applied.mistakes else 200


def _kind(key: str) -> Kind:
    for kind in KINDS:
        if kind.key == key:
            return kind
    raise Http404(f"The inventory has no {key}. It has {', '.join(kind.key for kind in KINDS)}.")


def _row(request: HttpRequest, kind: Kind, pk: int | None) -> Any:
    """The row, which this person may change; None for a new one. What clusters share takes the right on everything."""
    seen = getattr(inventory_seen.seen_by(request.user), kind.key)
    row = None if pk is None else seen.filter(pk=pk).first()
    if pk is not None and row is None:
        where = "The inventory page lists what you may see."
        raise Http404(f"That {kind.what} is not, or no longer, in the inventory. {where}")
    about = row if isinstance(row, Cluster) else None
    if (reason := why_not(request.user, "change-inventory", about)) is not None:
        raise PermissionDenied(reason)
    return row


def _narrow(form: ClusterForm, request: HttpRequest) -> None:
    """Offer what this person's own clusters use, and no more: an own node must not be sent another's password."""
    if sees_all(request.user, "change-inventory"):
        return
    seen = inventory_seen.seen_by(request.user, "change-inventory")
    for part in form:
        for name, rows in (("site", seen.sites), ("directory", seen.directories), ("credential", seen.credentials)):
            if name in part.fields:
                part.fields[name].queryset = rows


def _template(kind: Kind) -> str:
    return "inventory/cluster.html" if kind.form is ClusterForm else "inventory/edit.html"
