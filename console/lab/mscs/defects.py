"""What Exchange's cluster set-up can have left undone on a node, as faults of the lab; each can be put back."""

from collections.abc import Callable, Iterator

from console.lab.fault import Fault, Switch
from console.lab.mscs import equipment, setup_logs
from console.lab.mscs.make_up import exchange_group
from console.lab.mscs.resource_types import IS_ALIVE, LOOKS_ALIVE, Kind, exchange_kinds
from console.lab.mscs.state import FOLDER, ResourceType, group_status, of
from console.lab.state import STOPPED, Group, Node, Resource
from console.lab.world import World

WRONG_DLL = "CLUSRES2.DLL"
WRONG_FILE = r"%SystemRoot%\Cluster\EXRES.DLL"
OLD = {"2003": "6.5.6944.0", "2007": "8.0.685.24"}
"""Builds before the service pack that is installed."""
LOST = {"2003": ("emsmta.exe", "madmsg.dll"), "2007": ("msftesql.exe", "madmsg.dll")}
"""What `binaries-missing` takes away when it is not told."""
UNBOUND = "ncalrpc,ncacn_np,netbios"


def _wanted(node: Node, fault: str, argument: str) -> str:
    return node.faults.get(fault, {}).get(argument, "").casefold()


def _files_gone(world: World, node: Node) -> None:
    wanted = _wanted(node, "cluster-file-missing", "file")
    for name in equipment.edition(node).cluster_files:
        path = rf"{FOLDER}\{name}"
        if wanted in ("", name.casefold()) and node.disk.item(path) is not None:
            node.disk.remove(path)


def _files_old(world: World, node: Node) -> None:
    wanted = _wanted(node, "cluster-file-old", "file")
    for name in equipment.edition(node).cluster_files:
        if wanted in ("", name.casefold()):
            equipment.write(node.disk, rf"{FOLDER}\{name}", OLD[node.cluster.definition.generation])


def _files_back(world: World, node: Node) -> None:
    equipment.write_files(node)


def _binaries_gone(world: World, node: Node) -> None:
    wanted = _wanted(node, "binaries-missing", "file")
    for name in (wanted,) if wanted else LOST[node.cluster.definition.generation]:
        path = rf"{equipment.edition(node).bin}\{name}"
        if node.disk.item(path) is not None:
            node.disk.remove(path)


def _kinds(node: Node, wanted: str) -> list[Kind]:
    """The resource types of Exchange whose name holds `wanted`, in any case."""
    return [kind for kind in exchange_kinds(node.cluster.definition.generation) if wanted in kind.name.casefold()]


def _types_gone(world: World, node: Node) -> None:
    for kind in _kinds(node, _wanted(node, "type-missing", "type")):
        of(node.cluster).types.pop(kind.name.casefold(), None)


def _types_wrong(world: World, node: Node) -> None:
    for kind in _kinds(node, _wanted(node, "type-wrong-dll", "type")):
        if found := of(node.cluster).type(kind.name):
            found.dll = WRONG_DLL


def _types_back(world: World, node: Node) -> None:
    types = of(node.cluster).types
    for kind in _kinds(node, ""):
        known = types.setdefault(kind.name.casefold(), ResourceType(kind.name, kind.dll, LOOKS_ALIVE, IS_ALIVE))
        known.dll = kind.dll
    equipment.register_extension(node.cluster)


def _group(node: Node) -> Group | None:
    return next((group for group in node.cluster.groups if group.name == node.cluster.definition.group), None)


def _of_types(node: Node, wanted: str) -> Iterator[Resource]:
    """The resources of the Exchange group that are of a type of Exchange whose name holds `wanted`."""
    group, names = _group(node), {kind.name for kind in _kinds(node, wanted)}
    for resource in list(group.resources) if group else ():
        if resource.definition.kind in names:
            yield resource


def _resources_gone(world: World, node: Node) -> None:
    """The resources of the type go, unless another depends on them: that the cluster service does not allow."""
    group = _group(node)
    for resource in _of_types(node, _wanted(node, "resource-missing", "type")):
        if group and not any(resource.definition.name in other.depends for other in group.resources):
            group.resources.remove(resource)
            group.status = group_status(group)
            _never_started(group.owner or node, resource)


def _never_started(node: Node, resource: Resource) -> None:
    """A resource that was never made has never started the service behind it."""
    for kind in _kinds(node, resource.definition.kind.casefold()):
        if service := node.service(kind.service):
            service.state, service.pid = STOPPED, 0


def _dependencies_gone(world: World, node: Node) -> None:
    for resource in _of_types(node, _wanted(node, "dependency-missing", "type")):
        resource.depends.clear()


