"""Write the steps that copy files: chosen from the installation source by version, before anything is written."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from console.domain.checks import Reason, Refusal
from console.domain.doctor.readings import version_key
from console.domain.errors import ChangeoverError
from console.domain.findings import Finding
from console.domain.planner.repair_base import Made, Wanted, step_of
from console.domain.repair.commands import CLUSTER_SERVICE
from console.domain.repair.ground import Ground
from console.domain.repair.sources import SourceFile, find_files, require_folder
from console.domain.steps.repair.files import brought, placed
from console.domain.steps.services import start_command, stop_command

OLD = "version"
"""Findings about a file that is there, and of another version, tell that version by this name."""
IN_USE = "repair.in-use"
"""The key of reasons that a move of the group does away with."""
STOPS = "The resource host of a running cluster service has the DLL loaded."


def copied(asked: Wanted, findings: Sequence[Finding]) -> Iterator[Made]:
    """A step for each file that is missing, one for all old files of a node; or why not."""
    try:
        folder = require_folder(asked.source)
    except Refusal as refusal:
        yield from refusal.reasons
        return
    found = {id(one): _source(asked, one, folder) for one in findings}
    yield from (made for made in found.values() if isinstance(made, Reason))
    missing = [one for one in findings if OLD not in one.data]
    for number, one in enumerate(missing, 1):
        if isinstance(source := found[id(one)], SourceFile):
            yield _copy(one, source, number)
    old = sorted((one for one in findings if OLD in one.data), key=lambda one: one.node)
    for node, of_node in groupby(old, key=lambda one: one.node):
        yield from _replaced(asked.ground, node, [(one, found[id(one)]) for one in of_node])


def _source(asked: Wanted, finding: Finding, folder: str) -> SourceFile | Reason:
    """The file of the source that fits the installed build, or why there is none."""
    node, name = finding.node, finding.data["file"]
    field = asked.ground.field
    try:
        files = find_files(field.session(node), folder, name)
    except ChangeoverError as error:
        return Reason(
            f"{folder} on {node} cannot be searched for {name}: {error.message}", error.remedy, "repair.source"
        )
    files = tuple(one for one in files if one.path.casefold() != finding.data["path"].casefold())
    wanted = _wanted_version(asked.ground, finding)
    fitting = [one for one in files if _fits(one.version, wanted)]
    if fitting:
        return max(fitting, key=lambda one: version_key(one.version))
    return _no_source(asked.ground, finding, folder, files, wanted)


def _no_source(ground: Ground, finding: Finding, folder: str, files: Sequence[SourceFile], wanted: str) -> Reason:
    node, name = finding.node, finding.data["file"]
    if not files:
        text = f"There is no {name} in {folder} on {node}, nor in a folder below it."
        remedy = f"Name the folder on {node} that holds Exchange's installation files of build {wanted}."
        return Reason(text, remedy, "repair.source", node)
    seen = " and ".join(f"{one.path} is {one.version or 'without a version'}" for one in files[:3])
    text = f"{seen}; {name} on {node} has to be of {wanted or 'an unknown build'}{_others(ground, finding)}."
    remedy = "Use the installation files of that very build: of the service pack, where one is installed."
    return Reason(text, remedy, "repair.version", node)


def _others(ground: Ground, finding: Finding) -> str:
    """What the other node has of the file, for a sentence."""
    other = ground.field.cluster.other(finding.node).name
    version = _version_on(ground, finding, other)
    return f" ({other} has {version})" if version else f" ({other} has none)"


def _wanted_version(ground: Ground, finding: Finding) -> str:
    """The installed build; of a file that is not Exchange's own by its number, what the other node has."""
    setup = {one.name.casefold(): one for one in ground.setup.files}
    known = setup.get(finding.data["file"].casefold())
    other = ground.field.cluster.other(finding.node).name
    if known is not None and not known.versioned:
        return _version_on(ground, finding, other)
    return finding.data["build"]


def _version_on(ground: Ground, finding: Finding, node: str) -> str:
    """The version of the same file in the same kind of folder of that node; empty when there is none."""
    facts = ground.facts[node]
    in_cluster = finding.data["folder"].casefold() == ground.facts[finding.node].cluster_folder.casefold()
    files = (facts.cluster_files if in_cluster else facts.binaries) or {}
    fact = files.get(finding.data["file"].casefold())
    return fact.version if fact else ""


def _fits(version: str, wanted: str) -> bool:
    """Whether it is of that build: its first three numbers; the fourth grows with a hotfix of a single file."""
    one, other = version_key(version), version_key(wanted)
    return bool(one) and one[:3] == other[:3]


def _copy(finding: Finding, source: SourceFile, number: int) -> Made:
    node, target = finding.node, finding.data["path"]
    one = {"source": source.path, "target": target}
    title = f"Copy {finding.data['file']} of version {source.version} to {finding.data['folder']} on {node}"
    return step_of(
        [finding],
        "files.copy",
        f"copy-{number}",
        title,
        f"{target} is on {node}",
        [*brought(node, [one]), *placed(node, [one])],
        f"Delete {target} on {node} again, while its cluster service is stopped and the group on the other node.",
        node=node,
        **one,
    )


def _replaced(ground: Ground, node: str, pairs: Sequence[tuple[Finding, SourceFile | Reason]]) -> Iterator[Made]:
    """One step for a node, its cluster service stopped once; or why it may not be stopped."""
    files = [_file(ground, one, source) for one, source in pairs if isinstance(source, SourceFile)]
    if len(files) < len(pairs):
        return
    against = list(why_not_stopped(ground, node))
    if against:
        yield from against
        return
    stop, start = (node, stop_command(CLUSTER_SERVICE)), (node, start_command(CLUSTER_SERVICE))
    told = ", ".join(one["name"] for one in files)
    timing = ground.field.cluster.timing
    yield step_of(
        [one for one, _ in pairs],
        "files.replace",
        f"replace-{node}",
        f"Replace {told} on {node} while its cluster service is stopped, and prove that {node} is up again",
        f"{told} on {node} is of the installed build",
        [*brought(node, files), stop, *placed(node, files), start],
        "Bring back the files that were kept, while the cluster service is stopped once more.",
        node=node,
        files=files,
        within=timing.stop_service + timing.start_service,
        warning=(
            f"The cluster service of {node} is stopped for a moment: until it is up again, nothing can take over from "
            f"{ground.holder}."
        ),
    )


def _file(ground: Ground, finding: Finding, source: SourceFile) -> dict[str, Any]:
    target, day = finding.data["path"], ground.field.clock.now().date().isoformat()
    return {
        "name": finding.data["file"],
        "source": source.path,
        "target": target,
        "backup": f"{target}.{day}.{finding.data[OLD]}",
    }


def why_not_stopped(ground: Ground, node: str) -> Iterator[Reason]:
    """Why the cluster service of a node may not be stopped: something is on it, or the other one is not there."""
    other = ground.field.cluster.other(node).name
    for group in ground.groups_on(node):
        own = group == ground.group.name
        text = f"{group} is on {node}. {STOPS} Its cluster service is stopped only while the node has no group."
        move = f"Move it to {other} first" + (
            " by a planned move" if own else f': cluster group "{group}" /move:{other}'
        )
        yield Reason(text, f"{move}; then plan the repair again.", IN_USE, node)
    state = next((word for name, word in ground.view.servers.items() if name.casefold() == other.casefold()), "unknown")
    if state.casefold() not in ("up", "online"):
        text = f"{other} is {state}: the cluster would be down while the cluster service of {node} is stopped."
        yield Reason(text, f"Bring {other} up first.", IN_USE, node)
