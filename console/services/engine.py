"""Where rows meet the domain: a plan is made for a record, and an operation's plan is performed."""

from collections.abc import Callable
from dataclasses import asdict

import structlog

from console.adapters.clock import SystemClock
from console.domain import planner
from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.lease import LeaseLost
from console.domain.outcome import Ending, Status, Todo
from console.domain.plan import Plan
from console.domain.ports import Control, Runs
from console.domain.runner import Runner
from console.domain.secrets import Secret
from console.domain.steps import BEHAVIOURS
from console.domain.steps.base import Stage
from console.models import Operation, PlanRecord
from console.services.fields import open_field
from console.services.journal import OperationJournal, storable
from console.services.lease import LeaseClock
from console.services.mailbox_slices import MailboxSlices, SliceWriter
from console.services.planning import planned_now
from console.services.runs import ClusterRuns

Perform = Callable[[Operation, int, Control], Ending]
"""Carries an operation out under a lease's token; raises `LeaseLost` when it is no longer ours."""

log = structlog.get_logger(__name__)


def make_plan(record: PlanRecord, sink: SliceWriter) -> Plan:
    """Read the record's cluster and make the plan that it asks for. Raises `Refusal`, `ChangeoverError`."""
    with open_field(record.cluster) as field:
        if record.kind == "takeover":
            return planner.make_person_takeover(field, record.target, sink)
        return planner.make_plan(field, record.kind, record.target, sink)


def perform(operation: Operation, token: int, control: Control) -> Ending:
    """Carry the operation's plan out on its cluster, and say how it ended.

    An operation that began by itself is planned first. What goes wrong before the first step is a failure that
    changed nothing; what nobody foresaw after it is uncertain. Raises `LeaseLost`.
    """
    try:
        field = open_field(operation.cluster, LeaseClock(SystemClock(), control))
    except Exception as error:
        return never_began(operation, error)
    journal = OperationJournal(operation.pk, token, secrets_of(field))
    runs = ClusterRuns(operation.cluster_id, operation.pk, token)
    try:
        plan = _plan(operation, field, runs, journal, control)
        stage = _stage(operation, plan, field, runs, journal, control)
    except LeaseLost:
        raise
    except Exception as error:
        _close(field, operation)
        return without_secrets(never_began(operation, error), field)
    runner = Runner(stage, BEHAVIOURS)
    try:
        return without_secrets(runner.run(), field)
    except LeaseLost:
        raise
    except Exception as error:
        return unforeseen(operation, error, changed=runner.changed)
    finally:
        _close(field, operation)


def _plan(operation: Operation, field: Field, runs: Runs, journal: OperationJournal, control: Control) -> Plan:
    """The plan that was confirmed, or the one that is made now."""
    if operation.plan.state == PlanRecord.State.READY:
        return Plan.from_json(operation.plan.body or {})
    return planned_now(operation, field, runs, journal, control)


def _stage(
    operation: Operation, plan: Plan, field: Field, runs: Runs, journal: OperationJournal, control: Control
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
        since=operation.confirmed_at,
    )


def secrets_of(field: Field) -> tuple[Secret, ...]:
    """Every password by which the field's cluster is reached: no journal line may show one."""
    cluster = field.cluster
    return (*(node.credential.password for node in cluster.nodes), cluster.directory.credential.password)


def without_secrets(ending: Ending, field: Field) -> Ending:
    """The ending, with every password of the cluster masked in whatever a node or a directory said."""
    values = storable({**asdict(ending), "todo": [todo.to_json() for todo in ending.todo]}, secrets_of(field))
    todo = tuple(Todo(**item) for item in values["todo"])
    return Ending(**{**values, "status": ending.status, "todo": todo})


def never_began(operation: Operation, error: Exception) -> Ending:
    """The ending of an operation whose first step was never reached."""
    log.exception("operation could not begin", operation=operation.pk)
    what = f"An unexpected {type(error).__name__}."
    remedy = "Make a new plan; if it comes again, report it with the worker's log."
    if isinstance(error, ChangeoverError):
        what, remedy = error.message, error.remedy
    elif isinstance(error, Refusal):
        what = " ".join([error.headline, *(reason.text for reason in error.reasons)])
        remedy = " ".join(reason.remedy for reason in error.reasons)
    return Ending(Status.FAILED, f"The operation could not begin: {what} Nothing was changed.", remedy=remedy)


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
        "Observe the cluster afresh, then acknowledge this operation; report the worker's log of this minute.",
        changed=changed,
    )


def _close(field: Field, operation: Operation) -> None:
    """Close the field; how the operation ended is no longer in doubt, so a session that resists is only logged."""
    try:
        field.__exit__(None, None, None)
    except Exception:
        log.exception("the field could not be closed", operation=operation.pk)
