"""The way to the first cluster: one node is asked, or a configuration read; what was found is checked and saved."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.errors import ChangeoverError
from console.models import Credential, Directory, Discovery, Site
from console.services import discovery
from console.services.inventory import ClusterBusy, InventoryRefused
from console.web.access import actor_of, methods, needs
from console.web.forms.cluster import ClusterForm
from console.web.forms.discovery import FileForm, LookAgainForm, StartForm, initial_of
from console.web.forms.inventory import DirectoryForm

RECENT = 10
STEPS = ((1, "Ask a node"), (2, "Check what was found"), (3, "Save it"))


@methods("GET", "POST")
@needs("change-inventory", "everything")
def start(request: HttpRequest) -> HttpResponseBase:
    """Ask for a node's address and an account, and have a worker ask the node."""
    if request.method != "POST":
        address = {"address": request.GET.get("address", "")[:253]}
        return _start(request, StartForm(initial=address), FileForm())
    form = StartForm(request.POST)
    if form.is_valid():
        try:
            return redirect("first-found", form.save(actor_of(request)).pk)
        except ChangeoverError as error:
            messages.error(request, f"Nothing was asked. {error.told}")
    return _start(request, form, FileForm(), status=422)


@methods("POST")
@needs("change-inventory", "everything")
def upload(request: HttpRequest) -> HttpResponseBase:
    """Read a configuration file that somebody hands in."""
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            return redirect("first-found", discovery.read_file(file.read(), file.name, actor_of(request)).pk)
        except ChangeoverError as error:
            form.add_error("file", f"{file.name}: {error.told}")
    return _start(request, StartForm(), form, status=422)


@methods("GET", "POST")
@needs("change-inventory", "everything")
def found(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was found, where it was read, and the cluster that it makes; a POST saves that as it was corrected."""
    row = _row(pk)
    if request.method != "POST":
        spec = discovery.spec_of(row)
        return _found(request, row, ClusterForm(proposed=initial_of(spec)) if spec else None)
    form = ClusterForm(request.POST)
    form.asker = request.user
    if form.is_valid():
        try:
            saved = form.save(actor_of(request))
        except (InventoryRefused, ClusterBusy) as error:
            messages.error(request, f"Nothing was saved. {error.told}")
        else:
            discovery.saved(row, saved)
            messages.success(request, f"The cluster {saved} is saved, and is being observed.")
            return redirect("cluster", saved.name)
    return _found(request, row, form, status=422)


@methods("POST")
@needs("change-inventory", "everything")
def again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Look once more, with what was said meanwhile."""
    row = _row(pk)
    form = LookAgainForm(request.POST)
    if row.file or not form.is_valid():
        messages.error(request, "It was not looked at again: choose a directory of the list, and a node's address.")
        return redirect("first-found", row.pk)
    try:
        discovery.ask_again(row, actor_of(request), **form.cleaned_data)
    except ChangeoverError as error:
        messages.error(request, error.told)
    return redirect("first-found", row.pk)


@methods("POST")
@needs("change-inventory", "everything")
def directory(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Save the directory as it was corrected, and look at it too."""
    row = _row(pk)
    form = DirectoryForm(request.POST)
    if form.is_valid():
        try:
            saved = form.save(actor_of(request))
            discovery.with_directory(row, saved, actor_of(request))
        except ChangeoverError as error:
            messages.error(request, f"Nothing was saved. {error.told}")
        else:
            messages.success(request, f"The directory {saved} is saved.")
            return redirect("first-found", row.pk)
    spec = discovery.spec_of(row)
    cluster = ClusterForm(proposed=initial_of(spec)) if spec else None
    return _found(request, row, cluster, directory_form=form, status=422)


def _row(pk: int) -> Discovery:
    found_row = Discovery.objects.select_related("site", "credential", "directory", "saved_as").filter(pk=pk).first()
    if found_row is None:
        raise Http404("That is no longer kept. Begin anew on the page of the first cluster.")
    return found_row


def _start(request: HttpRequest, form: StartForm, file: FileForm, *, status: int = 200) -> HttpResponseBase:
    earlier = Discovery.objects.select_related("saved_as")[:RECENT]
    context = {"section": "inventory", "form": form, "file_form": file, "earlier": earlier, "steps": STEPS, "step": 1}
    return render(request, "first/start.html", context, status=status)


def _found(
    request: HttpRequest,
    row: Discovery,
    form: ClusterForm | None,
    *,
    directory_form: DirectoryForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    missing = [what for what, rows in (("site", Site), ("credential", Credential)) if not rows.objects.exists()]
    no_directory = not Directory.objects.exists()
    context = {
        "section": "inventory",
        "row": row,
        "facts": _by_subject(row.facts),
        "unknown": sum(fact["verdict"] != "pass" for fact in row.facts),
        "form": form if not missing and not no_directory else None,
        "missing": missing,
        "known_directories": not no_directory,
        "steps": STEPS,
        "step": 2 if row.saved_as is None else 3,
        "no_directory": no_directory,
        "directory_form": directory_form or DirectoryForm(initial=_directory(row)),
        "again": LookAgainForm(initial={"directory": row.directory, "other_address": row.other_address}),
        "address": _address(row),
    }
    return render(request, "first/found.html", context, status=status)


def _by_subject(facts: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """The facts under what they are about, in the order in which each is named first."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for fact in facts:
        groups.setdefault(fact["about"], []).append(fact)
    return [(about, sorted(rows, key=lambda fact: fact["what"] != "Identity")) for about, rows in groups.items()]


def _directory(row: Discovery) -> dict[str, Any]:
    """What the nodes told of their domain, as the first words of a directory."""
    told = {fact["what"]: fact["value"] for fact in reversed(row.facts) if fact["verdict"] == "pass"}
    domain = told.get("Domain", "")
    return {"name": domain, "host": told.get("Domain controller", domain), "credential": row.credential}


def _address(row: Discovery) -> str:
    """An address to ask, after a file was read."""
    nodes = row.proposal.get("nodes", []) if row.file else []
    return next((node["address"] for node in nodes if node["address"]), "")
