"""cluster.exe: what it lists, and what it has the cluster service do. Its exit code is the Win32 error."""

from collections.abc import Callable, Sequence

from console.lab.cmd import mscs_properties
from console.lab.cmd.interpreter import NOT_RECOGNIZED, Interpreter
from console.lab.cmd.mscs_arguments import Line, Wrong, read
from console.lab.cmd.mscs_changes import change_resource, change_type
from console.lab.cmd.registry import command
from console.lab.mscs import asking, errors, listing
from console.lab.mscs.engine import NOT_ONLINE
from console.lab.mscs.numbers import node_state
from console.lab.mscs.state import has_dll, of, possible_owners
from console.lab.schedule import Job
from console.lab.state import Cluster, Group, Node, Resource

JAPANESE = 932
PATIENCE = 20
"""How many seconds a move, online or offline is waited for without /wait (TechNet, "Cluster group")."""


@command("cluster")
def cluster_exe(cmd: Interpreter, rest: str) -> int:
    """Dispatch by object and options."""
    if cmd.process.node.cluster.mscs is None:
        cmd.process.err("'cluster' is not recognized as an internal or external command.")
        return NOT_RECOGNIZED
    try:
        line = read(rest)
        with cmd.process.world.lock:
            cluster = _cluster(cmd, line)
        return _OBJECTS[line.object](cmd, cluster, line)
    except Wrong as wrong:
        cmd.process.out(f'\n{wrong}\n\nType "CLUSTER /?" for the syntax.')
        return errors.WRONG_PARAMETER
    except asking.Refused as refusal:
        cmd.process.out(errors.system_error(refusal.code))
        return refusal.code


def _cluster(cmd: Interpreter, line: Line) -> Cluster:
    cluster = asking.member(cmd.process.node)
    if line.cluster and line.cluster.casefold() != cluster.name.casefold():
        raise asking.Refused(errors.UNREACHABLE)
    if not cmd.process.administrator:
        raise asking.Refused(errors.DENIED)
    return cluster


def _node(cmd: Interpreter, cluster: Cluster, line: Line) -> int:
    with cmd.process.world.lock:
        nodes = [asking.node_named(cluster, line.name)] if line.name else cluster.nodes
        if line.has("pause", "resume"):
            asking.pause(cmd.process.world, nodes[0], cmd.process.line, on=line.has("pause"))
        if line.name and line.has("properties"):
            return _shown(cmd, mscs_properties.of_node(nodes[0]))
        rows = [(node.name, str(cluster.nodes.index(node) + 1), node_state(node)) for node in nodes]
    return _list(cmd, listing.NODES, line.name, listing.NODE_COLUMNS, rows)


def _group(cmd: Interpreter, cluster: Cluster, line: Line) -> int:
    world, by = cmd.process.world, cmd.process.line
    if not line.has("moveto", "online", "offline"):
        return _groups(cmd, cluster, line)
    with world.lock:
        group = asking.group_named(cluster, line.name)
        if line.has("moveto"):
            verb, job = "Moving", asking.move(world, group, _target(cluster, group, line), by)
        elif line.has("online"):
            named = line.options["online"]
            target = asking.node_named(cluster, named) if named else None
            verb, job = "Bringing online", asking.online(world, group, target, by)
        else:
            verb, job = "Taking offline", asking.offline(world, group, by)
    cmd.process.out(f"{verb} resource group '{group.name}'...\n")
    code = _wait(cmd, line, job)
    cmd.process.out(listing.table(listing.GROUP_COLUMNS, [_group_row(group)], japanese=_japanese(cmd)) + "\n")
    # A move ends well once the group is there and has come to rest: how it is there, its state tells.
    return _told(cmd, 0 if line.has("moveto") and code in NOT_ONLINE else code)


def _target(cluster: Cluster, group: Group, line: Line) -> Node:
    named = line.options["moveto"]
    if named:
        return asking.node_named(cluster, named)
    return next((node for node in cluster.nodes if node is not group.owner and node.engine), cluster.nodes[0])


def _groups(cmd: Interpreter, cluster: Cluster, line: Line) -> int:
    with cmd.process.world.lock:
        groups = [asking.group_named(cluster, line.name)] if line.name else cluster.groups
        if line.name and line.has("listowners"):
            preferred = cluster.servers(groups[0]) if groups[0].definition.servers else []
            return _owners(cmd, preferred, "resource group", groups[0].name)
        if line.name and line.has("properties"):
            return _shown(cmd, mscs_properties.of_group(groups[0], cluster.definition.policy.failovers))
        if line.has("node"):
            groups = [group for group in groups if group.owner is asking.node_named(cluster, line.value("node"))]
        rows = [_group_row(group) for group in groups]
    return _list(cmd, listing.GROUPS, line.name, listing.GROUP_COLUMNS, rows)


def _group_row(group: Group) -> tuple[str, str, str]:
    return group.name, group.owner.name if group.owner else "", group.status


