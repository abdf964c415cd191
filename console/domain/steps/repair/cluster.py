"""Resource types and resources of Exchange in the cluster's database: made, corrected, and made to depend."""

from collections.abc import Iterable

from console.domain.errors import ChangeoverError
from console.domain.lease import LeaseLost
from console.domain.plan import Step
from console.domain.receipts import Receipt
from console.domain.repair import commands
from console.domain.steps.base import Goal, Look, Stage, StepFailed
from console.domain.steps.group import views
from console.domain.steps.repair.base import Repair, run

EXISTS, DEPENDENCY_EXISTS = 5010, 5003
"""Of cluster.exe: what was to be made is there, so a worker before this one made it; the look says whether it fits."""
STORED = 5024
"""The value is kept, and counts from the next time that a resource comes online."""


class CreateType(Repair):
    """The resource type is registered with its DLL."""

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """That there was none."""
        return Receipt(step.key, step.kind, look.text, {name: step.params[name] for name in ("node", "name")})

    def mend(self, stage: Stage, step: Step) -> None:
        """On all nodes at once, asked of one."""
        argv = commands.create_type(step.params["name"], step.params["dll"])
        run(stage, step.params["node"], argv, step, accepted=(0, EXISTS))


class SetTypeDll(Repair):
    """The resource type has its own DLL."""

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """The DLL that it had."""
        params = {name: step.params[name] for name in ("node", "name", "before")}
        return Receipt(step.key, step.kind, look.text, params)

    def mend(self, stage: Stage, step: Step) -> None:
        """Write the one property."""
        argv = commands.set_type_dll(step.params["name"], step.params["dll"])
        run(stage, step.params["node"], argv, step, accepted=(0, STORED))


class CreateResource(Repair):
    """A resource that comes by itself is in the group, offline, and depends on what it needs."""

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """That there was none."""
        return Receipt(step.key, step.kind, look.text, {name: step.params[name] for name in ("node", "name")})

    def mend(self, stage: Stage, step: Step) -> None:
        """Make it, then its dependencies: it is offline as it comes."""
        name, node = step.params["name"], step.params["node"]
        argv = commands.create_resource(name, step.params["group"], step.params["kind"])
        run(stage, node, argv, step, accepted=(0, EXISTS))
        for needed in step.params["needs"]:
            run(stage, node, commands.add_dependency(name, needed), step, accepted=(0, DEPENDENCY_EXISTS))


class AddDependencies(Repair):
    """The resource depends on what it needs; what was online as the plan was made is online again."""

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """As the doctor judges, and every resource that goes down on the way is up."""
        found = super().look(stage, step, applied=applied)
        down = _not_online(stage, step.params["online"]) if found.goal is Goal.HOLDS else []
        if down:
            remedy = "Bring it online with Cluster Administrator, and read the event log if it does not come."
            return Look(Goal.NOT_YET, f"{' and '.join(down)} is not online.", ongoing=applied, remedy=remedy)
        return found

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """What it did not depend on, and what was online."""
        params = {name: step.params[name] for name in ("node", "name", "needs", "online")}
        return Receipt(step.key, step.kind, look.text, params)

    def mend(self, stage: Stage, step: Step) -> None:
        """Offline, add, online."""
        argvs = [commands.add_dependency(step.params["name"], needed) for needed in step.params["needs"]]
        change_offline(stage, step, argvs, accepted=(0, DEPENDENCY_EXISTS))


def change_offline(
    stage: Stage, step: Step, argvs: Iterable[tuple[str, ...]], *, accepted: tuple[int, ...] = (0,)
) -> None:
    """Run commands on the step's resource while it is offline; what was online comes back, whatever they say."""
    node, seconds = step.params["node"], max(1, int(stage.field.cluster.timing.stop_service))
    try:
        if step.params["online"]:
            stage.control.beat(step.key, seconds)
            stage.note(step, "What the resource serves goes down now, for planned work.", mark="outage-started")
            run(stage, node, commands.offline(step.params["name"], seconds), step, longer=seconds)
        for argv in argvs:
            run(stage, node, argv, step, accepted=accepted)
    except LeaseLost:
        raise
    except ChangeoverError as error:
        raise _with_the_rest(stage, step, error) from error
    _bring_back(stage, step)


def _with_the_rest(stage: Stage, step: Step, error: ChangeoverError) -> ChangeoverError:
    """The error, once what went offline is online again; and what could not be brought back."""
    try:
        _bring_back(stage, step)
    except LeaseLost:
        raise
    except ChangeoverError as other:
        text = f"{error.message} Nor did all come online again: {other.message}"
        return StepFailed(text, remedy=f"{error.remedy} {other.remedy}")
    return error


def _bring_back(stage: Stage, step: Step) -> None:
    seconds = max(1, int(stage.field.cluster.timing.start_service))
    for name in step.params["online"]:
        stage.control.beat(step.key, seconds)
        run(stage, step.params["node"], commands.online(name, seconds), step, longer=seconds)
    if step.params["online"]:
        stage.note(step, "What went offline for it is online again.", mark="outage-ended")


def _not_online(stage: Stage, names: Iterable[str]) -> list[str]:
    """The resources of these that are not online, by the node that has the group."""
    holder = stage.plan.target
    view = views(stage, [holder])[holder].value
    group = view.groups.get(stage.field.cluster.group) if view else None
    states = {one.name.casefold(): one.status.casefold() for one in group.resources} if group else {}
    return [name for name in names if states.get(name.casefold()) != "online"]
