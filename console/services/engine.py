"""Where rows meet the domain: a plan is made for a record, and an operation's plan is performed."""

from collections.abc import Callable
from dataclasses import asdict

import structlog
from django.db import InterfaceError, OperationalError

from console.adapters.clock import SystemClock
from console.domain import planner
from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.domain.events.runs import Runs
from console.domain.field import Field
from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status, Todo, WaitsFor
from console.domain.plan import Plan
from console.domain.ports import Control
from console.domain.procedures.kinds import is_procedure
from console.domain.progress import FRESH, JournalBroken, Progress
from console.domain.runner import MENDED_SECONDS, Runner
from console.domain.secrets import Secret
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Stage
from console.domain.steps.group import require_agreement
from console.domain.steps.setup.again import by_now, no_longer
from console.models import Operation, PlanRecord
from console.services import audit, diagnosing, findings, plan_records, procedure_plans, undoing
from console.services.deployment.settings import ClusterFiles
from console.services.fields import open_field
from console.services.journal import OperationJournal, storable
from console.services.lease import LeaseClock
from console.services.mailbox_slices import MailboxSlices, SliceWriter
from console.services.planning import planned_now
from console.services.progress import progress_of
from console.services.receipts import OperationReceipts
from console.services.runs import ClusterRuns

Perform = Callable[[Operation, int, Control], Ending]
"""Carries an operation out under a lease's token; raises `LeaseLost` when it is no longer ours."""

PASSING = (LeaseLost, OperationalError, InterfaceError)
"""What ends a worker's part in an operation but not the operation: a worker takes it over."""
MOST_TAKEOVERS = 10
"""So many workers may fall silent in an operation, one after the other, without a step of it ending."""
ANSWER = (
    "Observe the cluster afresh; then say whether the step happened or shall be done again, or acknowledge this "
    "operation with what you found."
)

log = structlog.get_logger(__name__)


def make_plan(record: PlanRecord, sink: SliceWriter) -> Plan:
    """Read the record's cluster and make the plan that it asks for. Raises `Refusal`, `ChangeoverError`."""
    with open_field(record.cluster) as field:
        if record.kind == "takeover":
            return planner.make_person_takeover(field, record.target, sink)
        if record.kind == undoing.KIND:
            return undoing.plan_of(record, field, sink)
        if record.kind == planner.DIRECTORY_SWITCH:
            return planner.make_directory_switch(field, record.target, sink)
        if record.kind == planner.REPAIR:
            return planner.make_repair(field, findings.kinds(), record.asked["codes"], source=record.asked["source"])
        if is_procedure(record.kind):
            return procedure_plans.plan_of(record, field)
        return planner.make_plan(field, record.kind, record.target, sink)


def perform(operation: Operation, token: int, control: Control) -> Ending:
    """Carry the operation's plan out on its cluster, from where its journal ends, and say how it ended.

    An operation that began by itself is planned first. What goes wrong before the first step is a failure that
    changed nothing; what nobody foresaw after it is uncertain, and so is an operation whose journal is not whole.
    Raises `LeaseLost`, and the database's errors when it is away: then a worker takes the operation over later.
    """
    try:
        progress = _come_so_far(operation, token)
    except JournalBroken as error:
        return untold(operation, error)
    if progress.resumed >= MOST_TAKEOVERS:
        return passed_on(progress)
    try:
        field = open_field(operation.cluster, LeaseClock(SystemClock(), control), control)
    except Exception as error:
        return never_began(operation, error, progress)
    try:
        return without_secrets(_performed(operation, token, control, field, progress), field)
    finally:
        _close(field, operation)


def _performed(operation: Operation, token: int, control: Control, field: Field, progress: Progress) -> Ending:
    journal = OperationJournal(operation.pk, token, secrets_of(field))
    runs = ClusterRuns(operation.cluster_id, operation.pk, token)
    try:
        plan = _plan(operation, field, runs, journal, control)
        stage = _stage(operation, token, plan, field, runs, journal, control)
    except PASSING:
        raise
    except Exception as error:
        return never_began(operation, error, progress)
    if strange := sorted(progress.acted.keys() - {step.key for step in plan.steps}):
        return untold(operation, JournalBroken(f"It says that {' and '.join(strange)} acted, which its plan lacks."))
    if is_procedure(plan.kind):
        runner = Runner(stage, BEHAVIOURS, no_longer=no_longer, by_now=by_now)
    else:
        runner = Runner(stage, BEHAVIOURS, agree=require_agreement)
    try:
        return diagnosing.keep(operation, token, stage.diagnoses, runner.run(progress))
    except PASSING:
        raise
    except Exception as error:
        return unforeseen(operation, error, changed=runner.changed)


def _come_so_far(operation: Operation, token: int) -> Progress:
    """The operation's progress; its column of steps done begins anew from it. Raises `JournalBroken`."""
    progress = progress_of(operation.pk)
    ours = Operation.objects.filter(pk=operation.pk, lease_token=token)
    ours.update(steps_done=len(progress.over))
    return progress


def _plan(operation: Operation, field: Field, runs: Runs, journal: OperationJournal, control: Control) -> Plan:
    """The plan that was confirmed, or the one that is made now."""
    if operation.plan.state == PlanRecord.State.READY:
        return plan_records.of(operation.plan)
    return planned_now(operation, field, runs, journal, control)


