"""The first step of a takeover or a start: nobody else holds the group, and the directory is as it was planned with."""

from console.domain import drift
from console.domain.observation import ClusterView
from console.domain.plan import Step
from console.domain.steps.asking import refused, second_opinion
from console.domain.steps.base import Goal, Look, Stage
from console.domain.steps.group import views
from console.domain.steps.recheck import drifted


class SecondOpinion:
    """The other node does not hold the group, by a fresh look at both nodes and the floating IP (design rule 12)."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Never, with an alarm, when it is held; silence is said loudly. Raises `Drifted` for another directory."""
        given_up = self._not_given_up(stage) if step.params.get("person") else None
        if given_up is not None:
            return given_up
        opinion = second_opinion(stage)
        no = refused(stage, step, opinion)
        if no is not None:
            return no
        found = drift.differences(stage.plan.structural, drift.directory_fingerprint(stage.field.read_directory()))
        if found:
            raise drifted(stage, step, "The directory is no longer as it was when this was planned", found)
        return Look(Goal.HOLDS, opinion.sentence)

    def _not_given_up(self, stage: Stage) -> Look | None:
        """What forbids a person's takeover by the word of the target's own product, asked again."""
        field, target = stage.field, stage.plan.target
        seen = views(stage, [target])[target]
        if seen.value is None:
            return Look(Goal.UNKNOWN, f"{target} cannot tell how the other server is: {seen.unknown}")
        problems = self._problems(stage, seen.value)
        if not problems:
            return None
        text, remedy = (" ".join(part) for part in zip(*problems, strict=True))
        return Look(Goal.NEVER, f"{field.cluster.name}: {text}", remedy=remedy)

    def _problems(self, stage: Stage, view: ClusterView) -> tuple[tuple[str, str], ...]:
        return stage.field.driver.takeover_problems(stage.field.cluster, view, stage.plan.target)

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but look."""
