"""Approvals: asked for, given, denied and withdrawn on a plan's page, listed, and the rules that call for them."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from console.domain.checks import Refusal
from console.models import Alarm, Approval, Cluster, PlanRecord
from console.services import access, alarms, approval_lists, approval_override, approval_rules, approvals, plans
from console.services.access import NotAllowed
from console.services.audit import Actor
from console.services.confirm import confirm
from console.web.access import actor_of, admitted, methods, needs, the_cluster, the_plan
from console.web.forms.approvals import ApproveForm, EmergencyForm, rule_forms
from console.web.forms.operations import ReasonForm
from console.web.fresh import needs_fresh
from console.web.plans import page

LISTED = 50


@methods("GET")
@needs("view")
def index(request: HttpRequest) -> HttpResponseBase:
    """What waits for this reader, what they asked for, and what was started without an approval."""
    seen = list(access.visible_clusters(request.user))
    context = {
        "section": "approvals",
        "waiting": approval_lists.waiting_for(request.user),
        "mine": approval_lists.mine(request.user, LISTED),
        "without": approval_override.without_approval(seen, LISTED),
        "not_allowed": access.why_nowhere(request.user, "approve"),
    }
    return render(request, "approvals/list.html", context)


@methods("POST")
@needs("operate", "cluster")
def ask(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask for an approval of the plan, with a reason."""
    record = the_plan(request, pk)
    return _with_reason(
        request, record, lambda actor, why: approvals.ask(record, actor, why), "An approval is asked for."
    )


