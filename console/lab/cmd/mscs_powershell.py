"""The FailoverClusters module of Windows Server 2008 R2: the cmdlets that look, move, start and stop."""

from collections.abc import Callable
from typing import TypeVar

from console.lab.cmd.process import Process
from console.lab.mscs import asking, errors, numbers
from console.lab.mscs.pipeline import Call, Cmdlets, Item, ShellError
from console.lab.mscs.state import possible_owners
from console.lab.schedule import Job
from console.lab.state import Cluster, Group, Resource

FOREVER = 1e9
Asked = TypeVar("Asked")


def cmdlets(process: Process) -> Cmdlets:
    """The module's cmdlets as this process has them. Raises `ShellError` where the cluster service does not answer."""
    shell = _Shell(process)
    return {
        "get-clusternode": shell.nodes,
        "get-clustergroup": shell.groups,
        "get-clusterresource": shell.resources,
        "get-clusterresourcedependency": shell.dependency,
        "get-clusterownernode": shell.owners,
        "move-clustergroup": shell.move,
        "start-clustergroup": shell.start,
        "stop-clustergroup": shell.stop,
    }


class _Shell:
    def __init__(self, process: Process) -> None:
        self.process = process
        try:
            self.cluster: Cluster = asking.member(process.node)
        except asking.Refused as refusal:
            raise ShellError("The cluster service is not running on this node.") from refusal
        if not process.administrator:
            raise ShellError(errors.message(errors.DENIED))

    def nodes(self, call: Call, given: list[Item]) -> list[Item]:
        with self.process.world.lock:
            rows = numbers.nodes(self.cluster)
        return [{"Name": row["Name"], "ID": n, "State": int(row["State"])} for n, row in enumerate(rows, start=1)]

    def groups(self, call: Call, given: list[Item]) -> list[Item]:
        wanted = call.optional("name")
        with self.process.world.lock:
            groups = [self._group(wanted)] if wanted else self.cluster.groups
            return [self._of_group(group) for group in groups]

    def resources(self, call: Call, given: list[Item]) -> list[Item]:
        wanted = call.optional("name")
        with self.process.world.lock:
            found = [(group, one) for group in self.cluster.groups for one in group.resources]
            return [_of_resource(*pair) for pair in ([self._resource(wanted)] if wanted else found)]

    def dependency(self, call: Call, given: list[Item]) -> list[Item]:
        resource = self._resource(call.text("Resource"))[1]
        expression = " and ".join(f"([{name}])" for name in resource.depends)
        return [{"Resource": resource.definition.name, "DependencyExpression": expression}]

    def owners(self, call: Call, given: list[Item]) -> list[Item]:
        found = []
        for item in given:
            resource = self._resource(item["Name"])[1]
            nodes = [{"Name": node.name} for node in possible_owners(self.cluster, resource)]
            found.append({"ClusterObject": item["Name"], "OwnerNodes": nodes})
        return found

    def move(self, call: Call, given: list[Item]) -> list[Item]:
        group = self._group(call.text("Name"))
        named = call.optional("node")
        others = [node for node in self.cluster.nodes if node is not group.owner]
        target = self._do(lambda: asking.node_named(self.cluster, named)) if named else others[0]
        return self._carried_out(call, group, lambda: asking.move(self.process.world, group, target, self.process.line))

    def start(self, call: Call, given: list[Item]) -> list[Item]:
        group = self._group(call.text("Name"))
        return self._carried_out(call, group, lambda: asking.online(self.process.world, group, None, self.process.line))

    def stop(self, call: Call, given: list[Item]) -> list[Item]:
        group = self._group(call.text("Name"))
        return self._carried_out(call, group, lambda: asking.offline(self.process.world, group, self.process.line))

    def _carried_out(self, call: Call, group: Group, begin: Callable[[], Job]) -> list[Item]:
        said = call.optional("wait")
        if said is not None and not said.isdecimal():
            raise ShellError(f"{call.name} : Cannot convert value '{said}' to a number of seconds.")
        with self.process.world.lock:
            job = self._do(begin)
        # Past its -Wait a cmdlet ends well, with the group as it is then: what was begun goes on.
        self.process.wait_at_most(lambda: job.outcome is not None, float(said) if said else FOREVER)
        return [self._of_group(group)]

    def _do(self, ask: Callable[[], Asked]) -> Asked:
        try:
            return ask()
        except asking.Refused as refusal:
            raise ShellError(f"An error occurred. {refusal} (Win32 error {refusal.code})") from refusal

    def _group(self, name: str) -> Group:
        return self._do(lambda: asking.group_named(self.cluster, name))

    def _resource(self, name: str) -> tuple[Group, Resource]:
        return self._do(lambda: asking.resource_named(self.cluster, name))

    def _of_group(self, group: Group) -> Item:
        owner = group.owner.name if group.owner else ""
        return {"Name": group.name, "OwnerNode": {"Name": owner}, "State": numbers.GROUP.get(group.status, -1)}


def _of_resource(group: Group, resource: Resource) -> Item:
    return {
        "Name": resource.definition.name,
        "State": numbers.RESOURCE[resource.status],
        "OwnerGroup": {"Name": group.name},
        "OwnerNode": {"Name": group.owner.name if group.owner else ""},
        "ResourceType": {"Name": resource.definition.kind},
    }
