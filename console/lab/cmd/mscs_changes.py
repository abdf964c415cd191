"""What cluster.exe changes in the cluster's database: types, resources, dependencies, possible owners."""

from console.lab.cmd.interpreter import Interpreter
from console.lab.cmd.mscs_arguments import Line
from console.lab.mscs import asking, changing


def change_type(cmd: Interpreter, line: Line) -> int:
    """Create or delete a resource type, or give it another DLL; the Win32 error."""
    world, node, by = cmd.process.world, cmd.process.node, cmd.process.line
    if line.has("delete"):
        return changing.delete_type(world, node, line.name, by=by)
    if line.has("properties"):
        return changing.set_type_dll(world, node, line.name, line.values.get("dllname", ""), by=by)
    name = line.options.get("type") or line.name
    is_alive, looks_alive = line.number("isalive", 60000), line.number("looksalive", 5000)
    dll = line.value("dllname")
    return changing.create_type(world, node, name, dll, is_alive=is_alive, looks_alive=looks_alive, by=by)


def change_resource(cmd: Interpreter, line: Line) -> int:
    """Create or delete a resource, or change what it depends on and where it may run; the Win32 error."""
    world, node, by, name = cmd.process.world, cmd.process.node, cmd.process.line, line.name
    if line.has("create"):
        return changing.create_resource(world, node, name, line.value("group"), line.value("type"), by=by)
    if line.has("delete"):
        return changing.delete_resource(world, node, name, by=by)
    if line.has("adddependency"):
        return changing.add_dependency(world, node, name, line.value("adddependency"), by=by)
    if line.has("removedependency"):
        return changing.remove_dependency(world, node, name, line.value("removedependency"), by=by)
    with world.lock:
        resource = asking.resource_named(node.cluster, name)[1]
        wanted = asking.node_named(node.cluster, line.value("addowner" if line.has("addowner") else "removeowner"))
        return asking.set_owner(world, resource, wanted, by, may=line.has("addowner"))