def _resources_back(world: World, node: Node) -> None:
    group = _group(node)
    if group is None:
        return
    there = {resource.definition.name: resource for resource in group.resources}
    for entry in exchange_group(node.cluster.definition).resources:
        if entry.name in there:
            there[entry.name].depends[:] = entry.depends
        else:
            group.resources.append(Resource(entry))
    group.status = group_status(group)


def _sources(node: Node, wanted: str) -> list[equipment.Source]:
    return [one for one in equipment.edition(node).sources if wanted in ("", one.name.casefold())]


def _sources_gone(world: World, node: Node) -> None:
    for source in _sources(node, _wanted(node, "source-missing", "source")):
        node.registry.delete(source.key)


def _sources_wrong(world: World, node: Node) -> None:
    for source in _sources(node, _wanted(node, "source-wrong", "source")):
        node.registry.set(source.key, "EventMessageFile", WRONG_FILE, "REG_EXPAND_SZ")


def _registry_back(world: World, node: Node) -> None:
    equipment.write_registry(node)


def _unbound(world: World, node: Node) -> None:
    node.registry.set(equipment.PROVIDER, equipment.BINDINGS, UNBOUND)


def _log_stops(world: World, node: Node) -> None:
    """The log as it is when set-up went wrong there, and the node as it is then: what came after was never done."""
    told = _wanted(node, "setup-log", "at")
    stops = next((stop for stop in _STOPS if stop.casefold() == told), setup_logs.SERVER)
    equipment.write_log(node, stops)
    for undo in _STOPS[stops]:
        undo(node)


def _no_sources(node: Node) -> None:
    for source in equipment.edition(node).sources:
        node.registry.delete(source.key)


_STOPS: dict[str, tuple[Callable[[Node], object], ...]] = {
    setup_logs.SERVER: (
        lambda node: equipment.unregister_extension(node.cluster),
        lambda node: node.registry.set(equipment.PROVIDER, equipment.BINDINGS, UNBOUND),
        _no_sources,
    ),
    setup_logs.SHARED: (_no_sources,),
    setup_logs.NO_EXIT: (equipment.unregister_com,),
}


def _log_whole(world: World, node: Node) -> None:
    equipment.write_log(node)
    equipment.write_registry(node)
    equipment.register_com(node)
    equipment.register_extension(node.cluster)


def _defect(sentence: str, argument: str, on: Switch, off: Switch) -> Fault:
    return Fault(sentence, argument, on, off, each=True, product="mscs")


DEFECTS = {
    "cluster-file-missing": _defect(
        "A file that set-up copies to the cluster folder is missing.", "file", _files_gone, _files_back
    ),
    "cluster-file-old": _defect(
        "A file of the cluster folder is of the build before the service pack.", "file", _files_old, _files_back
    ),
    "binaries-missing": _defect("Files of Exchange's bin folder are missing.", "file", _binaries_gone, _files_back),
    "com-unregistered": _defect(
        "EXCLUADM.DLL is not registered as a COM class.",
        "",
        lambda world, node: equipment.unregister_com(node),
        lambda world, node: equipment.register_com(node),
    ),
    "cluster-unregistered": _defect(
        "EXCLUADM.DLL is not registered with the cluster.",
        "",
        lambda world, node: equipment.unregister_extension(node.cluster),
        lambda world, node: equipment.register_extension(node.cluster),
    ),
    "type-missing": _defect(
        "A resource type of Exchange is missing in the cluster (by a word of its name).",
        "type",
        _types_gone,
        _types_back,
    ),
    "type-wrong-dll": _defect(
        "A resource type of Exchange has a wrong DLL (by a word of its name).", "type", _types_wrong, _types_back
    ),
    "resource-missing": _defect(
        "A resource that System Attendant makes is missing (by a word of its type's name).",
        "type",
        _resources_gone,
        _resources_back,
    ),
    "dependency-missing": _defect(
        "A resource depends on nothing any more (by a word of its type's name).",
        "type",
        _dependencies_gone,
        _resources_back,
    ),
    "source-missing": _defect(
        "An event source of Exchange is not in the registry.", "source", _sources_gone, _registry_back
    ),
    "source-wrong": _defect(
        "An event source of Exchange names another message file.", "source", _sources_wrong, _registry_back
    ),
    "provider-unbound": _defect("The Exchange provider is not bound to RPC over TCP/IP.", "", _unbound, _registry_back),
    "setup-log": _defect(
        "Set-up went wrong, and its log says where: in CLUSTER_SERVER.INS, in CLUSTER_SHARED.INS, or exit, a line"
        " without one; the node lacks what came after.",
        "at",
        _log_stops,
        _log_whole,
    ),
}