def _stage(
    operation: Operation,
    token: int,
    plan: Plan,
    field: Field,
    runs: Runs,
    journal: OperationJournal,
    control: Control,
) -> Stage:
    return Stage(
        operation=f"{operation.pk}-{plan.hash[:8]}",  # numbers begin anew in a new database, hashes do not
        plan=plan,
        field=field,
        mailboxes=MailboxSlices(operation.plan),
        journal=journal,
        control=control,
        clock=field.clock,
        runs=runs,
        receipts=OperationReceipts(operation.pk, token),
        since=operation.confirmed_at,
        attempt=operation.attempt,
        wanted=f"{operation.requested_by_name}: {operation.reason}",
        files=ClusterFiles(operation.cluster, _asker(operation), operation.reason),
    )


def _asker(operation: Operation) -> audit.Actor:
    """Who wanted the operation, for what it decides on the way."""
    origins = audit.AuditRecord.Origin
    origin = origins(operation.origin) if operation.origin in origins.values else origins.SYSTEM
    return audit.Actor(operation.requested_by, operation.requested_by_name, origin)


def secrets_of(field: Field) -> tuple[Secret, ...]:
    """Every password by which the field's cluster is reached: no journal line may show one."""
    cluster = field.cluster
    return (*(node.credential.password for node in cluster.nodes), cluster.directory.credential.password)


def without_secrets(ending: Ending, field: Field) -> Ending:
    """The ending, with every password of the cluster masked in whatever a node or a directory said."""
    values = storable({**asdict(ending), "todo": [todo.to_json() for todo in ending.todo]}, secrets_of(field))
    todo = tuple(Todo(**item) for item in values["todo"])
    return Ending(**{**values, "status": ending.status, "todo": todo})


def never_began(operation: Operation, error: Exception, progress: Progress = FRESH) -> Ending:
    """The ending of an operation whose first step was never reached, or that could not be carried on."""
    log.exception("operation could not begin", operation=operation.pk)
    what = f"An unexpected {type(error).__name__}."
    remedy = "Make a new plan; if it comes again, report it with the worker's log."
    if isinstance(error, ChangeoverError):
        what, remedy = error.message, error.remedy
    elif isinstance(error, Refusal):
        what = " ".join([error.headline, *(reason.text for reason in error.reasons)])
        remedy = " ".join(reason.remedy for reason in error.reasons)
    if progress.in_doubt:
        text = f"It is uncertain whether {progress.in_doubt} took effect, and nothing could be looked at: {what}"
        return Ending(Status.UNCERTAIN, text, progress.in_doubt, f"{remedy} {ANSWER}", changed=True)
    if progress.rested:
        text = f"It could not be carried on: {what} What it did before stands in the journal."
        mend = WaitsFor.MEND.value
        return Ending(Status.WAITING, text, remedy=remedy, waits_for=mend, wake_after=MENDED_SECONDS)
    if progress.changed:
        text = f"The operation could not be carried on: {what} What it did before stands in the journal."
        return Ending(Status.FAILED, text, remedy=f"{remedy} Then have it carried on.", changed=True)
    return Ending(Status.FAILED, f"The operation could not begin: {what} Nothing was changed.", remedy=remedy)


def untold(operation: Operation, error: JournalBroken) -> Ending:
    """The ending of an operation of which nobody can tell how far it has come."""
    log.error("journal broken", operation=operation.pk, why=error.message)
    text = f"How far the operation has come cannot be told, so nothing more was done. {error.message}"
    return Ending(Status.UNCERTAIN, text, operation.current_step, error.remedy, changed=True)


def passed_on(progress: Progress) -> Ending:
    """The ending of an operation that one worker after the other lost without getting on."""
    where = progress.in_doubt
    text = f"{progress.resumed} workers in a row fell silent in it before a step ended; it is not tried once more."
    remedy = f"Read the workers' logs of these minutes: something ends them. {ANSWER}"
    return Ending(Status.UNCERTAIN, text, where, remedy, changed=progress.changed)


def unforeseen(operation: Operation, error: Exception, *, changed: bool) -> Ending:
    """The ending of an operation that broke off with an error that no step expects."""
    log.exception("operation broke off", operation=operation.pk)
    operation.refresh_from_db(fields=["current_step"])
    step = operation.current_step
    if isinstance(error, Refusal) and not changed:
        why = " ".join(reason.text for reason in error.reasons) or error.headline
        remedy = " ".join(reason.remedy for reason in error.reasons)
        return Ending(Status.FAILED, f"{why} Nothing was changed.", step, remedy)
    where = f" in the step {step}" if step else ""
    left = "What it did before stands in the journal." if changed else "No step had acted yet."
    return Ending(
        Status.UNCERTAIN,
        f"The worker met an unexpected {type(error).__name__}{where} and broke off. {left}",
        step,
        f"Report the worker's log of this minute. {ANSWER}",
        changed=changed,
    )


def _close(field: Field, operation: Operation) -> None:
    """Close the field; how the operation ended is no longer in doubt, so a session that resists is only logged."""
    try:
        field.__exit__(None, None, None)
    except Exception:
        log.exception("the field could not be closed", operation=operation.pk)
