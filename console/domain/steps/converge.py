"""Wait until the controller that the target uses has what was written on another: flags and names (design 3.6)."""

from console.domain.errors import Garbled
from console.domain.plan import Step
from console.domain.steps.base import Goal, Look, Stage
from console.domain.switch.apply import pending


class Converged:
    """The planned changes of the awaited steps hold on the target's own controller."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Reads the objects there, one by one. Raises `Garbled` when no such controller is set any longer."""
        session = stage.field.target_directory()
        if session is None:
            raise Garbled("The directory no longer names a controller of the nodes.", remedy="Make a new plan.")
        changes = [change for key in step.params["steps"] for change in stage.plan.step(key).changes]
        left = pending(session, changes)
        where = step.params["controller"]
        if not left:
            return Look(Goal.HOLDS, f"{len(changes):,} of {len(changes):,} objects have arrived on {where}.")
        remedy = "Force the replication (repadmin /syncall), then have the operation carried on."
        text = f"{len(left):,} of {len(changes):,} objects have not arrived on {where} yet, first {left[0].dn}."
        return Look(Goal.NOT_YET, text, remedy=remedy)

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but wait."""
