"""Files of Exchange put where they are missing, and old ones replaced while nothing can have them loaded."""

from collections.abc import Mapping, Sequence
from typing import Any

from console.domain.observe import observe_services
from console.domain.plan import Step
from console.domain.ports import Argv
from console.domain.receipts import Receipt
from console.domain.repair import commands
from console.domain.repair.commands import CLUSTER_SERVICE
from console.domain.steps.base import Goal, Look, Stage, StepFailed
from console.domain.steps.group import views
from console.domain.steps.repair.base import Repair, read, run
from console.domain.steps.services import NOT_STARTED, stop_command
from console.domain.steps.setup.exchange import change_service, started_again


class CopyFile(Repair):
    """A file that is missing is in its place: copied beside it, compared, then renamed, so that it is never half."""

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """That there was none."""
        files = [{"target": step.params["target"], "backup": ""}]
        return Receipt(step.key, step.kind, look.text, {"node": step.params["node"], "files": files})

    def mend(self, stage: Stage, step: Step) -> None:
        """Copy, compare, rename."""
        bring_beside(stage, step, step.params)
        put_in_place(stage, step, step.params)


class ReplaceFiles(Repair):
    """Files of another build are replaced on a node that has no group, while its cluster service is stopped.

    The resource host of a running cluster service has the DLLs loaded. The service is started again whatever happens
    in between; then the node has to be up, and the group where it was.
    """

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """As the doctor judges, once the cluster service runs and the node is up."""
        return standing(stage, step.params["node"]) or super().look(stage, step, applied=applied)

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """Where the files are kept as they were."""
        files = [{"target": one["target"], "backup": one["backup"]} for one in step.params["files"]]
        return Receipt(step.key, step.kind, look.text, {"node": step.params["node"], "files": files})

    def mend(self, stage: Stage, step: Step) -> None:
        """All files beside their places first; then the service down, each kept and replaced, the service up.

        What a worker before this one has replaced already is left; the service is up in the end whatever happens.
        """
        node = step.params["node"]
        require_passive(stage, node)
        with started_again(stage, step, node, [CLUSTER_SERVICE]):
            left = [one for one in step.params["files"] if not same(stage, node, one["source"], one["target"])]
            for one in left:
                bring_beside(stage, step, one)
            if left:
                stop_cluster_service(stage, step, node)
            for one in left:
                _keep(stage, step, one)
                put_in_place(stage, step, one)


def standing(stage: Stage, node: str) -> Look | None:
    """What is not as it should be with the node's cluster service, as a look; None when it runs and the node is up."""
    within = stage.field.cluster.timing.command
    seen = observe_services(stage.field.session(node), [CLUSTER_SERVICE], within=within)[CLUSTER_SERVICE.casefold()]
    if seen.value is None:
        return Look(Goal.UNKNOWN, f"{CLUSTER_SERVICE} on {node} cannot be read: {seen.unknown}")
    if seen.value.state != "RUNNING":
        remedy = f"Start {CLUSTER_SERVICE} on {node} by hand and read its event log."
        return Look(Goal.NOT_YET, f"{CLUSTER_SERVICE} on {node} is {seen.value.state}.", remedy=remedy)
    holder = stage.plan.target
    view = views(stage, [holder])[holder].value
    state = (
        next((word for name, word in view.servers.items() if name.casefold() == node.casefold()), "") if view else ""
    )
    group = view.groups.get(stage.field.cluster.group) if view else None
    if group is None or group.current.casefold() != holder.casefold():
        where = group.current if group else "unknown"
        return Look(Goal.UNKNOWN, f"{stage.field.cluster.group} is {where}, and was on {holder}.")
    if state.casefold() not in ("up", "online"):
        return Look(Goal.NOT_YET, f"{node} is {state or 'unknown'} in the eyes of {holder}.")
    return None


def require_passive(stage: Stage, node: str) -> None:
    """No group is on the node, by the node that has the Exchange group. Raises `StepFailed`."""
    holder = stage.plan.target
    view = views(stage, [holder])[holder].value
    if view is None:
        raise StepFailed(
            f"Which groups are on {node} cannot be read.", remedy="Make a new plan once both nodes answer."
        )
    here = [name for name, group in view.groups.items() if group.current.casefold() == node.casefold()]
    if here:
        text = f"{' and '.join(here)} came to {node}: its cluster service is not stopped under them."
        raise StepFailed(text, remedy=f"Move them off {node}, then make a new plan.")


def stop_cluster_service(stage: Stage, step: Step, node: str) -> None:
    """Stop the cluster service of a passive node and wait until it has."""
    stage.control.beat(step.key, stage.field.cluster.timing.stop_service)
    change_service(stage, step, node, CLUSTER_SERVICE, stop_command(CLUSTER_SERVICE), {NOT_STARTED}, "STOPPED")


def bring_beside(stage: Stage, step: Step, one: Mapping[str, Any]) -> None:
    """Copy the source to the folder where the file belongs, and compare both byte by byte."""
    node, beside = step.params["node"], f"{one['target']}.new"
    run(stage, node, commands.copy(one["source"], beside), step)
    require_same(stage, node, one["source"], beside)


def put_in_place(stage: Stage, step: Step, one: Mapping[str, Any]) -> None:
    """Rename what was brought beside the file into its place."""
    run(stage, step.params["node"], commands.move(f"{one['target']}.new", one["target"]), step)


def _keep(stage: Stage, step: Step, one: Mapping[str, Any]) -> None:
    """Keep the old file under its date and version."""
    node = step.params["node"]
    run(stage, node, commands.copy(one["target"], one["backup"]), step)
    require_same(stage, node, one["target"], one["backup"])
    stage.note(step, f"{one['target']} on {node} as it was is {one['backup']}.")


def is_there(stage: Stage, node: str, path: str) -> bool:
    """Whether there is such a file."""
    return read(stage, node, [commands.listed(path)])[commands.listed(path)].ok


def same(stage: Stage, node: str, one: str, other: str) -> bool:
    """Whether both files hold the same."""
    return read(stage, node, [commands.same_bytes(one, other)])[commands.same_bytes(one, other)].ok


def require_same(stage: Stage, node: str, one: str, other: str) -> None:
    """Raises `StepFailed` unless both files hold the same."""
    if not same(stage, node, one, other):
        remedy = (
            f"Look at the drives of {node} and their free space; nothing was put in its place. Then make a new plan."
        )
        raise StepFailed(f"{other} on {node} does not hold what {one} holds.", remedy=remedy)


def brought(node: str, files: Sequence[Mapping[str, Any]]) -> list[tuple[str, Argv]]:
    """The commands (node, command) that bring each file beside its place."""
    return [
        (node, argv)
        for one in files
        for beside in [f"{one['target']}.new"]
        for argv in (commands.copy(one["source"], beside), commands.same_bytes(one["source"], beside))
    ]


def placed(node: str, files: Sequence[Mapping[str, Any]]) -> list[tuple[str, Argv]]:
    """The commands that keep what is there, where a file is to be kept, and put each into its place."""
    lines: list[tuple[str, Argv]] = []
    for one in files:
        if one.get("backup"):
            lines.append((node, commands.copy(one["target"], one["backup"])))
        lines.append((node, commands.move(f"{one['target']}.new", one["target"])))
    return lines
