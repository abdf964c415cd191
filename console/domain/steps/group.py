"""Move the failover group by the cluster product, detached, and prove by both nodes that it arrived."""

from collections.abc import Sequence

from console.domain.errors import Garbled, ReachError
from console.domain.observation import ClusterView, Seen
from console.domain.plan import Step
from console.domain.steps.base import Goal, Look, Stage, StepFailed


def views(stage: Stage, nodes: Sequence[str]) -> dict[str, Seen[ClusterView]]:
    """What each node's engine says now; a node that cannot tell is a fact."""
    return {name: _view(stage, name) for name in nodes}


def _view(stage: Stage, name: str) -> Seen[ClusterView]:
    field = stage.field
    try:
        results = field.session(name).batch(field.driver.questions(field.cluster), within=field.cluster.timing.command)
        return Seen(field.driver.read_view(field.cluster, results))
    except (ReachError, Garbled) as error:
        return Seen.nothing(error.message)


def require_owner(stage: Stage, node: str) -> None:
    """The group is on `node` by every engine that answers, else `StepFailed`: agreement before the directory moves."""
    group = stage.field.cluster.group
    told = {
        name: view.groups[group].current
        for name, seen in views(stage, [n.name for n in stage.field.cluster.nodes]).items()
        if (view := seen.value) is not None and group in view.groups
    }
    if told and all(current.casefold() == node.casefold() for current in told.values()):
        return
    words = ", ".join(f"{name} says {current or 'nobody'}" for name, current in told.items()) or "no node could tell"
    raise StepFailed(
        f"The directory may only be switched towards the node that holds the group; that is not {node}: {words}.",
        remedy="Find out where the group is, then make a new plan.",
    )


class MoveGroup:
    """The group is online on the target, by the product's own word."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when an engine shows the group online on the target and no other engine contradicts."""
        source, target = step.params["source"], step.params["target"]
        seen = views(stage, [target, source])
        group = stage.field.cluster.group
        states = {
            name: view.groups[group]
            for name, s in seen.items()
            if (view := s.value) is not None and group in view.groups
        }
        if not states:
            why = "; ".join(f"{name}: {s.unknown or 'does not know the group'}" for name, s in seen.items())
            return Look(Goal.UNKNOWN, f"No node can tell where {group} is ({why}).", ongoing=applied)
        text = "; ".join(f"{name} says {group} is {g.status} on {g.current or 'no node'}" for name, g in states.items())
        there = [g for g in states.values() if g.current.casefold() == target.casefold()]
        if len(there) == len(states) and all(g.status.casefold() == "online" for g in there):
            return Look(Goal.HOLDS, f"{text}.")
        if any(g.status.casefold().endswith("failure") for g in states.values()):
            remedy = f"Look at the failed resource with clpstat on {target}; bring the group up, then make a new plan."
            return Look(Goal.NEVER, f"{text}.", remedy=remedy)
        return self._while_moving(stage, step, text) if applied else Look(Goal.NOT_YET, f"{text}.")

    def _while_moving(self, stage: Stage, step: Step, text: str) -> Look:
        """After the move was sent: what the detached command itself says, when its node can be asked."""
        try:
            run = stage.field.session(step.params["source"]).launched(
                run_id(stage, step), within=stage.field.cluster.timing.command
            )
        except ReachError as error:
            return Look(Goal.NOT_YET, f"{text}; {step.params['source']}: {error.message}", ongoing=True)
        if run.state == "finished" and run.exit_code != 0:
            said = run.output.strip() or "no text"
            remedy = "Mend what the cluster product names, then make a new plan."
            return Look(Goal.NEVER, f"The move ended with exit code {run.exit_code}: {said} {text}.", remedy=remedy)
        return Look(Goal.NOT_YET, f"{text}; the move is {run.state}.", ongoing=run.state != "absent")

    def apply(self, stage: Stage, step: Step) -> None:
        """Start the move so that it outlives our connection, once, named by operation and step."""
        field = stage.field
        argv = field.driver.move(field.cluster, step.params["target"])
        field.session(step.params["source"]).launch(run_id(stage, step), argv, within=field.cluster.timing.command)
        stage.note(step, f"Started on {step.params['source']}: {' '.join(argv)}")


def run_id(stage: Stage, step: Step) -> str:
    """The name of the step's detached command on the node."""
    return f"co-{stage.operation}-{step.key}"
