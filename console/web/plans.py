"""The plan: asked for, looked at, confirmed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from console.domain.checks import Refusal
from console.domain.plan import Plan
from console.domain.procedures.kinds import PROCEDURES
from console.models import Operation, PlanRecord
from console.models.operations import STAYING_KINDS
from console.services import mailbox_slices, operations, plans, reasons
from console.services.access import NotAllowed, require_somewhere
from console.services.confirm import sentence_of
from console.web.access import actor_of, methods, needs, the_cluster, the_plan
from console.web.approval_view import standing
from console.web.forms.approvals import EmergencyForm
from console.web.forms.operations import ConfirmForm
from console.web.plan_view import counts, evidence, phases, summary, worst_first


@methods("POST")
@needs("operate", "cluster")
def prepare(request: HttpRequest, name: str) -> HttpResponseBase:
    """Ask for a plan and go to its page, which shows how it is coming on."""
    cluster = the_cluster(request, name)
    kind, target = request.POST.get("kind", ""), request.POST.get("target", "")
    try:
        record = plans.prepare(cluster, kind, target, actor_of(request))
    except Refusal as refusal:
        context = {"section": "clusters", "cluster": cluster, "refusal": refusal}
        return render(request, "plans/not_asked.html", context, status=409)
    return redirect("plan", record.pk)


@methods("GET")
@needs("view", "cluster")
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The plan as it stands."""
    return page(request, plans.fresh(the_plan(request, pk).pk))


@methods("POST")
@needs("operate", "cluster")
def confirm(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Start the operation, once, however often this is sent."""
    record = the_plan(request, pk)
    try:
        form = ConfirmForm(plans.of(record), request.POST, reasons.asked(record.cluster, record.kind))
        if not form.is_valid():
            return page(request, record, form=form, status=422)
        said = form.cleaned_data
        operation = operations.confirm(
            record,
            actor_of(request),
            said["reason"],
            typed=said["typed"],
            accepted=said["accepted"],
            sentence=said["sentence"],
            ticket=said["ticket"],
        )
    except Refusal as refusal:
        return page(request, record, refusal=refusal, status=409)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    return redirect("operation", operation.pk)


@methods("GET")
@needs("view", "cluster")
def mailboxes(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The frozen list of mailboxes, page by page, with what changes on each."""
    record = the_plan(request, pk)
    search, number = request.GET.get("q", ""), request.GET.get("page", "1")
    page = mailbox_slices.mailbox_page(record, search, int(number) if number.isdecimal() else 1)
    return render(request, "plans/mailboxes.html", {"section": "clusters", "record": record, "page": page})


def page(
    request: HttpRequest,
    record: PlanRecord,
    *,
    form: ConfirmForm | None = None,
    emergency: EmergencyForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The plan's page, with what was sent and is not right yet."""
    context: dict[str, Any] = {"section": "clusters", "record": record, "cluster": record.cluster, "refusal": refusal}
    context["procedure"] = PROCEDURES.get(record.kind, "")
    context["stays"] = record.kind in STAYING_KINDS
    if record.state == PlanRecord.State.READY:
        try:
            plan = plans.of(record)
        except Refusal as changed:
            return render(request, "plans/detail.html", context | {"refusal": changed, "broken": True}, status=409)
        context |= _arranged(plan) | {"form": form or ConfirmForm(plan), "emergency": emergency}
        context["approval"] = standing(record, plan, require_somewhere(request.user, "view"))
        context["asked"] = reasons.asked(record.cluster, record.kind)
        context["operation"] = Operation.objects.filter(plan=record).first()
        context["expired"] = record.expires_at is None or record.expires_at <= timezone.now()
    if (form is not None and form.errors) or emergency is not None:
        messages.error(request, "Nothing was started: the form below says what is missing.")
    return render(request, "plans/detail.html", context, status=status)


def _arranged(plan: Plan) -> dict[str, Any]:
    grounds = evidence(plan)
    return {
        "plan": plan,
        "phases": phases(plan),
        "has_no_return": any(step.no_return for step in plan.steps),
        "counts": counts(plan),
        "summary": summary(plan),
        "sentence": sentence_of(plan),
        "grounds": grounds,
        "checks": worst_first(check for check in plan.checks if check not in grounds),
    }
