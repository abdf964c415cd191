"""Judges what the cluster's database holds: resource types, the group's resources, the extension of administration."""

import re
from collections.abc import Iterator, Sequence

from console.domain.clustered import ClusteredSetup
from console.domain.doctor.facts import NodeFacts, RegisteredType
from console.domain.doctor.readings import base_name
from console.domain.findings import Finding
from console.domain.observation import GroupState, ResourceState
from console.domain.products import ResourceType

_COMMON = frozenset({"microsoft", "exchange", "server", "service", "instance", "virtual"})
"""Words that tell no type of Exchange from another."""


def words(name: str) -> frozenset[str]:
    """The words by which a type is known."""
    return frozenset(re.findall(r"\w+", name.casefold())) - _COMMON


def is_of(kind: str, wanted: ResourceType) -> bool:
    """Whether a type's name is that of `wanted`, or has the same telling words: some names stand in no source."""
    if kind.casefold() == wanted.name.casefold():
        return True
    told = set(re.findall(r"\w+", kind.casefold()))
    return bool(told & {"exchange", "microsoft"}) and words(wanted.name) <= told


def resource_types(node: NodeFacts, wanted: Sequence[ResourceType]) -> Iterator[Finding]:
    """Types that the cluster does not have, or has with another DLL. They are the same for every node."""
    for kind in wanted if node.types is not None else ():
        found = next((one for one in node.types or () if is_of(one.name, kind)), None)
        data = {"type": kind.name, "dll": kind.dll}
        if found is None and not _listed(node.type_names, kind):
            evidence = f"The cluster's database, read on {node.node}, has no such type. How it is known: {kind.mark}."
            yield Finding("resource-types.missing", "", kind.name, evidence, data)
        elif found is not None and base_name(found.dll) != kind.dll.casefold():
            evidence = f"Its DLL is {found.dll or 'empty'}, not {kind.dll}."
            yield Finding("resource-types.wrong-dll", "", found.name, evidence, data | {"found": found.dll})


def _listed(text: str, kind: ResourceType) -> bool:
    """Whether a line of what cluster.exe lists names the type."""
    return any(is_of(line.strip(), kind) for line in text.splitlines())


def registration(nodes: Sequence[NodeFacts], setup: ClusteredSetup) -> Iterator[Finding]:
    """Whether the extension is a COM class on each node, and one of the cluster's extensions."""
    dll = setup.extension.casefold()
    for node in nodes:
        if node.classes is not None and not node.classes and dll not in map(base_name, node.servers.values()):
            path = rf"{node.bin}\{setup.extension.lower()}"
            evidence = f"No COM class is served by it, neither in {node.cluster_folder} nor in {node.bin}."
            yield Finding("registration.com", node.node, setup.extension, evidence, {"file": dll, "path": path})
    shared = next((node for node in nodes if node.types is not None), None)
    if shared is None or any(node.classes is None for node in nodes):
        return
    known = {clsid.upper() for node in nodes for clsid in node.classes or ()}
    known |= {clsid.upper() for node in nodes for clsid, path in node.servers.items() if base_name(path) == dll}
    entered = {clsid.upper() for kind in shared.types or () for clsid in kind.extensions}
    entered |= {clsid.upper() for clsid in shared.extensions}
    own = {clsid for kind in shared.types or () if _of_exchange(kind) for clsid in kind.extensions}
    if not (entered & known if known else own):
        evidence = "None of the extensions of the cluster's resource types leads to it."
        data = {"file": dll, "nodes": "\n".join(node.node for node in nodes if node.classes)}
        yield Finding("registration.cluster", "", setup.extension, evidence, data)


def extensions(nodes: Sequence[NodeFacts]) -> list[str]:
    """The COM classes that extend the administration of Exchange's resource types, or of all types."""
    typed = [c for node in nodes for kind in node.types or () if _of_exchange(kind) for c in kind.extensions]
    return [*typed, *(c for node in nodes for c in node.extensions)]


def _of_exchange(kind: RegisteredType) -> bool:
    return "exchange" in kind.name.casefold()


def resources(node: NodeFacts, group_name: str, wanted: Sequence[ResourceType]) -> Iterator[Finding]:
    """Resources that come by themselves and are not in the group, and dependencies that are not there."""
    group = node.view.groups.get(group_name) if node.view else None
    if group is None or any(not resource.kind for resource in group.resources):
        return
    if not any(kind.created or _of(group, kind) for kind in wanted[:1]):
        return  # the first of them is the System Attendant: without it nobody has made an Exchange server here yet
    for kind in wanted:
        found = _of(group, kind)
        elsewhere = node.view.groups.values() if node.view and kind.single else ()
        if not found and kind.created and not kind.optional and not any(_of(one, kind) for one in elsewhere):
            evidence = f"Group {group.name} holds no resource of this type."
            data = {"type": kind.name, "group": group.name, "needs": "\n".join(kind.needs)}
            yield Finding("resources.missing", "", kind.name, evidence, data)
        for resource in found if node.detailed else ():
            yield from _dependencies(group, resource, kind)


def _of(group: GroupState, kind: ResourceType) -> list[ResourceState]:
    return [resource for resource in group.resources if is_of(resource.kind, kind)]


def _dependencies(group: GroupState, resource: ResourceState, kind: ResourceType) -> Iterator[Finding]:
    """Each type that the resource needs, where the group has one of it, and does not depend on, directly or not."""
    below = _below(group, resource)
    for needed in kind.needs:
        there = [other.name for other in group.resources if _same(other.kind, needed)]
        if there and not any(name.casefold() in below for name in there):
            told = ", ".join(resource.depends_on) or "nothing"
            evidence = f"It depends on {told}, and so on no {needed}."
            data = {"resource": resource.name, "type": kind.name, "needs": needed, "on": "\n".join(there)}
            yield Finding("resources.dependency", "", f"{resource.name}: {needed}", evidence, data)


def _same(kind: str, needed: str) -> bool:
    return kind.casefold() == needed.casefold() or (bool(words(needed)) and words(needed) == words(kind))


def _below(group: GroupState, resource: ResourceState) -> set[str]:
    """Everything that the resource depends on, casefolded."""
    depends = {other.name.casefold(): [name.casefold() for name in other.depends_on] for other in group.resources}
    found, left = set[str](), [name.casefold() for name in resource.depends_on]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += depends.get(name, [])
    return found
