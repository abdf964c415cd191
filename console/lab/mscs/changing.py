"""What changes the cluster's database: resource types and resources made and taken away, and who depends on whom.

Each gives the Win32 error that cluster.exe ends with, 0 when it was done; a change is an effect of kind `cluster`.
"""

from console.lab import definition
from console.lab.mscs.state import FOLDER, OFFLINE, SERVICE, Mscs, ResourceType, group_status, of
from console.lab.state import RUNNING, Cluster, Group, Node, Resource
from console.lab.world import World

DONE = 0
NOT_EMPTY = 145
CIRCULAR = 1059
NO_SERVICE = 1753
DEPENDENT_EXISTS, NO_DEPENDENCY, DEPENDENCY_EXISTS = 5001, 5002, 5003
NO_RESOURCE, EXISTS, NO_GROUP = 5007, 5010, 5013
NOT_LOADED, IS_ONLINE, NOT_ALL_NODES = 5017, 5019, 5037
NOT_ALLOWED, NO_TYPE = 5069, 5078


def create_type(
    world: World, node: Node, name: str, dll: str, *, is_alive: int = 60000, looks_alive: int = 5000, by: str = ""
) -> int:
    """Register a resource type: every node has to be there, and able to load its DLL."""
    with world.lock:
        mscs = of(node.cluster)
        if mscs.type(name) is not None:
            return EXISTS
        if code := _why_no_type(node.cluster, dll):
            return code
        mscs.types[name.casefold()] = ResourceType(name, dll, looks_alive, is_alive)
        world.record("cluster", f"type {name}", "", f"created with {dll}", node=node.name, by=by)
        return DONE


def set_type_dll(world: World, node: Node, name: str, dll: str, *, by: str = "") -> int:
    """Have a type use another DLL."""
    with world.lock:
        kind = of(node.cluster).type(name)
        if kind is None:
            return NO_TYPE
        if code := _why_no_type(node.cluster, dll):
            return code
        before, kind.dll = kind.dll, dll
        world.record("cluster", f"type {kind.name}", before, dll, node=node.name, by=by)
        return DONE


def delete_type(world: World, node: Node, name: str, *, by: str = "") -> int:
    """Take a type away that no resource is of."""
    with world.lock:
        mscs = of(node.cluster)
        kind = mscs.type(name)
        if kind is None:
            return NO_TYPE
        if any(resource.definition.kind.casefold() == name.casefold() for resource in _resources(node.cluster)):
            return NOT_EMPTY
        del mscs.types[name.casefold()]
        world.record("cluster", f"type {kind.name}", kind.dll, "deleted", node=node.name, by=by)
        return DONE


def create_resource(world: World, node: Node, name: str, group_name: str, kind_name: str, *, by: str = "") -> int:
    """Make a resource in a group: it is offline, depends on nothing and may run on every node."""
    with world.lock:
        cluster, mscs = node.cluster, of(node.cluster)
        group = next((one for one in cluster.groups if one.name.casefold() == group_name.casefold()), None)
        kind = mscs.type(kind_name)
        if group is None:
            return NO_GROUP
        if kind is None:
            return NO_TYPE
        if _find(cluster, name) is not None:
            return EXISTS
        if not _loads(mscs, group.owner or node, kind.dll):
            return NOT_LOADED
        group.resources.append(Resource(definition.Resource(name, kind.name), OFFLINE))
        group.status = group_status(group)
        world.record("cluster", f"resource {name}", "", f"created in {group.name}", node=node.name, by=by)
        return DONE


def delete_resource(world: World, node: Node, name: str, *, by: str = "") -> int:
    """Take an offline resource away on which no other depends."""
    with world.lock:
        found = _find(node.cluster, name)
        if found is None:
            return NO_RESOURCE
        group, resource = found
        if resource.status != OFFLINE:
            return IS_ONLINE
        if any(name.casefold() in _casefolded(other.depends) for other in group.resources):
            return DEPENDENT_EXISTS
        group.resources.remove(resource)
        group.status = group_status(group)
        world.record("cluster", f"resource {name}", group.name, "deleted", node=node.name, by=by)
        return DONE


def add_dependency(world: World, node: Node, name: str, needed: str, *, by: str = "") -> int:
    """Have an offline resource depend on another one of its group."""
    with world.lock:
        found, other = _find(node.cluster, name), _find(node.cluster, needed)
        if found is None or other is None:
            return NO_RESOURCE
        group, resource = found
        if resource.status != OFFLINE:
            return IS_ONLINE
        if other[0] is not group:
            return NOT_ALLOWED
        if needed.casefold() in _casefolded(resource.depends):
            return DEPENDENCY_EXISTS
        if name.casefold() in _needed_by(group, needed):
            return CIRCULAR
        resource.depends.append(other[1].definition.name)
        world.record("cluster", f"resource {name}", "", f"depends on {needed}", node=node.name, by=by)
        return DONE


def remove_dependency(world: World, node: Node, name: str, needed: str, *, by: str = "") -> int:
    """Have an offline resource no longer depend on another one."""
    with world.lock:
        found = _find(node.cluster, name)
        if found is None:
            return NO_RESOURCE
        resource = found[1]
        if resource.status != OFFLINE:
            return IS_ONLINE
        kept = [other for other in resource.depends if other.casefold() != needed.casefold()]
        if kept == resource.depends:
            return NO_DEPENDENCY
        resource.depends[:] = kept
        world.record("cluster", f"resource {name}", f"depends on {needed}", "", node=node.name, by=by)
        return DONE


def loaded(node: Node, path: str) -> bool:
    """Whether the resource host of the node's cluster service has this file loaded, so that nobody can replace it."""
    folder, _, name = path.rpartition("\\")
    if node.cluster.mscs is None or folder.casefold() != FOLDER.casefold() or not _serves(node):
        return False
    dlls = {kind.dll.casefold() for kind in node.cluster.mscs.types.values()}
    return name.casefold() in dlls


def _why_no_type(cluster: Cluster, dll: str) -> int:
    """Why the cluster does not take a type with this DLL; 0 when it does."""
    if not all(_serves(node) for node in cluster.nodes):
        return NOT_ALL_NODES
    return DONE if all(_loads(of(cluster), node, dll) for node in cluster.nodes) else NOT_LOADED


def _serves(node: Node) -> bool:
    service = node.service(SERVICE)
    return node.powered and service is not None and service.state == RUNNING


def _loads(mscs: Mscs, node: Node, dll: str) -> bool:
    """Whether the DLL lies in the cluster folder of the node; what Windows itself brings always does."""
    return dll.casefold() == "clusres.dll" or node.disk.item(rf"{FOLDER}\{dll}") is not None


def _resources(cluster: Cluster) -> list[Resource]:
    return [resource for group in cluster.groups for resource in group.resources]


def _find(cluster: Cluster, name: str) -> tuple[Group, Resource] | None:
    """The resource of this name with its group."""
    for group in cluster.groups:
        for resource in group.resources:
            if resource.definition.name.casefold() == name.casefold():
                return group, resource
    return None


def _needed_by(group: Group, name: str) -> set[str]:
    """Everything, casefolded, that the resource of this name needs, directly or not, and itself."""
    known = {resource.definition.name.casefold(): _casefolded(resource.depends) for resource in group.resources}
    found, left = set[str](), {name.casefold()}
    while left:
        found |= left
        left = {other for one in left for other in known.get(one, ())} - found
    return found


def _casefolded(names: list[str]) -> list[str]:
    return [name.casefold() for name in names]
