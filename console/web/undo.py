"""Taking an operation back: its undo asked for, its receipts downloaded, and how both are shown on its page."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.checks import Refusal
from console.domain.plan import Step
from console.models import Operation
from console.services import plans, undoing
from console.services.access import NotAllowed
from console.services.receipt_files import receipt_lines, receipt_name
from console.web import streaming
from console.web.access import actor_of, methods, needs, the_operation


@dataclass(frozen=True)
class TakingBack:
    """What the page of an operation says about taking it back."""

    possible: bool
    """Whether it has ended and changed something."""
    refusal: Refusal | None
    """Why it cannot be taken back all the same."""
    steps: tuple[Step, ...]
    """The steps down to which it can be taken back, after the first one."""
    by: tuple[Operation, ...]
    """The operations that took it back, or tried, the last one first."""
    of: Operation | None
    """The operation that this one takes back."""

    @property
    def taken(self) -> bool:
        """Whether the last undo took all of it back."""
        return bool(self.by) and self.by[0].status == Operation.Status.SUCCEEDED and not self.by[0].plan.undo_from


def taking_back(operation: Operation) -> TakingBack:
    """How it stands with taking this operation back."""
    by, of = tuple(undoing.undoing(operation)), operation.plan.undoes
    if operation.open or not undoing.changed(operation):
        return TakingBack(False, None, (), by, of)
    refusal = undoing.why_not(operation)
    steps = () if refusal else tuple(undoing.steps_of(operation)[1:])
    return TakingBack(True, refusal, steps, by, of)


@methods("POST")
@needs("operate", "cluster")
def prepare(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask for the plan that takes the operation back, and go to its page."""
    operation = the_operation(request, pk)
    try:
        record = plans.prepare_undo(operation, request.POST.get("from", ""), actor_of(request))
    except Refusal as refusal:
        context = {"section": "operations", "cluster": operation.cluster, "refusal": refusal}
        return render(request, "plans/not_asked.html", context, status=409)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    return redirect("plan", record.pk)


@methods("GET")
@needs("view", "cluster")
def receipt(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The receipts as LDIF, streamed."""
    operation = the_operation(request, pk)
    try:
        lines = receipt_lines(operation)
    except Refusal as refusal:
        context = {"section": "operations", "cluster": operation.cluster, "refusal": refusal}
        return render(request, "plans/not_asked.html", context, status=409)
    return streaming.download(lines, "text/plain", receipt_name(operation))
