"""Asks a node, of which nothing is known yet, whether EXPRESSCLUSTER runs there, and which cluster it makes."""

from collections.abc import Sequence
from dataclasses import replace

from console.catalog import cluster_product
from console.domain.discovery import FoundCluster, FoundGroup
from console.domain.errors import Garbled
from console.domain.ports import Argv, CommandResult
from console.drivers.expresscluster import rules
from console.drivers.expresscluster.clpstat import read_screen
from console.drivers.expresscluster.topology_file import decoded, read_cluster

STATUS: Argv = ("clpstat", "--long")
JAPANESE = r"C:\Program Files\CLUSTERPRO"
"""Where the Japanese build is installed."""


class ExpressClusterSurveyor:
    """By `clp.conf` in one of the two folders in which the product is usually installed, and by its status screen."""

    key = "expresscluster"

    def __init__(self) -> None:
        self.product = cluster_product(self.key)
        self.title = self.product.title

    def questions(self) -> tuple[Argv, ...]:
        """The status, and the configuration in each folder."""
        return (STATUS, *(("type", rf"{folder}\etc\clp.conf") for folder in self._folders()))

    def found(self, results: Sequence[CommandResult]) -> FoundCluster | None:
        """The cluster, or None. Raises `Garbled` where the product answers and its file cannot be read."""
        status, *files = results
        for folder, file in zip(self._folders(), files, strict=True):
            if file.ok and "<root" in file.stdout:
                source = f"clp.conf ({folder})"
                usual = "" if folder == self.product.folder else folder
                cluster = read_cluster(file.stdout, driver=self.key, source=source, folder=usual)
                return _with_holders(cluster, status)
        if status.ok and "CLUSTER STATUS" in status.stdout:
            folders = " nor in ".join(self._folders())
            raise Garbled(
                f"{self.title} answers, but its clp.conf is neither in {folders}.",
                remedy="Copy the file etc\\clp.conf from where the product is installed, and import it.",
            )
        return None

    def more(self, cluster: FoundCluster) -> tuple[Argv, ...]:
        """None: the file tells all of it."""
        return ()

    def completed(self, cluster: FoundCluster, results: Sequence[CommandResult]) -> FoundCluster:
        """`cluster` as it is."""
        return cluster

    def group_problems(self, generation: str, resources: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Why the group is none for Exchange; the same for each generation."""
        return rules.group_problems(self.product, resources)

    def read_file(self, data: bytes, name: str) -> FoundCluster:
        """The cluster of a configuration that a person has. Raises `Garbled`."""
        return read_cluster(decoded(data), driver=self.key, source=name)

    def _folders(self) -> tuple[str, ...]:
        return (self.product.folder, JAPANESE)


def _with_holders(cluster: FoundCluster, status: CommandResult) -> FoundCluster:
    """`cluster` with the server that has each group now, as far as the status tells it."""
    try:
        screen = read_screen(status.stdout) if status.ok else None
    except Garbled:
        screen = None
    if screen is None:
        return cluster
    current = {block.name: dict(block.lines).get("current", "None") for block in screen.groups}

    def held(group: FoundGroup) -> FoundGroup:
        told = current.get(group.name[: screen.width], "None")
        return group if told == "None" else replace(group, holder=told)

    return replace(cluster, groups=tuple(held(group) for group in cluster.groups))
