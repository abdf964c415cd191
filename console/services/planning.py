"""Planning what began by itself: by the worker that carries it out, from what is true then, as long as a node waits."""

from datetime import timedelta

from django.conf import settings

from console.domain import planner
from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.domain.events.runs import Runs
from console.domain.field import Field
from console.domain.plan import Plan
from console.domain.ports import Control
from console.models import Operation, PlanMailboxes
from console.services import plan_records
from console.services.journal import OperationJournal
from console.services.mailbox_slices import SliceWriter

PAUSE = 2.0
BEFORE = timedelta(hours=1)
"""How far back the other node's last question still says something about what it does now."""


def planned_now(operation: Operation, field: Field, runs: Runs, journal: OperationJournal, control: Control) -> Plan:
    """The operation's plan, made now and kept. What keeps it from being made is told, and tried again for a while.

    Raises `Refusal` at once for what waiting does not mend, the last `Refusal` or `ChangeoverError` when `PLAN_WITHIN`
    has passed, and `LeaseLost`. Where the other node may be active, the node that asks is told no before.
    """
    deadline = field.clock.monotonic() + settings.PLAN_WITHIN
    said = ""
    while True:
        control.beat("", settings.PLAN_WITHIN)
        try:
            plan = _made(operation, field, runs)
        except (Refusal, ChangeoverError) as error:
            final = isinstance(error, Refusal) and planner.is_for_good(error)
            if final or control.stop_requested() or field.clock.monotonic() >= deadline:
                _tell_no(operation, runs, journal, error)
                raise
            text = _text(error)
            if text != said:
                journal.write("waiting", f"The plan cannot be made yet: {text}")
            said = text
            field.clock.sleep(PAUSE)
            continue
        plan_records.keep(operation.plan, plan)
        Operation.objects.filter(pk=operation.pk).update(steps_total=len(plan.steps))
        journal.write("note", f"Planned: {len(plan.steps)} steps. {' '.join(plan.notes)}".strip())
        return plan


def _made(operation: Operation, field: Field, runs: Runs) -> Plan:
    run = operation.trigger.run_id if operation.trigger else None
    other = runs.starting(field.cluster.other(operation.target).name, operation.confirmed_at - BEFORE)
    if operation.kind == "start":
        return planner.make_start(field, operation.target, run, other_run=other)
    PlanMailboxes.objects.filter(plan=operation.plan).delete()  # of a try that was broken off
    return planner.make_takeover(field, operation.target, run, SliceWriter(operation.plan), other_run=other)


def _tell_no(operation: Operation, runs: Runs, journal: OperationJournal, error: Refusal | ChangeoverError) -> None:
    """Answer the node that asks with a no, with an alarm, when the other one may be active; else it waits on."""
    why = planner.for_two_actives(error) if isinstance(error, Refusal) else ""
    if not why or operation.trigger is None:
        return
    journal.write("warning", f"{why} {operation.target} is told no.", data={"alarm": "two-actives"})
    runs.say_no(operation.trigger.run_id, why)


def _text(error: Refusal | ChangeoverError) -> str:
    if isinstance(error, Refusal):
        return " ".join(reason.text for reason in error.reasons) or error.headline
    return error.message
