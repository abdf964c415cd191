"""Repairs taken back from what they found before: files, registrations, types, resources, values of the registry."""

from typing import Any

from console.domain.plan import Step
from console.domain.repair import commands
from console.domain.repair.commands import CLUSTER_SERVICE
from console.domain.repair.reg_file import KeyChange, version_4
from console.domain.steps.base import Goal, Look, Stage
from console.domain.steps.repair.base import key_of, look_again, read, run
from console.domain.steps.repair.cluster import change_offline
from console.domain.steps.repair.files import (
    is_there,
    require_passive,
    require_same,
    same,
    standing,
    stop_cluster_service,
)
from console.domain.steps.repair.registry import key_seen
from console.domain.steps.setup.exchange import started_again

IMPORTS = r"C:\changeover\run"
NO_DEPENDENCY, NO_RESOURCE, NO_TYPE = 5002, 5007, 5078


class FilesBack:
    """Each file is the one that was kept, or is not there where there was none."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Compares byte by byte, once the cluster service of the node runs."""
        node = step.params["node"]
        if (off := standing(stage, node)) is not None:
            return off
        left = [one["target"] for one in step.params["files"] if not _is_back(stage, node, one)]
        if left:
            return Look(Goal.NOT_YET, f"{' and '.join(left)} on {node} is not as it was before the repair.")
        return Look(Goal.HOLDS, f"The files on {node} are as they were before the repair.")

    def apply(self, stage: Stage, step: Step) -> None:
        """With the cluster service of the passive node stopped, and started again whatever happens."""
        node = step.params["node"]
        require_passive(stage, node)
        with started_again(stage, step, node, [CLUSTER_SERVICE]):
            left = [one for one in step.params["files"] if not _is_back(stage, node, one)]
            if left:
                stop_cluster_service(stage, step, node)
            for one in left:
                self._back(stage, step, one)

    def _back(self, stage: Stage, step: Step, one: dict[str, Any]) -> None:
        node, target = step.params["node"], one["target"]
        if not one["backup"]:
            run(stage, node, commands.remove(target), step)
            return
        run(stage, node, commands.copy(one["backup"], f"{target}.new"), step)
        require_same(stage, node, one["backup"], f"{target}.new")
        run(stage, node, commands.move(f"{target}.new", target), step)


def _is_back(stage: Stage, node: str, one: dict[str, Any]) -> bool:
    if one["backup"]:
        return same(stage, node, one["backup"], one["target"])
    return not is_there(stage, node, one["target"])


class RegistryBack:
    """The key holds what it held before."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Reads the key and compares."""
        change, node = KeyChange.from_json(step.params["change"]), step.params["node"]
        seen = key_seen(stage, node, change.key)
        if change.whole:
            back = seen is None
        else:
            held = seen is not None and all(seen.value(value.name) == value for value in change.values)
            back = held and seen is not None and not any(seen.value(name) for name in change.gone)
        if back:
            return Look(Goal.HOLDS, f"{change.key} on {node} is as it was before the repair.")
        return Look(Goal.NOT_YET, f"{change.key} on {node} is as the repair left it.")

    def apply(self, stage: Stage, step: Step) -> None:
        """Import a file of the older form, written line by line, and take it away again."""
        node, within = step.params["node"], stage.field.cluster.timing.command
        session, path = stage.field.session(node), rf"{IMPORTS}\{step.params['file']}"
        if not read(stage, node, [("dir", IMPORTS)])[("dir", IMPORTS)].ok:
            run(stage, node, ("mkdir", IMPORTS), step)
        session.put(path, version_4([KeyChange.from_json(step.params["change"])]), within=within)
        run(stage, node, commands.import_file(path), step)
        run(stage, node, commands.remove(path), step)


class CommandBack:
    """What a command of a repair made is gone again: the doctor finds what it had found."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Diagnoses afresh."""
        found = {key_of(one) for one in look_again(stage).findings}
        left = [about for code, node, about in step.params["findings"] if (code, node, about) not in found]
        if left:
            return Look(Goal.NOT_YET, f"{' and '.join(left)}: as the repair left it.")
        return Look(Goal.HOLDS, "It is as it was before the repair: the doctor finds again what it had found.")

    def apply(self, stage: Stage, step: Step) -> None:
        """The opposite command; what is gone already is no failure."""
        argv = tuple(step.params["argv"])
        run(stage, step.params["node"], argv, step, accepted=(0, NO_RESOURCE, NO_TYPE))


class DependenciesBack(CommandBack):
    """The resource does not depend any more on what the repair had it depend on."""

    def apply(self, stage: Stage, step: Step) -> None:
        """Offline, remove, online."""
        argvs = [commands.remove_dependency(step.params["name"], needed) for needed in step.params["needs"]]
        change_offline(stage, step, argvs, accepted=(0, NO_DEPENDENCY))
