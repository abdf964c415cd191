"""What needs a person: brakes to set and lift, alarms to acknowledge, questions of nodes to decide again."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from console.domain.checks import Refusal
from console.models import Alarm, NodeRun
from console.services import alarms, brakes, deciding
from console.services.access import NotAllowed
from console.web.access import actor_of, methods, needs, the_cluster
from console.web.forms.operations import ReasonForm


@methods("POST")
@needs("operate")
def stop(request: HttpRequest, what: str) -> HttpResponseBase:
    """Set the global stop, or lift it; a reason is required."""
    change = brakes.set_stop if what == "on" else brakes.lift_stop
    said = "Everything that the console would start is stopped." if what == "on" else "The global stop is lifted."
    return _do(request, lambda reason: change(actor_of(request), reason), said)


@methods("POST")
@needs("operate")
def lift(request: HttpRequest, name: str) -> HttpResponseBase:
    """Lift a cluster's cooldown; a reason is required."""
    cluster = the_cluster(name)
    said = f"The cooldown of {cluster.name} is lifted."
    return _do(request, lambda reason: brakes.lift_cooldown(cluster, actor_of(request), reason), said)


@methods("POST")
@needs("operate")
def acknowledge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Acknowledge an alarm with what was found."""
    alarm = Alarm.objects.select_related("cluster").filter(pk=pk).first()
    if alarm is None:
        raise Http404(f"There is no alarm {pk}. The clusters page lists those that stand.")
    return _do(request, lambda note: alarms.acknowledge(alarm, actor_of(request), note), "The alarm is acknowledged.")


@methods("POST")
@needs("operate")
def again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Have a node's question decided again."""
    run = NodeRun.objects.select_related("node__cluster__site").filter(pk=pk).first()
    if run is None:
        raise Http404(f"There is no run {pk}. The cluster's page lists what its nodes reported.")
    said = f"The question of {run.node.name} is decided again; this page shows what comes of it."
    return _do(request, lambda reason: deciding.again(run, actor_of(request), reason), said)


def _do(request: HttpRequest, act: Callable[[str], object], said: str) -> HttpResponseBase:
    """Act with the reason that was given, say how it went, and go back to where the button was."""
    form = ReasonForm(request.POST)
    try:
        if form.is_valid():
            act(form.cleaned_data["reason"])
            messages.success(request, said)
        else:
            messages.error(request, f"Nothing was changed. {form.errors['reason'][0]}")
    except Refusal as refusal:
        remedies = " ".join(reason.remedy for reason in refusal.reasons)
        messages.error(request, f"Nothing was changed. {refusal.headline} {remedies}")
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "clusters")
