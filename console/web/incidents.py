"""Incidents: what a person has to look into, who looks after it, and what was laid by."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.checks import Refusal
from console.services import access, incidents
from console.services.access import visible_clusters
from console.services.audit import Actor
from console.services.clock import database_now
from console.web.access import actor_of, admitted, methods, needs
from console.web.attention import Told, act_with_reason
from console.web.forms.maintenance import CareForm

LISTED = 30
KINDS = ("alarm", "operation")


@methods("GET")
@needs("view")
def index(request: HttpRequest) -> HttpResponseBase:
    """What stands, what was laid by, and what was said last."""
    now, seen = database_now(), visible_clusters(request.user)
    found = incidents.standing(seen, now)
    context = {
        "section": "clusters",
        "tab": "incidents",
        "due": [one for one in found if not one.laid_by(now)],
        "laid_by": [one for one in found if one.laid_by(now)],
        "said": incidents.history(seen, LISTED),
        "not_allowed": access.why_nowhere(request.user, "operate"),
    }
    return render(request, "incidents/list.html", context)


@methods("GET", "POST")
@needs("view", "cluster", post="operate")
def care(request: HttpRequest, what: str, pk: int) -> HttpResponseBase:
    """Take an incident on, give it to somebody, or lay it by."""
    incident = _found(request, what, pk)
    people = access.people_who_may("operate", incident.cluster, incident.operation_kind)
    form = CareForm(people, request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            row = incidents.take(incident, actor_of(request), said["reason"], until=said["until"], owner=said["owner"])
        except Refusal as error:
            refusal = error
        else:
            text = f"{row.owner_name} looks after {incident.name} of {incident.cluster.name}."
            messages.success(request, text)
            return redirect("incidents")
    status = 422 if form.errors else 409 if refusal else 200
    context = {"section": "clusters", "tab": "incidents", "incident": incident, "form": form, "refusal": refusal}
    return render(request, "incidents/care.html", context, status=status)


@methods("POST")
@needs("operate", "cluster")
def let_go(request: HttpRequest, what: str, pk: int) -> HttpResponseBase:
    """Look after it no longer, with a reason."""
    incident = _found(request, what, pk)

    def act(actor: Actor, reason: str) -> Told:
        incidents.let_go(incident, actor, reason)
        return Told(f"Nobody looks after {incident.name} of {incident.cluster.name} now.")

    return act_with_reason(request, act, back="incidents")


def _found(request: HttpRequest, what: str, pk: int) -> incidents.Incident:
    found = incidents.find(what, pk, visible_clusters(request.user)) if what in KINDS else None
    if found is None:
        raise Http404("There is no such incident, or it was acknowledged. The page Incidents lists those that stand.")
    admitted(request, found.cluster)
    return found
