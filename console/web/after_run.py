"""What stands on the page of a move once it is over: where its time went, and which drill it belongs to."""

from dataclasses import dataclass

from django.db.models import Q

from console.domain.outage_steps import Outage, Times
from console.models import Drill, Operation
from console.services import plan_records, run_times


@dataclass(frozen=True)
class AfterRun:
    """Links and one sentence."""

    drill: Drill | None = None
    timed: bool = False
    """Whether the page that shows where its time went has anything to say."""
    longest: str = ""
    """The step in which mail was down for longest."""
    longest_seconds: float = 0.0
    before: Operation | None = None
    """The last good run like it."""
    more: float | None = None
    """Seconds that mail was down for more than in that one; below zero for fewer."""


def after_run(operation: Operation) -> AfterRun:
    """What there is to say; nothing of what still runs but its drill."""
    drill = Drill.objects.filter(Q(there=operation) | Q(back=operation)).first() or _to_be_part_of(operation)
    if operation.open or operation.kind not in run_times.MOVES or operation.started_at is None:
        return AfterRun(drill)
    before, outage = run_times.last_good(operation), run_times.outage_of(operation)
    earlier = run_times.outage_of(before) if before is not None else None
    more = outage.seconds - earlier.seconds if outage is not None and earlier is not None else None
    step, seconds = _longest(operation, run_times.times_of(operation), outage)
    return AfterRun(drill, True, step, seconds, before, more)


def asks_for_new_plan(operation: Operation) -> bool:
    """Whether what it ended with asks for a new plan and nothing else: then carrying it on is not what leads on."""
    remedy = operation.ending_remedy.casefold()
    half_way = operation.status in (Operation.Status.FAILED, Operation.Status.STOPPED)
    return half_way and "make a new plan" in remedy and "carried on" not in remedy


def _to_be_part_of(operation: Operation) -> Drill | None:
    """The open drill whose plan this is, before the drill has been followed."""
    of = Drill.objects.filter(Q(there_plan=operation.plan_id) | Q(back_plan=operation.plan_id))
    return of.filter(state__in=Drill.OPEN).first()


def _longest(operation: Operation, times: Times, outage: Outage | None) -> tuple[str, float]:
    if outage is None or not times.steps:
        return "", 0.0
    longest = max(times.steps, key=lambda time: time.without_mail)
    titles = {step.key: step.title for step in plan_records.shown(operation).steps}
    return titles.get(longest.step, longest.step), longest.without_mail
