"""What needs a person: brakes to set and lift, alarms to acknowledge, questions of nodes to decide again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from console.domain.checks import Refusal
from console.models import Alarm, Cluster, NodeRun
from console.services import alarms, brakes, deciding
from console.services.access import NotAllowed, visible_clusters
from console.services.audit import Actor
from console.web.access import actor_of, admitted, methods, needs, the_cluster
from console.web.forms.operations import ReasonForm


@dataclass(frozen=True)
class Told:
    """What came of a form, in a sentence; not `changed` when somebody had done it before, in another tab."""

    sentence: str
    changed: bool = True


@methods("POST")
@needs("operate", "everything")
def stop(request: HttpRequest, what: str) -> HttpResponseBase:
    """Set the global stop, or lift it; a reason is required."""
    return act_with_reason(request, _set_stop if what == "on" else _lift_stop)


@methods("POST")
@needs("operate", "cluster")
def lift(request: HttpRequest, name: str) -> HttpResponseBase:
    """Lift a cluster's cooldown; a reason is required."""
    return act_with_reason(request, partial(_lift_cooldown, the_cluster(request, name)))


@methods("POST")
@needs("operate", "cluster")
def acknowledge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Acknowledge an alarm with what was found."""
    seen = Alarm.objects.filter(cluster__in=visible_clusters(request.user))
    alarm = seen.select_related("cluster").filter(pk=pk).first()
    if alarm is None:
        raise Http404(f"There is no alarm {pk}. The clusters page lists those that stand.")
    admitted(request, alarm.cluster)
    return act_with_reason(request, partial(_acknowledge, alarm))


@methods("POST")
@needs("operate", "cluster")
def again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Have a node's question decided again."""
    seen = NodeRun.objects.filter(node__cluster__in=visible_clusters(request.user))
    run = seen.select_related("node__cluster__site").filter(pk=pk).first()
    if run is None:
        raise Http404(f"There is no run {pk}. The cluster's page lists what its nodes reported.")
    admitted(request, run.node.cluster)
    return act_with_reason(request, partial(_again, run))


def _set_stop(actor: Actor, reason: str) -> Told:
    stop = brakes.set_stop(actor, reason)
    if (stop.set_by, stop.reason) != (actor.name, reason):
        return Told(f"{stop.set_by} has stopped everything already: nothing was changed.", changed=False)
    return Told("Everything that the console would start is stopped.")


def _lift_stop(actor: Actor, reason: str) -> Told:
    if brakes.lift_stop(actor, reason) is None:
        return Told("No global stop stands any more: nothing was changed.", changed=False)
    return Told("The global stop is lifted.")


def _lift_cooldown(cluster: Cluster, actor: Actor, reason: str) -> Told:
    if brakes.lift_cooldown(cluster, actor, reason) is None:
        return Told(f"{cluster.name} rests no more: nothing was changed.", changed=False)
    return Told(f"The cooldown of {cluster.name} is lifted.")


def _acknowledge(alarm: Alarm, actor: Actor, note: str) -> Told:
    row = alarms.acknowledge(alarm, actor, note)
    if (row.acknowledged_by, row.acknowledge_note) != (actor.name, note):
        return Told(f"{row.acknowledged_by} had acknowledged it already: {row.acknowledge_note}", changed=False)
    return Told("The alarm is acknowledged.")


def _again(run: NodeRun, actor: Actor, reason: str) -> Told:
    deciding.again(run, actor, reason)
    return Told(f"The question of {run.node.name} is decided again; this page shows what comes of it.")


def act_with_reason(
    request: HttpRequest, act: Callable[[Actor, str], Told], back: str = "clusters"
) -> HttpResponseBase:
    """Act with the reason that was given, say how it went, and go to where the button was, or to the page `back`."""
    form = ReasonForm(request.POST)
    try:
        if form.is_valid():
            told = act(actor_of(request), form.cleaned_data["reason"])
            say = messages.success if told.changed else messages.info
            say(request, told.sentence)
        else:
            messages.error(request, f"Nothing was changed. {form.errors['reason'][0]}")
    except Refusal as refusal:
        remedies = " ".join(reason.remedy for reason in refusal.reasons)
        messages.error(request, f"Nothing was changed. {refusal.headline} {remedies}")
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    wanted = request.POST.get("next", "")
    return redirect(wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else back)
