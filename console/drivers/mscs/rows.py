"""The rows of the three lists that every tool of Microsoft's cluster service gives: nodes, groups, resources."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NodeRow:
    """A node and how it stands."""

    name: str
    status: str


@dataclass(frozen=True)
class GroupRow:
    """A group, the node that has it, and how it stands."""

    name: str
    node: str
    status: str


@dataclass(frozen=True)
class ResourceRow:
    """A resource, its type where that is known, its group, the node that has it, and how it stands."""

    name: str
    kind: str
    group: str
    node: str
    status: str


@dataclass(frozen=True)
class Lists:
    """What one node's cluster service says."""

    nodes: tuple[NodeRow, ...]
    groups: tuple[GroupRow, ...]
    resources: tuple[ResourceRow, ...]
