"""Nobody uses the switching partition: the guide warns that a node shuts down if it is in use during a move."""

from console.domain.observation import describe
from console.domain.plan import Step
from console.domain.steps.base import Goal, Look, Stage


class FreePartition:
    """No handle, share session or program uses the partition on the source."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when nothing uses it; a kind of use that cannot be listed was accepted with the plan, or fails."""
        node, drive = step.params["node"], stage.field.cluster.partition
        use = stage.field.observe_node(node).partition
        if use.users:
            text = f"{drive} on {node} is in use by {describe(use.users)}."
            return Look(Goal.NOT_YET, text, remedy="Close what uses the partition, then have the operation carried on.")
        if use.complete:
            return Look(Goal.HOLDS, f"Nothing uses {drive} on {node}.")
        text = f"Not everything that may use {drive} on {node} can be listed: {' '.join(use.unlisted)}"
        if step.params.get("unlisted_accepted"):
            return Look(Goal.HOLDS, f"{text} This was accepted when the plan was confirmed.")
        return Look(Goal.UNKNOWN, text, remedy="Make a new plan; it asks for your acceptance of what cannot be told.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but wait."""
