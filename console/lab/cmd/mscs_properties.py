"""What cluster.exe lists with /properties: of a node, a group, a resource and a resource type."""

from console.lab.mscs import listing
from console.lab.mscs.resource_types import ADDRESS, NAME
from console.lab.mscs.state import ResourceType
from console.lab.state import Group, Node, Resource


def of_node(node: Node) -> str:
    """The properties of a node."""
    number = str(node.cluster.nodes.index(node) + 1)
    version = {"2003": (5, 2), "2008": (6, 0), "2008r2": (6, 1)}[node.definition.windows]
    rows = [("SR", "NodeName", node.name), ("SR", "NodeId", number)]
    rows += [
        ("DR", f"{word}Version", listing.number(part)) for word, part in zip(("Major", "Minor"), version, strict=True)
    ]
    return listing.properties(node.name, "Node", rows)


def of_group(group: Group, failovers: int) -> str:
    """The properties of a group; `failovers` is its threshold."""
    rows = [
        ("SR", "Name", group.name),
        ("D", "PersistentState", listing.number(int(group.wanted))),
        ("D", "FailoverThreshold", listing.number(failovers)),
        ("D", "AutoFailbackType", listing.number(0)),
    ]
    return listing.properties(group.name, "Resource Group", rows)


def of_resource(resource: Resource, node: Node) -> str:
    """The properties of a resource, its policy among them."""
    policy = node.cluster.definition.policy
    rows = [
        ("SR", "Name", resource.definition.name),
        ("S", "Type", resource.definition.kind),
        ("S", "Description", ""),
        ("D", "PersistentState", listing.number(int(resource.wanted))),
        ("D", "PendingTimeout", listing.number(int(policy.pending_timeout * 1000))),
        ("D", "RestartAction", listing.number(2)),
        ("D", "RestartThreshold", listing.number(policy.restarts)),
        ("D", "RestartPeriod", listing.number(int(policy.period * 1000))),
    ]
    return listing.properties(resource.definition.name, "Resource", rows)


def private(resource: Resource) -> str:
    """The properties that only resources of its type have: an address, a network name."""
    item = resource.definition
    rows = {
        ADDRESS: [("S", "Network", "Public"), ("S", "Address", item.subject), ("S", "SubnetMask", "255.255.255.0")],
        NAME: [("SR", "Name", item.subject), ("D", "RequireDNS", listing.number(0))],
    }
    return listing.properties(item.name, "Resource", rows.get(item.kind, []), private=True)


def of_type(kind: ResourceType) -> str:
    """The properties of a resource type."""
    rows = [
        ("SR", "DllName", kind.dll),
        ("S", "Name", kind.name),
        ("M", "AdminExtensions", "; ".join(kind.admin_extensions)),
        ("D", "LooksAlivePollInterval", listing.number(kind.looks_alive)),
        ("D", "IsAlivePollInterval", listing.number(kind.is_alive)),
    ]
    return listing.properties(kind.name, "Resource Type", rows)
