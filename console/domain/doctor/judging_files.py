"""Judges what lies in the cluster folder and the bin folder of each node, and the builds of the two."""

from collections.abc import Iterator

from console.domain.clustered import ClusteredSetup, ClusterFile
from console.domain.doctor.facts import NodeFacts
from console.domain.doctor.readings import FileFact, base_name, folder_of, version_key
from console.domain.findings import Finding

MANY = 20
"""So many missing binaries are no single files any more."""


def installed(node: NodeFacts, setup: ClusteredSetup) -> Iterator[Finding]:
    """Whether Exchange is there at all."""
    if not node.installed:
        evidence = f"The node has no service {setup.service} (sc ends with 1060)."
        yield Finding("binaries.not-installed", node.node, setup.service, evidence, {"service": setup.service})


def cluster_files(node: NodeFacts, other: NodeFacts | None, setup: ClusteredSetup) -> Iterator[Finding]:
    """Files that are missing in the cluster folder, or older than they should be."""
    if node.cluster_files is None:
        return
    for wanted in setup.files:
        path = rf"{node.cluster_folder}\{wanted.name}"
        found = node.cluster_files.get(wanted.name.casefold())
        data = {"file": wanted.name, "folder": node.cluster_folder, "path": path, "build": node.build}
        if found is None:
            code = "cluster-files.missing" if wanted.used else "cluster-files.unused-missing"
            yield Finding(code, node.node, wanted.name, f"{path} is not there.{_all_gone(node, setup)}", data)
        elif wanted.versioned and (newer := _newer(wanted, found, node, other)):
            evidence = f"{path} is of version {found.version}, {newer}."
            yield Finding(
                "cluster-files.old-version", node.node, wanted.name, evidence, data | {"version": found.version}
            )


def _all_gone(node: NodeFacts, setup: ClusteredSetup) -> str:
    """What it looks like when set-up has left them all out."""
    if any(one.name.casefold() in (node.cluster_files or {}) for one in setup.files):
        return ""
    return " None of the cluster files is: set-up leaves them out where it finds the active mailbox role."


def _newer(wanted: ClusterFile, found: FileFact, node: NodeFacts, other: NodeFacts | None) -> str:
    """What the file is older than, in words; empty when it is not.

    The copy in the bin folder is the measure where there is one; else the build that most binaries carry, by its first
    three numbers, as single files are of hotfixes; last the other node's file when both nodes are of one build.
    """
    mine = version_key(found.version)
    copy = (node.binaries or {}).get(wanted.name.casefold())
    if not mine:
        return ""
    if copy is not None and version_key(copy.version):
        return f"that in {node.bin} of {copy.version}" if mine < version_key(copy.version) else ""
    if mine[:3] < version_key(node.build)[:3]:
        return f"Exchange on this node of {node.build}"
    theirs = (other.cluster_files or {}).get(wanted.name.casefold()) if other and other.build == node.build else None
    if other and theirs and mine < version_key(theirs.version):
        return f"that on {other.node} of {theirs.version}"
    return ""


def unversioned(node: NodeFacts, setup: ClusteredSetup) -> Iterator[str]:
    """The cluster files whose version WMI does not tell though they should have one."""
    for wanted in setup.files:
        found = (node.cluster_files or {}).get(wanted.name.casefold())
        if wanted.versioned and found is not None and not version_key(found.version):
            yield found.name


def binaries(node: NodeFacts, other: NodeFacts | None, setup: ClusteredSetup) -> Iterator[Finding]:
    """Files that are missing in the bin folder: what every one has, what the other has, what holds messages.

    Of the other's files only those that carry a version count: the rest are logs and the like.
    """
    if node.binaries is None:
        return
    wanted = {name.casefold(): (name, "every installation has it") for name in setup.binaries}
    if other and other.binaries and other.build == node.build:
        wanted |= {key: (one.name, f"{other.node} has it") for key, one in other.binaries.items() if one.version}
    for source in node.sources or ():
        if folder_of(source.path).casefold() == node.bin.casefold():
            why = f"event source {source.name} names it"
            wanted.setdefault(base_name(source.path), (base_name(source.path), why))
    missing = {key: told for key, told in wanted.items() if key not in node.binaries}
    if len(missing) > MANY:
        listed = ", ".join(sorted(name for name, _ in missing.values())[:10])
        evidence = f"{len(missing)} files are not there, among them {listed}."
        yield Finding("binaries.many", node.node, node.bin, evidence, {"folder": node.bin, "build": node.build})
        return
    for name, why in missing.values():
        path = rf"{node.bin}\{name}"
        data = {"file": name, "folder": node.bin, "path": path, "build": node.build}
        yield Finding("binaries.missing", node.node, name, f"{path} is not there; {why}.", data)


def builds(first: NodeFacts, second: NodeFacts) -> Iterator[Finding]:
    """Whether the nodes are of one build; the later one is likely right."""
    one, two = version_key(first.build), version_key(second.build)
    if one and two and one != two:
        older, newer = (first, second) if one < two else (second, first)
        evidence = (
            f"{older.node} is of {older.build}, {newer.node} of {newer.build}, which is likely right: builds only grow."
        )
        data = {"build": older.build, "other": newer.build, "other_node": newer.node}
        yield Finding("binaries.two-builds", older.node, "build", evidence, data)
