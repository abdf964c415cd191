"""What there is to tell of a drill: how it stands, and where the time of each of its two moves went."""

from dataclasses import dataclass
from typing import Any

from console.domain.checks import Refusal
from console.domain.outage_steps import StepTime
from console.models import Drill, Operation, PlanRecord
from console.services import plan_records, run_times

LONGEST_STEPS = 5
"""How many steps of each way are named."""


@dataclass(frozen=True)
class Way:
    """One of the two moves."""

    title: str
    target: str
    plan: PlanRecord | None
    operation: Operation | None
    steps: tuple[tuple[str, StepTime], ...]
    """Where the time went: the steps that took longest, each with its title."""

    def told(self) -> dict[str, Any]:
        """For programs; seconds, null while they are not known."""
        row, outage = self.operation, run_times.outage_of(self.operation) if self.operation else None
        return {
            "target": self.target,
            "plan": self.plan.pk if self.plan else None,
            "operation": row.pk if row else None,
            "status": row.status if row else "",
            "seconds": _seconds(row),
            "outage_seconds": outage.seconds if outage else None,
            "longest": [{"step": title, "seconds": time.took} for title, time in self.steps],
        }


def ways(drill: Drill) -> tuple[Way, Way]:
    """The way there and the way back."""
    there = _way("Way there", drill.away, drill.there_plan, drill.there)
    return there, _way("Way back", drill.home, drill.back_plan, drill.back)


def brief(drill: Drill) -> dict[str, Any]:
    """A drill in a list."""
    told = ("state", "home", "away", "reason", "ticket", "begun_at", "rested_at", "back_at", "waits")
    named = {"id": drill.pk, "cluster": drill.cluster.name, "begun_by": drill.begun_by_name}
    over = {"rest": drill.rest_seconds, "ended_at": drill.ended_at, "ending": drill.ending}
    return named | {field: getattr(drill, field) for field in told} | over


def told(drill: Drill) -> dict[str, Any]:
    """A drill with both of its moves, as `drills_followed.read` hands it out."""
    there, back = ways(drill)
    return brief(drill) | {"there": there.told(), "back": back.told()}


def _way(title: str, target: str, plan: PlanRecord | None, operation: Operation | None) -> Way:
    if operation is None or operation.started_at is None:
        return Way(title, target, plan, operation, ())
    try:
        titles = {step.key: step.title for step in plan_records.shown(operation).steps}
    except Refusal:
        titles = {}
    longest = sorted(run_times.times_of(operation).steps, key=lambda time: -time.took)[:LONGEST_STEPS]
    return Way(title, target, plan, operation, tuple((titles.get(time.step, time.step), time) for time in longest))


def _seconds(row: Operation | None) -> float | None:
    if row is None or row.started_at is None or row.ended_at is None:
        return None
    return (row.ended_at - row.started_at).total_seconds()
