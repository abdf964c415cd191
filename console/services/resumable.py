"""Whether an operation that ended half-way may be carried on, and by what: every reason why not, with its remedy."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from console.domain.checks import Reason, Refusal
from console.domain.plan import Plan, Step
from console.domain.progress import JournalBroken, Progress
from console.domain.skipping import skip
from console.models import NodeRun, ObservationRecord, Operation, PlanRecord
from console.models.operations import ACTING_KINDS, PROCEDURE_KINDS
from console.services import brakes, plan_records, reservations, runs
from console.services.clock import database_now
from console.services.products import generation_of
from console.services.progress import progress_of


class Choice(StrEnum):
    """What a person can say to an operation that ended half-way."""

    RETRY = "retry"
    SKIP = "skip"
    HAPPENED = "happened"
    AGAIN = "again"


ANSWERS = (Choice.HAPPENED, Choice.AGAIN)
"""What is said to an operation that ended uncertain."""


@dataclass(frozen=True)
class Ground:
    """What a decision about an ended operation rests on."""

    operation: Operation
    plan: Plan
    progress: Progress
    step: Step | None
    """The step at which it ended, or that is in doubt; None when it ended between steps."""


def ground(operation: Operation) -> Ground:
    """What a decision about the operation rests on. Raises `Refusal` when its plan or its journal cannot be read."""
    if operation.plan.state != PlanRecord.State.READY:
        raise Refusal.of(
            f"Operation {operation.pk} was never planned, so there is nothing to carry on.",
            f"Have the console decide about {operation.target} again, on the cluster's page; or make a new plan.",
            key="continue.plan",
        )
    plan = plan_records.of(operation.plan)
    try:
        progress = progress_of(operation.pk)
    except JournalBroken as error:
        raise Refusal.of(error.message, error.remedy, key="continue.journal", about=str(operation.pk)) from error
    uncertain = operation.status == Operation.Status.UNCERTAIN
    key = (progress.in_doubt if uncertain else "") or operation.ending_step
    return Ground(operation, plan, progress, next((step for step in plan.steps if step.key == key), None))


def may(row: Operation, choice: Choice, said: list[Reason] | None = None) -> Ground:
    """What the decision rests on, when nothing stands in its way. Raises `Refusal` with all that does."""
    headline = f"Operation {row.pk} is not carried on."
    reasons = [*_ended_badly(row, choice), *alone(row)]
    if reasons:
        raise Refusal(headline, reasons)
    found = ground(row)
    reasons = [*(said or ()), *_step_fits(found, choice), *_still_good(found), *_go_stands(found), *_stopped(row)]
    if reasons:
        raise Refusal(headline, reasons)
    return found


def _ended_badly(row: Operation, choice: Choice) -> Iterator[Reason]:
    about = str(row.pk)
    if row.open:
        yield Reason(f"It is {row.get_status_display()}.", "Wait until it has ended.", "continue.open", about)
    elif row.resting:
        remedy = "Answer it, have it look again, or resume it: a procedure that rests goes on where it is."
        yield Reason(f"It is {row.get_status_display()}.", remedy, "continue.resting", about)
    elif given_up(row):
        remedy = "Begin the procedure again: it proves what is done, and asks for people's words anew."
        yield Reason("It was stopped for good: its record has ended.", remedy, "continue.given-up", about)
    elif row.status == Operation.Status.SUCCEEDED or row.kind not in ACTING_KINDS:
        text = f"It {row.get_status_display()}; nothing of it is left to do."
        yield Reason(text, "Make a new plan for what shall happen next.", "continue.over", about)
    elif (row.status == Operation.Status.UNCERTAIN) != (choice in ANSWERS):
        yield _WRONG_ANSWER[row.status == Operation.Status.UNCERTAIN]
    elif row.status == Operation.Status.UNCERTAIN and not ObservationRecord.since(row):
        remedy = f"Observe {row.cluster.name} now, look at what it shows, then answer."
        yield Reason(f"{row.cluster.name} has not been observed since it ended.", remedy, "continue.observation", about)


_WRONG_ANSWER = {
    True: Reason(
        "It ended uncertain: nobody knows whether its step took effect.",
        "Say that it happened, or have it done again; or acknowledge the operation to stop here.",
        "continue.choice",
    ),
    False: Reason(
        "Nothing about it is uncertain.",
        "Have it carried on from where it ended, or without the failed step, where that may be left out.",
        "continue.choice",
    ),
}
NO_REASON = Reason("No reason was given.", "Say in a few words why; it goes to the audit.", "continue.reason")


def given_up(row: Operation) -> bool:
    """Whether it is a procedure that was stopped for good: what people had said in it counts no more."""
    return row.kind in PROCEDURE_KINDS and row.status == Operation.Status.STOPPED


def alone(row: Operation) -> Iterator[Reason]:
    """Whatever acted on the cluster since, or acts now, has changed what the operation would go on from.

    A procedure proves what it had done before it goes on, so only what acts now stands in its way.
    """
    others = Operation.objects.filter(cluster=row.cluster, kind__in=ACTING_KINDS).exclude(pk=row.pk)
    after = None if row.kind in PROCEDURE_KINDS else others.filter(pk__gt=row.pk).order_by("-pk").first()
    later = after or reservations.acting(row.cluster)
    if later is not None and later.pk != row.pk:
        text = f"Operation {later.pk} ({later.kind} to {later.target}) came after it."
        remedy = f"See what operation {later.pk} came to, then make a new plan from what is true."
        yield Reason(text, remedy, "continue.later", str(later.pk))


def _step_fits(found: Ground, choice: Choice) -> Iterator[Reason]:
    row, step = found.operation, found.step
    if all(step.key in found.progress.over for step in found.plan.steps):
        remedy = "Work through its list, then acknowledge it."
        yield Reason("Every step of it is over.", remedy, "continue.over", str(row.pk))
    elif choice in (Choice.SKIP, Choice.HAPPENED) and step is None:
        verb = "leave out" if choice is Choice.SKIP else "answer for"
        remedy = "Have it carried on instead: what is done counts as done."
        yield Reason(f"It did not end in a step, so there is none to {verb}.", remedy, "continue.step", str(row.pk))
    elif choice is Choice.SKIP and step is not None:
        may = skip(step, generation_of(row.cluster))
        if not may.allowed:
            remedy = "Mend what made it fail, then have the operation carried on from there."
            yield Reason(may.text, remedy, "continue.skip", step.key)


def _still_good(found: Ground) -> Iterator[Reason]:
    """A plan that changed nothing yet is bound to its time; a half-done one has to be brought to its end."""
    expires = found.operation.plan.expires_at
    if not found.progress.changed and not found.operation.automatic and expires and expires <= database_now():
        text = "It changed nothing, and its plan has expired."
        yield Reason(text, "Make a new plan; it starts from what is true now.", "continue.expired")


def _go_stands(found: Ground) -> Iterator[Reason]:
    """A node that was told no, or whose script failed, does not ask any more: nobody could be given a go."""
    row = found.operation
    if not any(step.kind == "go" and step.key not in found.progress.over for step in found.plan.steps):
        return
    since = min(row.confirmed_at, row.trigger.first_seen_at) if row.trigger else row.confirmed_at
    run = runs.latest(row.cluster_id, row.target, since)
    if run is None or run.started_at is not None:
        return
    if run.failed_at is not None or run.answer == NodeRun.Answer.NO:
        how = f"failed: {run.detail}" if run.failed_at is not None else f"was told no: {run.reason}"
        remedy = (
            f"Start the group on {row.target} again: its script asks anew, and the console answers. Or make a new plan."
        )
        yield Reason(f"START.BAT on {row.target} {how}", remedy, "continue.go", run.run_id)


def _stopped(row: Operation) -> Iterator[Reason]:
    """The global stop binds what the console started, not what a cluster product began."""
    stop = None if row.automatic else brakes.global_stop()
    if stop is not None:
        remedy = "Lift it with a reason, on the page of clusters or by: manage.py stop off --reason TEXT."
        yield Reason(
            f"{stop.set_by} has stopped everything since {stop.set_at:%F %T} UTC: {stop.reason}", remedy, "stop"
        )
