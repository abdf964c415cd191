"""What a cluster product tells of its cluster, whatever product it is; and how each product is asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from console.domain.ports import Argv, CommandResult


@dataclass(frozen=True)
class FoundGroup:
    """A group as the product has it. What could not be read is empty."""

    name: str
    resources: tuple[str, ...] = ()
    """Each `kind@name`."""
    addresses: tuple[str, ...] = ()
    """The IPv4 addresses that it brings up."""
    drives: tuple[str, ...] = ()
    """The drives of its disks, such as `X:`."""
    network_name: str = ""
    """The name of the Exchange server, where it moves with the group."""
    holder: str = ""
    """The server that has it now."""
    servers: tuple[str, ...] = ()
    """The servers that may run it, the preferred one first; none where the product does not say."""


@dataclass(frozen=True)
class FoundServer:
    """A server of the cluster, and where its configuration says that it can be reached."""

    name: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class FoundCluster:
    """A cluster as one of its nodes, or the product's file, tells it."""

    driver: str
    source: str
    """Where it was read."""
    servers: tuple[FoundServer, ...]
    """In the product's order of priority."""
    groups: tuple[FoundGroup, ...]
    name: str = ""
    folder: str = ""
    """Where the product is installed, when that is not where it usually is."""

    def server(self, name: str) -> FoundServer | None:
        """The server of that name, whatever its case."""
        return next((server for server in self.servers if server.name.casefold() == name.casefold()), None)


class Surveyor(Protocol):
    """How one cluster product is asked, on a node of which nothing is known yet, what cluster it is part of."""

    key: str
    title: str

    def questions(self) -> tuple[Argv, ...]:
        """Read-only commands that fail harmlessly where the product is not installed."""

    def found(self, results: Sequence[CommandResult]) -> FoundCluster | None:
        """The cluster, or None where the product is not there. Raises `Garbled` where it is and cannot be read."""

    def more(self, cluster: FoundCluster) -> tuple[Argv, ...]:
        """Further read-only commands, about what `found` gave."""

    def completed(self, cluster: FoundCluster, results: Sequence[CommandResult]) -> FoundCluster:
        """`cluster` with what the answers to `more` add; what they do not tell stays empty."""

    def group_problems(self, generation: str, resources: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Why a group of these resources is none for Exchange of that generation, as (reason, remedy) pairs."""
