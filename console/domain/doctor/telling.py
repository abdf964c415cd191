"""Says in sentences what was looked at and is well, so that a short list of findings is not taken for a short look."""

from collections.abc import Iterator, Sequence

from console.domain.clustered import ClusteredSetup
from console.domain.doctor.facts import NodeFacts, arrived
from console.domain.doctor.looking import DAYS
from console.domain.field import Field
from console.domain.findings import Finding


def looked(
    field: Field, setup: ClusteredSetup, facts: Sequence[NodeFacts], found: Sequence[Finding], mended: int
) -> tuple[str, ...]:
    """A sentence for each area that was read on a node and has no finding there, then what holds for the cluster."""
    there = [node for node in facts if node.installed]
    sentences = [text for node in there for text in _node(node, setup, {f.area for f in found if f.node == node.node})]
    shared = next((node for node in facts if node.types is not None), None)
    areas = {finding.area for finding in found if not finding.node}
    if shared is not None:
        sentences += _cluster(shared, field, areas)
    if mended:
        sentences.append(
            f"The set-up logs tell of {mended} things that were not done; what was left out then is there now."
        )
    return tuple(sentences)


def _node(node: NodeFacts, setup: ClusteredSetup, areas: set[str]) -> Iterator[str]:
    names = ", ".join(one.name for one in setup.files)
    told = {
        "cluster-files": (node.cluster_files, f"{names} are in {node.cluster_folder}, of build {node.build}."),
        "binaries": (node.binaries, f"{len(node.binaries or ())} files are in {node.bin}, none is missing."),
        "registration": (node.classes, f"{setup.extension} is registered as a COM class."),
        "event-sources": (node.sources, f"the event sources are there, {len(node.sources or ())} in all."),
        "provider": (node.bound, f"the Exchange provider is bound to {node.bound}."),
        "events": (node.events, f"no event of the last {DAYS} days tells of trouble with Exchange's resources."),
        "setup-log": (node.log_findings, f"the set-up log {node.log_path} tells of nothing that is still amiss."),
    }
    for area, (read, sentence) in told.items():
        if read is not None and area not in areas:
            yield f"{node.node}: {sentence}"
    if node.reported is not None and node.reported[0]:
        yield f"{node.node}: {setup.reports} has logged {arrived(*node.reported)}."


def _cluster(node: NodeFacts, field: Field, areas: set[str]) -> Iterator[str]:
    wanted = field.generation.resource_types
    if "resource-types" not in areas:
        yield f"The cluster has all {len(wanted)} resource types of {field.generation.title}, each with its DLL."
    group = node.view.groups.get(field.cluster.group) if node.view else None
    if "resources" not in areas and group is not None and node.detailed:
        yield f"Group {group.name} has every resource that comes by itself, and each depends on what it needs."
