"""Trying a credential from its page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.checks import Refusal
from console.models import Credential
from console.services import credential_trials
from console.services.audit_reads import SensitivePage
from console.web.access import actor_of, methods, needs
from console.web.reading import recorded


@methods("GET", "POST")
@needs("change-inventory", "everything")
@recorded(SensitivePage.CREDENTIALS)
def credential(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where the credential is used and what came of trying it there; a POST has it tried at one of these places."""
    row = Credential.objects.filter(pk=pk).first()
    if row is None:
        raise Http404("That credential is no longer in the inventory. The inventory page lists what there is.")
    if request.method == "POST":
        return _try(request, row)
    trials = {(trial.place, trial.name): trial for trial in row.trials.all()}
    rows = [(place, trials.get((place.place, place.name))) for place in credential_trials.places(row)]
    waits = any(trial is not None and trial.open for _, trial in rows)
    context = {"section": "inventory", "credential": row, "rows": rows, "waits": waits}
    return render(request, "inventory/trials.html", context)


def _try(request: HttpRequest, row: Credential) -> HttpResponseBase:
    place, name = request.POST.get("place", "")[:16], request.POST.get("name", "")[:63]
    try:
        credential_trials.ask(row, place, name, actor_of(request))
    except Refusal as refusal:
        messages.error(request, f"{refusal.headline} {refusal.reasons[0].remedy}")
    else:
        messages.success(request, f"{row.name} is being tried; this page shows what {name} says.")
    return redirect("credential-trials", row.pk)
