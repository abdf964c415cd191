"""Right before a repair's first change: the cluster is the one that was diagnosed when the plan was made."""

from console.domain.errors import Drifted
from console.domain.plan import Step
from console.domain.steps.base import Goal, Look, Stage
from console.domain.steps.group import views
from console.domain.steps.repair.base import look_again


class RepairRecheck:
    """The group is where it was, and everything can be looked at."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Diagnoses afresh. Raises `Drifted` when the group has another owner."""
        holder, group = stage.plan.target, stage.field.cluster.group
        seen = views(stage, [holder])[holder]
        if seen.value is None:
            remedy = f"See that {holder} answers and its cluster service runs, then make a new plan."
            return Look(Goal.UNKNOWN, f"Where {group} is cannot be read: {seen.unknown}", remedy=remedy)
        state = seen.value.groups.get(group)
        if state is None or state.current.casefold() != holder.casefold():
            where = f"on {state.current}" if state else "not there"
            raise Drifted(f"{group} was on {holder} when this was planned, and is {where} now.")
        found = look_again(stage)
        for gap in found.unread:
            text = f"{gap.what} on {gap.node or found.cluster} cannot be looked at: {gap.why}"
            return Look(Goal.UNKNOWN, text, remedy=gap.remedy)
        return Look(Goal.HOLDS, f"{group} is on {holder}; the doctor finds {len(found.findings)}.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do."""
