"""What people answer to a procedure under way, and in whose hands it is; and its record, to be printed."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.checks import Refusal
from console.domain.procedures.kinds import is_procedure
from console.models import Operation
from console.services import setup
from console.services.access import NotAllowed
from console.services.audit import Actor
from console.web import operations
from console.web.access import actor_of, methods, needs, the_operation
from console.web.forms.operations import ReasonForm
from console.web.forms.setup import AcceptForm, HandOverForm, SayForm
from console.web.setup_board import people


@methods("POST")
@needs("operate", "cluster")
def say(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a person's word for a step that nothing else can tell of."""
    operation, form = _the_procedure(request, pk), SayForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was kept: the form below says what is missing.")
        return operations.page(request, operation, say_form=form, status=422)
    step, said = form.cleaned_data["step"], form.cleaned_data["said"]
    act = partial(setup.confirm_step, operation, step, actor_of(request), said)
    return _do(request, operation, act, "Your word is kept; the procedure goes on.", say_form=form)


@methods("POST")
@needs("operate", "cluster")
def accept(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a step unproved of which the console cannot tell."""
    operation = _the_procedure(request, pk)
    form = AcceptForm(operation.cluster.name, request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was accepted: the form below says what is missing.")
        return operations.page(request, operation, accept_form=form, status=422)
    answer = form.cleaned_data
    act = partial(setup.accept_unknown, operation, answer["step"], actor_of(request), answer["said"], answer["typed"])
    return _do(request, operation, act, "It stays unproved, by your word; the procedure goes on.", accept_form=form)


@methods("POST")
@needs("operate", "cluster")
def check_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Have the console look again, now."""
    operation = _the_procedure(request, pk)
    act = partial(setup.check_again, operation, actor_of(request))
    return _do(request, operation, act, "The console looks again; this page shows what it finds.")


@methods("POST")
@needs("operate", "cluster")
def pause(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Have it rest until somebody resumes it."""
    return _with_reason(request, pk, setup.pause, "It pauses: at once, or as soon as the running step is over.")


@methods("POST")
@needs("operate", "cluster")
def resume(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Have a paused one go on."""
    operation = _the_procedure(request, pk)
    act = partial(setup.resume, operation, actor_of(request))
    return _do(request, operation, act, "It goes on; what was done is proved anew first.")


@methods("POST")
@needs("operate", "cluster")
def give_up(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End it where it is."""
    return _with_reason(request, pk, setup.give_up, "It is given up. What was done stays done.")


@methods("POST")
@needs("operate", "cluster")
def hand_over(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Have another person do what is next."""
    operation = _the_procedure(request, pk)
    form = HandOverForm(people(operation), request.POST)
    if not form.is_valid():
        messages.error(request, f"Nothing was changed. {_first_error(form.errors)}")
        return redirect("operation", pk)
    to, note = form.cleaned_data["to"], form.cleaned_data["note"]
    act = partial(setup.hand_over, operation, to, actor_of(request), note)
    return _do(request, operation, act, f"It is in the hands of {to.username} now.")


@methods("GET")
@needs("view", "cluster")
def record(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who did what, when, and on what evidence: a page to print."""
    operation = _the_procedure(request, pk)
    try:
        found = setup.record(operation)
    except Refusal as refusal:
        context = {"section": "operations", "cluster": operation.cluster, "refusal": refusal}
        return render(request, "plans/not_asked.html", context, status=409)
    return render(request, "setup/record.html", {"section": "operations", "operation": operation, "record": found})


def _the_procedure(request: HttpRequest, pk: int) -> Operation:
    operation = the_operation(request, pk)
    if not is_procedure(operation.kind):
        raise Http404(f"Operation {pk} carries out no set-up procedure. Its own page says what can be done.")
    return operation


def _with_reason(
    request: HttpRequest, pk: int, act: Callable[[Operation, Actor, str], Operation], told: str
) -> HttpResponseBase:
    operation, form = _the_procedure(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Nothing was changed. {_first_error(form.errors)}")
        return redirect("operation", pk)
    return _do(request, operation, partial(act, operation, actor_of(request), form.cleaned_data["reason"]), told)


def _do(
    request: HttpRequest, operation: Operation, act: Callable[[], object], told: str, **more: Any
) -> HttpResponseBase:
    """Act, say how it went, and go back to the page; a refusal is shown there with what was typed."""
    try:
        act()
    except Refusal as refusal:
        operation.refresh_from_db()
        return operations.page(request, operation, refusal=refusal, status=409, **more)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    messages.success(request, told)
    return redirect("operation", operation.pk)


def _first_error(errors: dict[str, Any]) -> str:
    return str(next(iter(errors.values()))[0])
