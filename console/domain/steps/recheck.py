"""Right before the first change: is the world still the one that the plan was made for?"""

from collections.abc import Sequence

from console.domain import drift
from console.domain.errors import Drifted
from console.domain.observation import describe
from console.domain.observe import foreign_users
from console.domain.plan import Step
from console.domain.steps.base import Goal, Look, Stage
from console.domain.steps.group import require_owner
from console.domain.switch.apply import compare_membership

NAMED = 6
"""How many differences the sentence names; somebody reads it at night, and the journal has all of them."""


def drifted(stage: Stage, step: Step, opening: str, found: Sequence[str]) -> Drifted:
    """What no longer fits, in one sentence; each difference beyond those that it names stands in the journal."""
    for difference in found[NAMED:]:
        stage.note(step, f"No longer as planned: {difference}.", kind="warning")
    more = len(found) - NAMED
    rest = f"; and {more} more, which the journal names" if more > 0 else ""
    return Drifted(f"{opening}: {'; '.join(found[:NAMED])}{rest}.")


class Recheck:
    """Nothing that the plan relies on has changed, and nobody uses the partition who must not."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Reads nodes and directory afresh. Raises `Drifted` with everything that changed."""
        field, plan = stage.field, stage.plan
        observation = field.observe()
        silent = [
            f"{name} ({seen.hostname.unknown})" for name, seen in observation.nodes.items() if not seen.hostname.value
        ]
        if silent:  # a node that does not answer at this moment has not become another one
            text = f"Whether the plan still fits cannot be told without {' and '.join(silent)}."
            return Look(Goal.UNKNOWN, text, remedy="See that the node answers over WinRM, then make a new plan.")
        view = field.read_directory()
        found = drift.differences(
            plan.structural, drift.fingerprint(field.cluster, field.generation, observation, view)
        )
        users = foreign_users(observation.nodes[plan.source].partition, field.cluster, field.generation)
        if users:
            found.append(f"{field.cluster.partition} on {plan.source} is now in use by {describe(users)}")
        if found:
            raise drifted(stage, step, "The plan no longer fits", found)
        self.compare_mailboxes(stage, step)
        return Look(Goal.HOLDS, "Nodes, services, directory and mailboxes are as the plan expects.")

    def compare_mailboxes(self, stage: Stage, step: Step) -> None:
        """Raises `Drifted` when more of them came or are gone than the cluster tolerates."""
        compare_membership(
            stage.field.directory(),
            stage.field.read_directory(),
            stage.mailboxes.guids(),
            stage.plan.membership.tolerance,
            lambda text: stage.note(step, text),
        )

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do."""


class HolderRecheck(Recheck):
    """The target still has the group, and the directory is as it was planned with; the other node may be silent."""

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Reads both afresh. Raises `StepFailed` when another node has the group, `Drifted` for another directory."""
        require_owner(stage, stage.plan.target)
        found = drift.differences(stage.plan.structural, drift.directory_fingerprint(stage.field.read_directory()))
        if found:
            raise drifted(stage, step, "The directory is no longer as it was when this was planned", found)
        self.compare_mailboxes(stage, step)
        return Look(Goal.HOLDS, f"{stage.plan.target} has the group, and the directory is as the plan expects.")
