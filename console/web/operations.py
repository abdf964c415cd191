"""The operation: followed, stopped, acknowledged; and the history of all of them."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from console.domain.checks import Refusal
from console.domain.planner import DIRECTORY_SWITCH
from console.domain.progress import KINDS
from console.models import JournalLine, NodeRun, ObservationRecord, Operation
from console.models.operations import ACTING_KINDS, STAYING_KINDS
from console.services import continuing, event_logs, operations, plan_records, reasons
from console.services.access import NotAllowed, visible_clusters
from console.services.advice import for_operation
from console.services.continuing import Choice
from console.services.journal_filter import JournalFilter
from console.services.reports import LISTED
from console.web import journal, journal_files, streaming
from console.web.access import actor_of, methods, needs, the_operation
from console.web.after_run import after_run, asks_for_new_plan
from console.web.cards import cards
from console.web.forms.filters import HistoryFilter
from console.web.forms.operations import LONGEST_REASON, AcknowledgeForm, CarryOnForm
from console.web.progress import standing
from console.web.setup_board import shown
from console.web.timeline import timeline
from console.web.undo import taking_back

PAGE = 50
FACTS = 6
"""How many lines of the step in doubt are shown beside the question."""
NO_FACTS = ("started", "output", "ending")
"""The kinds of line that are not: what a command prints is in the journal."""


@methods("GET")
@needs("view")
def index(request: HttpRequest) -> HttpResponseBase:
    """Every operation that fits the filters, newest first."""
    form = HistoryFilter(request.GET, clusters=visible_clusters(request.user))
    found = Paginator(form.operations().select_related("cluster").only(*LISTED), PAGE).get_page(request.GET.get("page"))
    context = {"section": "operations", "form": form, "page": found, "operations": found.object_list}
    return render(request, "operations/list.html", context)


@methods("GET")
@needs("view", "cluster")
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One operation with a window of its journal."""
    return page(request, the_operation(request, pk))


