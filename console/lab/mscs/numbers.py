"""The cluster as WMI and PowerShell have it: the same states as numbers, which no language changes."""

from console.lab.mscs.state import SERVICE, of
from console.lab.state import RUNNING, START_PENDING, Cluster, Node

GROUP = {"Online": 0, "Offline": 1, "Failed": 2, "Partially Online": 3, "Pending": 4}
RESOURCE = {"Online": 2, "Offline": 3, "Failed": 4, "Online Pending": 129, "Offline Pending": 130}
NODE = {"Up": 0, "Down": 1, "Paused": 2, "Joining": 3}
Rows = list[dict[str, str]]


def node_state(node: Node) -> str:
    """The word for a node in the eyes of the other members."""
    if node.engine or node.unnoticed:
        return "Paused" if node.name.casefold() in of(node.cluster).paused else "Up"
    service = node.service(SERVICE)
    joining = node.powered and service is not None and service.state in (START_PENDING, RUNNING)
    return "Joining" if joining else "Down"


def nodes(cluster: Cluster) -> Rows:
    """Every node as an instance of MSCluster_Node."""
    return [{"Name": node.name, "State": str(NODE[node_state(node)])} for node in cluster.nodes]


def groups(cluster: Cluster) -> Rows:
    """Every group as an instance of MSCluster_ResourceGroup."""
    return [
        {
            "Name": group.name,
            "OwnerNode": group.owner.name if group.owner else "",
            "State": str(GROUP.get(group.status, -1)),
        }
        for group in cluster.groups
    ]


def resources(cluster: Cluster) -> Rows:
    """Every resource as an instance of MSCluster_Resource."""
    return [
        {
            "Name": resource.definition.name,
            "Type": resource.definition.kind,
            "State": str(RESOURCE[resource.status]),
            "OwnerGroup": group.name,
            "OwnerNode": group.owner.name if group.owner else "",
            "PendingTimeout": str(int(cluster.definition.policy.pending_timeout * 1000)),
            "RestartThreshold": str(cluster.definition.policy.restarts),
        }
        for group in cluster.groups
        for resource in group.resources
    ]
