"""Hand the group over to the cluster product and the node's own script, which stops before Exchange and asks."""

from console.domain.observation import GroupState
from console.domain.observe import observe_services
from console.domain.plan import Step
from console.domain.steps.asking import target_run
from console.domain.steps.base import Goal, Look, Stage
from console.domain.steps.group import MoveGroup, StartGroup

ARRIVED = ("online", "online pending")


class HandOver(MoveGroup):
    """The target's START.BAT asks for a go; or the group is pending there and the source's services are stopped."""

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """The verified question of the target's script proves it; its failure or our no ends it."""
        run, target = target_run(stage), step.params["target"]
        if run is None:
            return super().look(stage, step, applied=applied)
        if run.alive:
            return Look(Goal.HOLDS, f"START.BAT on {target} asks for a go ({run.clp_event}, run {run.run}).")
        why = f"failed: {run.detail}" if run.failed else f"was told no: {run.detail}"
        remedy = f"Look where the group is (clpstat on {target}), then make a new plan from what is true."
        return Look(Goal.NEVER, f"START.BAT on {target} {why}", remedy=remedy)

    def arrived(self, stage: Stage, step: Step, states: list[GroupState]) -> bool:
        """Whether every engine shows the group on the target with all but its script up, and the source is stopped."""
        there = all(g.current.casefold() == step.params["target"].casefold() for g in states)
        up = all(g.status.casefold() in ARRIVED and self._up_to_script(stage, g) for g in states)
        return there and up and self._source_stopped(stage, step)

    def _up_to_script(self, stage: Stage, group: GroupState) -> bool:
        """Whether partition and address are online: what is left is the script, which waits for us."""
        script_state = stage.field.driver.script_state
        others = [r for r in group.resources if script_state([f"{r.kind}@{r.name}"]) == "none"]
        return all(r.status.casefold() == "online" for r in others)

    def _source_stopped(self, stage: Stage, step: Step) -> bool:
        """Raises `ReachError` when the source does not answer: then only the question itself is proof."""
        field = stage.field
        names = [service.name for service in field.generation.running_services(field.cluster.extra_services)]
        session = field.session(step.params["source"])
        seen = observe_services(session, names, within=field.cluster.timing.command)
        return all(s.value is not None and s.value.state in ("STOPPED", "ABSENT") for s in seen.values())

    def apply(self, stage: Stage, step: Step) -> None:
        """Start the move, detached: it ends only after START.BAT, which waits for our go."""
        stage.note(step, "Mail goes down now, for planned work.", mark="outage-started")
        super().apply(stage, step)


class TakeGroup(StartGroup, HandOver):
    """As a hand-over, from a node that is dead: the group is started on the target, and nobody is there to be asked."""

    def _source_stopped(self, stage: Stage, step: Step) -> bool:
        return True

    def apply(self, stage: Stage, step: Step) -> None:
        """Start the group on the target, detached, once."""
        MoveGroup.apply(self, stage, step)