@methods("POST")
@needs("approve", "cluster")
def approve(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say yes to the plan that was read; by who signed in a short while ago."""
    return _approve(request, the_plan(request, pk))


@needs_fresh()
def _approve(request: HttpRequest, record: PlanRecord) -> HttpResponseBase:
    form = ApproveForm(request.POST)
    if not form.is_valid():
        return page(request, record, refusal=_invalid(form), status=422)
    said = form.cleaned_data
    return _do(
        request,
        record,
        lambda actor: approvals.approve(_asked(record), actor, said["hash"], said["note"]),
        "You have approved it.",
    )


@methods("POST")
@needs("approve", "cluster")
def deny(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say no, with a reason."""
    record = the_plan(request, pk)
    return _with_reason(request, record, lambda actor, why: approvals.deny(_asked(record), actor, why), "It is denied.")


@methods("POST")
@needs("operate", "cluster")
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a request back, with a reason."""
    record = the_plan(request, pk)
    return _with_reason(
        request, record, lambda actor, why: approvals.withdraw(_asked(record), actor, why), "It is withdrawn."
    )


@methods("POST")
@needs("operate", "cluster")
def again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Make the plan again; an approval that stands is held against it."""
    record = the_plan(request, pk)
    try:
        made = plans.prepare_again(record, actor_of(request))
    except Refusal as refusal:
        return page(request, record, refusal=refusal, status=409)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    return redirect("plan", made.pk)


@methods("POST")
@needs("operate", "cluster")
def override(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Start the plan in an emergency, without the approval that it needs; by who signed in a short while ago."""
    return _override(request, the_plan(request, pk))


@needs_fresh()
def _override(request: HttpRequest, record: PlanRecord) -> HttpResponseBase:
    try:
        form = EmergencyForm(plans.of(record), request.POST)
        if not form.is_valid():
            return page(request, record, emergency=form, status=422)
        said = form.cleaned_data
        typed = {name: said[name] for name in ("typed", "accepted", "sentence", "emergency")}
        operation = confirm(record, actor_of(request), said["reason"], **typed)
    except Refusal as refusal:
        return page(request, record, refusal=refusal, status=409)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    return redirect("operation", operation.pk)


@methods("POST")
@needs("approve", "cluster")
def acknowledge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Acknowledge an emergency that somebody else declared, with what was found."""
    seen = Alarm.objects.filter(key=alarms.OVERRIDE, cluster__in=access.visible_clusters(request.user))
    alarm = seen.select_related("cluster", "operation").filter(pk=pk).first()
    if alarm is None:
        raise Http404(f"There is no emergency {pk}. The page of approvals lists those that you may see.")
    admitted(request, alarm.cluster)
    form = ReasonForm(request.POST)
    try:
        if form.is_valid():
            alarms.acknowledge(alarm, actor_of(request), form.cleaned_data["reason"])
            messages.success(request, "The emergency is acknowledged.")
        else:
            messages.error(request, f"Nothing was changed. {form.errors['reason'][0]}")
    except Refusal as refusal:
        messages.error(request, f"Nothing was changed. {_told(refusal)}")
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "approvals")


@methods("GET")
@needs("view", "cluster")
def rules(request: HttpRequest, name: str) -> HttpResponseBase:
    """Which operations on the cluster wait for an approval."""
    return _rules(request, the_cluster(request, name))


@methods("POST")
@needs("administer", "cluster")
def save_rules(request: HttpRequest, name: str) -> HttpResponseBase:
    """Change the rules of the cluster, with a reason; by who signed in a short while ago."""
    return _save_rules(request, the_cluster(request, name))


@needs_fresh()
def _save_rules(request: HttpRequest, cluster: Cluster) -> HttpResponseBase:
    forms = rule_forms(approval_rules.rules_of(cluster), request.POST)
    if [form for form in forms if not form.is_valid()]:
        return _rules(request, cluster, status=422)
    try:
        said = [form.rule() for form in forms]
        changed = approval_rules.save_rules(cluster, said, actor_of(request), request.POST.get("reason", "")[:1000])
    except Refusal as refusal:
        return _rules(request, cluster, refusal, status=409)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    messages.success(request, f"Rules changed: {len(changed)}." if changed else "Nothing was different.")
    return redirect("approval-rules", cluster.name)


def _rules(
    request: HttpRequest, cluster: Cluster, refusal: Refusal | None = None, status: int = 200
) -> HttpResponseBase:
    sent = request.POST if request.method == "POST" else None
    context = {
        "section": "clusters",
        "cluster": cluster,
        "refusal": refusal,
        "forms": rule_forms(approval_rules.rules_of(cluster), sent),
        "reason": request.POST.get("reason", ""),
        "not_allowed": access.why_not(request.user, "administer", cluster),
        "approvers": access.people_who_may("approve", cluster, access.ANY_KIND),
    }
    return render(request, "approvals/rules.html", context, status=status)


def _asked(record: PlanRecord) -> Approval:
    """The approval that was asked for the plan. Raises `Refusal` when there is none."""
    found = approvals.of(record)
    if found is None:
        text = f"Nobody has asked for an approval of plan {record.pk}."
        raise Refusal.of(text, "Look at the page of approvals for what waits.", key="approval.none")
    return found


def _with_reason(
    request: HttpRequest, record: PlanRecord, act: Callable[[Actor, str], object], done: str
) -> HttpResponseBase:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return page(request, record, refusal=_invalid(form), status=422)
    return _do(request, record, lambda actor: act(actor, form.cleaned_data["reason"]), done)


def _do(request: HttpRequest, record: PlanRecord, act: Callable[[Actor], object], done: str) -> HttpResponseBase:
    """Act, and go back to the plan's page, which shows how it stands."""
    try:
        act(actor_of(request))
    except Refusal as refusal:
        return page(request, record, refusal=refusal, status=409)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    messages.success(request, done)
    return redirect("plan", record.pk)


def _invalid(form: ReasonForm | ApproveForm) -> Refusal:
    text = " ".join(str(error) for errors in form.errors.values() for error in errors)
    return Refusal.of("Nothing was changed.", text, key="approval.form")


def _told(refusal: Refusal) -> str:
    return " ".join([refusal.headline, *(reason.remedy for reason in refusal.reasons)])