def _resource(cmd: Interpreter, cluster: Cluster, line: Line) -> int:
    world, by = cmd.process.world, cmd.process.line
    if line.has("create", "delete", "adddependency", "removedependency", "addowner", "removeowner"):
        return _told(cmd, change_resource(cmd, line))
    if line.has("online", "offline", "fail"):
        with world.lock:
            group, resource = asking.resource_named(cluster, line.name)
            if line.has("fail"):
                job = asking.fail(world, group, resource, by)
            else:
                job = asking.switch(world, group, resource, by, up=line.has("online"))
        cmd.process.out(f"{_verb(line)} resource '{resource.definition.name}'...\n")
        code = 0 if line.has("fail") else _wait(cmd, line, job)
        rows = [_resource_row(group, resource)]
        cmd.process.out(listing.table(listing.RESOURCE_COLUMNS, rows, japanese=_japanese(cmd)) + "\n")
        return _told(cmd, code)
    return _resources(cmd, cluster, line)


def _verb(line: Line) -> str:
    if line.has("fail"):
        return "Failing"
    return "Bringing online" if line.has("online") else "Taking offline"


def _resources(cmd: Interpreter, cluster: Cluster, line: Line) -> int:
    with cmd.process.world.lock:
        found = [(group, resource) for group in cluster.groups for resource in group.resources]
        if line.name:
            found = [asking.resource_named(cluster, line.name)]
            if line.has("listowners"):
                return _owners(cmd, possible_owners(cluster, found[0][1]), "resource", line.name)
            if line.has("properties"):
                return _shown(cmd, mscs_properties.of_resource(found[0][1], cmd.process.node))
            if line.has("privproperties"):
                return _shown(cmd, mscs_properties.private(found[0][1]))
            if line.has("listdependencies"):
                group, resource = found[0]
                names = {name.casefold() for name in resource.depends}
                found = [(group, one) for one in group.resources if one.definition.name.casefold() in names]
                cmd.process.out(f"Listing resource dependencies for '{resource.definition.name}':\n")
                rows = [_resource_row(*pair) for pair in found]
                cmd.process.out(listing.table(listing.RESOURCE_COLUMNS, rows, japanese=_japanese(cmd)))
                return 0
        rows = [_resource_row(*pair) for pair in found]
    return _list(cmd, listing.RESOURCES, line.name, listing.RESOURCE_COLUMNS, rows)


def _resource_row(group: Group, resource: Resource) -> tuple[str, str, str, str]:
    return resource.definition.name, group.name, group.owner.name if group.owner else "", resource.status


def _types(cmd: Interpreter, cluster: Cluster, line: Line) -> int:
    if line.has("create", "delete") or line.values:
        return _told(cmd, change_type(cmd, line))
    with cmd.process.world.lock:
        types = list(of(cluster).types.values())
        if line.name:
            found = of(cluster).type(line.name)
            if found is None:
                raise asking.Refused(5078)
            if line.has("listowners"):
                able = [node for node in cluster.nodes if node.engine and has_dll(node, found.name)]
                return _owners(cmd, able, "resource type", found.name)
            if line.has("properties"):
                return _shown(cmd, mscs_properties.of_type(found))
            types = [found]
        names = [(one.name, one.name) for one in types]
    japanese = _japanese(cmd)
    shown = "" if japanese else "Listing all available resource types:\n\n"
    cmd.process.out(shown + listing.table(listing.TYPE_COLUMNS, names, japanese=japanese))
    return 0


def _shown(cmd: Interpreter, text: str) -> int:
    cmd.process.out(text)
    return 0


def _owners(cmd: Interpreter, nodes: list[Node], what: str, name: str) -> int:
    cmd.process.out(f"Listing possible owners for {what} '{name}':\n")
    rows = [(node.name,) for node in nodes]
    cmd.process.out(listing.table(listing.OWNER_COLUMNS, rows, japanese=_japanese(cmd)))
    return 0


def _list(cmd: Interpreter, what: str, name: str, columns: listing.Columns, rows: Sequence[tuple[str, ...]]) -> int:
    japanese = _japanese(cmd)
    first = listing.heading(what, name, japanese=japanese)
    cmd.process.out(f"{first}\n\n{listing.table(columns, rows, japanese=japanese)}")
    return 0


def _japanese(cmd: Interpreter) -> bool:
    """Whether the node's Windows speaks Japanese: by its definition or by a fault."""
    return cmd.process.node.faulty("cp932") or cmd.process.node.definition.code_page == JAPANESE


def _wait(cmd: Interpreter, line: Line, job: Job) -> int:
    """Wait as the options say; the code of what has ended, 258 for what goes on by itself."""
    if line.has("wait") and not line.options["wait"]:
        cmd.process.wait(lambda: job.outcome is not None)
    elif not cmd.process.wait_at_most(lambda: job.outcome is not None, line.number("wait", PATIENCE)):
        return errors.TIMED_OUT
    return job.outcome.code if job.outcome else 0


def _told(cmd: Interpreter, code: int) -> int:
    if code:
        cmd.process.out(errors.system_error(code))
    return code


_OBJECTS: dict[str, Callable[[Interpreter, Cluster, Line], int]] = {
    "node": _node,
    "group": _group,
    "resource": _resource,
    "resourcetype": _types,
}
