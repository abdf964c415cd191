"""What the steps of a cluster's last runs took, read from the marks in their journals."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Max

from console.domain.pace import Run, Timed
from console.models import JournalLine, Operation

RUNS = 5
"""How many of the last runs tell what is usual."""
BEGINS, ENDS = "started", "done"
"""The lines between which a step did something; one that was found done, or was left out, tells nothing."""


def last_runs(operation: Operation) -> Sequence[Run]:
    """What the steps took in the last runs of its kind on its cluster that succeeded before it, the latest first."""
    before = Operation.objects.filter(cluster=operation.cluster_id, kind=operation.kind, pk__lt=operation.pk)
    ended = before.filter(status=Operation.Status.SUCCEEDED, ended_at__isnull=False).order_by("-pk")
    return [_run(pk, at) for pk, at in ended.values_list("pk", "ended_at")[:RUNS]]


@lru_cache(maxsize=512)
def _run(operation: int, _ended_at: datetime) -> Run:
    """The steps of a run that is over, which do not change any more unless it is carried on and ends again."""
    counts = _counts(operation)
    begun: dict[str, datetime] = {}
    found: dict[str, Timed] = {}
    marks = JournalLine.objects.filter(operation=operation, kind__in=(BEGINS, ENDS)).exclude(step="")
    for _, kind, step, at in sorted(marks.order_by().values_list("seq", "kind", "step", "at")):
        if kind == BEGINS:
            begun[step] = at
        elif step in begun:
            found[step] = Timed((at - begun[step]).total_seconds(), counts.get(step, 0))
    return found


def _counts(operation: int) -> dict[str, int]:
    """How many things each step of a run had counted in the end."""
    counting = JournalLine.objects.filter(operation=operation, kind="progress").exclude(step="")
    last = counting.order_by().values("step").annotate(last=Max("seq")).values_list("last", flat=True)
    lines = JournalLine.objects.filter(operation=operation, seq__in=list(last)).values_list("step", "data")
    return {step: done for step, data in lines if isinstance(done := _done(data), int)}


def _done(data: Any) -> Any:
    return data.get("done") if isinstance(data, dict) else None