@methods("GET")
@needs("view", "cluster")
def state(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Only the parts of the page that change while it runs."""
    return render(request, "operations/_state.html", _context(request, the_operation(request, pk)))


@methods("POST")
@needs("operate", "cluster")
def stop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask it to stop at its next safe point."""
    operation, reason = the_operation(request, pk), request.POST.get("reason", "")[:1000]
    return _do(request, operation, lambda: operations.request_stop(operation, actor_of(request), reason))


@methods("POST")
@needs("operate", "cluster")
def carry_on(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Have it carried on from where it ended, without the failed step, or by an answer to what is uncertain."""
    operation, form = the_operation(request, pk), CarryOnForm(request.POST)
    if not form.is_valid():
        remedy = f"Use the buttons of this page, and keep the reason within {LONGEST_REASON} characters."
        refusal = Refusal.of("This cannot be read as a choice.", remedy, key="continue.choice")
        return page(request, operation, refusal=refusal, status=422)
    choice, reason = Choice(form.cleaned_data["choice"]), form.cleaned_data["reason"]
    return _do(request, operation, lambda: continuing.carry_on(operation, choice, actor_of(request), reason))


@methods("POST")
@needs("operate", "cluster")
def acknowledge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take note of how it ended."""
    operation, form = the_operation(request, pk), AcknowledgeForm(request.POST)
    if not form.is_valid():
        return page(request, operation, acknowledge_form=form, status=422)
    return _do(request, operation, lambda: _acknowledge(request, operation, form.cleaned_data["note"]))


@methods("POST")
@needs("operate", "cluster")
def ticket(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say which change or incident it belongs to, whenever that is known."""
    operation, given = the_operation(request, pk), request.POST.get("ticket", "")[:1000]
    return _do(request, operation, lambda: reasons.give_ticket(operation, actor_of(request), given))


@methods("GET")
@needs("view", "cluster")
def download(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """The whole journal, or the lines that fit the filter, as text or as JSON Lines, streamed."""
    operation, wanted = the_operation(request, pk), _wanted(request)
    name = f"operation-{operation.pk}-journal{'-part' if wanted else ''}.{form}"
    return streaming.download(journal_files.lines(operation, wanted, form), journal_files.TYPES[form], name)


def _acknowledge(request: HttpRequest, operation: Operation, note: str) -> None:
    actor = actor_of(request)
    row = operations.acknowledge(operation, actor, note)
    if (row.acknowledged_by, row.acknowledge_note) != (actor.name, note):
        messages.info(request, f"{row.acknowledged_by} had acknowledged it already; your note was not kept.")


def _do(request: HttpRequest, operation: Operation, act: Callable[[], object]) -> HttpResponseBase:
    try:
        act()
    except Refusal as refusal:
        return page(request, operation, refusal=refusal, status=409)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    return redirect("operation", operation.pk)


def page(request: HttpRequest, operation: Operation, status: int = 200, **more: object) -> HttpResponseBase:
    """The page of an operation, with what came of a form when it is the answer to one."""
    wanted, at = _wanted(request), _number(request.GET.get("line"))
    missing = at if at is not None and not 1 <= at <= operation.last_seq else None
    at = at if missing is None else None
    context = _context(request, operation) | {"no_such_line": missing}
    part = journal.window(operation, wanted, before=_number(request.GET.get("before")), around=at)
    titles = {row.step.key: row.step.title for row in context["standing"].rows}
    if wanted:
        context |= {"groups": journal.folded(part.lines, titles), "fitting": wanted.of(operation).count()}
    else:
        context["groups"] = journal.sections(operation, titles, part, pointed=at)
    context |= {"window": part, "wanted": wanted, "kinds": KINDS, "titles": titles, "wanted_line": at, **more}
    if more.get("acknowledge_form"):
        messages.error(request, "Nothing was acknowledged: the form below says what is missing.")
    return render(request, "operations/detail.html", context, status=status)


def _context(request: HttpRequest, operation: Operation) -> dict[str, Any]:
    plan = plan_records.shown(operation)
    # Before the offers: an observation that comes in between leaves a sentence too many, not a page without a way on.
    observed_since = ObservationRecord.since(operation)
    offers = continuing.offers(operation)
    card = cards([operation.cluster])[0]
    setup, stands, latest = shown(operation), standing(operation, plan), _leads_on(operation)
    return {
        "section": "operations",
        "operation": operation,
        "standing": stands,
        "timeline": None if setup else timeline(stands),
        "plan": plan,
        "latest": latest,
        "anew": latest and asks_for_new_plan(operation),
        "card": card,
        "advice": for_operation(operation),
        "after": after_run(operation),
        "setup": setup,
        "stays": operation.kind in STAYING_KINDS,
        "event_logs": event_logs.of(operation),
        "back": taking_back(operation),
        "offers": offers,
        "facts": _facts(operation, offers) if operation.status == Operation.Status.UNCERTAIN else (),
        "runs": NodeRun.objects.filter(operation=operation).select_related("node").prefetch_related("goes"),
        "observed_since": observed_since,
    }


def _facts(operation: Operation, offers: Sequence[continuing.Offer]) -> Sequence[JournalLine]:
    """The last lines of the step in doubt: what it sent and what was seen of it, for the person who decides."""
    step = next((offer.step for offer in offers if offer.step), None)
    if step is None:
        return ()
    lines = JournalLine.objects.filter(operation=operation, step=step.key).exclude(kind__in=NO_FACTS)
    return list(lines.order_by("-seq")[:FACTS])[::-1]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 16 else None


def _wanted(request: HttpRequest) -> JournalFilter:
    query = request.GET
    return JournalFilter(query.get("q", ""), query.get("kind", ""), query.get("step", ""))


def _leads_on(operation: Operation) -> bool:
    """Whether another plan comes after it: none was made since, and it has a way back or is to be tried again."""
    switched = operation.kind == DIRECTORY_SWITCH and operation.status == Operation.Status.SUCCEEDED
    if switched or operation.kind in STAYING_KINDS:
        return False
    later = Operation.objects.filter(cluster=operation.cluster, pk__gt=operation.pk)
    return not later.filter(kind__in=ACTING_KINDS).exists()
