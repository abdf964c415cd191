"""Where the time of an operation went, from its journal, and the run that it is held against."""

from django.db.models import QuerySet

from console.domain.checks import Refusal
from console.domain.comparison import Comparison, Run, compare
from console.domain.outage_steps import BEGINS, ENDS, Mark, Outage, Times, spells, times
from console.models import JournalLine, Operation
from console.services import plan_records

MOVES = ("failover", "failback", "takeover", "start", "undo")
"""The kinds that move Exchange or bring it up: those whose time is somebody's outage."""
MARKS = (BEGINS, *sorted(ENDS))
BACK = 20
"""How many good runs are offered to be compared with."""


def outage_of(operation: Operation) -> Outage | None:
    """From when to when mail was down, once both are known."""
    began, ended = operation.outage_started_at, operation.outage_ended_at
    return Outage(began, ended) if began is not None and ended is not None else None


def times_of(operation: Operation) -> Times:
    """Where the time of an operation that has ended went, step by step."""
    lines = JournalLine.objects.filter(operation=operation, kind__in=MARKS).exclude(step="").order_by()
    in_order = sorted(lines.values_list("seq", "kind", "step", "at"))  # asked for in order, all of the journal is read
    marks = [Mark(kind, step, at) for _, kind, step, at in in_order]
    until = operation.ended_at or (marks[-1].at if marks else operation.confirmed_at)
    return times(spells(marks, until), outage_of(operation))


def run_of(operation: Operation) -> Run:
    """The operation as a run that can be compared. Raises `Refusal` for a plan that is not what was made."""
    return Run(operation.pk, plan_records.shown(operation), times_of(operation))


def good_runs(operation: Operation) -> list[Operation]:
    """The moves of the cluster like this one, before it, that succeeded: same kind and target; the last one first."""
    return list(_good_runs(operation)[:BACK])


def last_good(operation: Operation) -> Operation | None:
    """The last of these."""
    return _good_runs(operation).first()


def _good_runs(operation: Operation) -> QuerySet[Operation]:
    like = Operation.objects.filter(cluster_id=operation.cluster_id, kind=operation.kind, target=operation.target)
    found = like.filter(status=Operation.Status.SUCCEEDED, pk__lt=operation.pk).select_related("cluster", "plan")
    return found.order_by("-pk")


def compared(operation: Operation, before: Operation) -> Comparison | None:
    """This run beside that one; None where the plan of one of them can no longer be read."""
    try:
        return compare(run_of(operation), run_of(before))
    except Refusal:
        return None
