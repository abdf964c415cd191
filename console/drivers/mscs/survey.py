"""Asks a node, of which nothing is known yet, whether Microsoft's cluster service runs there, and what it makes.

What a resource's private properties look like is known from public samples alone: a line that ends with the name of
the property and its value is taken, and anything else leaves the value unknown.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from console.catalog import cluster_product, generation, generations
from console.domain.discovery import FoundCluster, FoundGroup, FoundServer
from console.domain.errors import Garbled, Unquotable
from console.domain.ports import Argv, CommandResult
from console.domain.prepare.registry import read_keys
from console.drivers.filling import filled
from console.drivers.mscs import rules
from console.drivers.mscs.commands import RESOURCES, TEXT_QUESTIONS
from console.drivers.mscs.driver import Mscs
from console.drivers.mscs.tables import body

CLUSTER_NAME: Argv = ("reg", "query", r"HKLM\Cluster", "/v", "ClusterName")
"""The cluster's database, which is there while its service runs."""
ACCESS_DENIED = 5
_ADDRESS = re.compile(r".*\sAddress\s+(\d{1,3}(?:\.\d{1,3}){3})")
_NAME = re.compile(r".*\sName\s+(\S+)")
_DRIVE = re.compile(r"(?<![A-Za-z])([D-Zd-z]):")


class MscsSurveyor:
    """By cluster.exe and WMI, which every version of Windows of the time has."""

    key = "mscs"

    def __init__(self) -> None:
        self.product = cluster_product(self.key)
        self.title = self.product.title

    def questions(self) -> tuple[Argv, ...]:
        """The lists of nodes, groups and resources, and the cluster's name."""
        return (*TEXT_QUESTIONS, CLUSTER_NAME)

    def found(self, results: Sequence[CommandResult]) -> FoundCluster | None:
        """The cluster, or None where there is no cluster.exe. Raises `Garbled` where its service does not answer."""
        *lists, named = results
        known = {code.number for code in self.product.exit_codes if code.silent or code.number == ACCESS_DENIED}
        if not lists[0].ok and lists[0].exit_code not in known:
            return None
        told = Mscs().lists(lists)
        groups = [
            FoundGroup(
                row.name,
                tuple(f"{r.kind}@{r.name}" for r in told.resources if r.group.casefold() == row.name.casefold()),
                holder=row.node,
            )
            for row in told.groups
        ]
        name = read_keys(named).get("cluster", {}).get("clustername", "")
        servers = tuple(FoundServer(row.name, (row.name,)) for row in told.nodes)
        source = "cluster.exe and WMI (root\\MSCluster)"
        return FoundCluster(self.key, source, servers, tuple(_with_drives(group) for group in groups), name=name)

    def more(self, cluster: FoundCluster) -> tuple[Argv, ...]:
        """The private properties of every address and network name."""
        return tuple(argv for _, _, argv in _asked(cluster))

    def completed(self, cluster: FoundCluster, results: Sequence[CommandResult]) -> FoundCluster:
        """`cluster` with addresses and network names."""
        addresses: dict[str, list[str]] = {}
        names: dict[str, str] = {}
        for (group, kind, _), result in zip(_asked(cluster), results, strict=True):
            value = _value(_NAME if kind == rules.NETWORK_NAME else _ADDRESS, result)
            if value and kind == rules.NETWORK_NAME:
                names[group] = value
            elif value:
                addresses.setdefault(group, []).append(value)
        groups = [
            replace(one, addresses=tuple(addresses.get(one.name, ())), network_name=names.get(one.name, ""))
            for one in cluster.groups
        ]
        return replace(cluster, groups=tuple(groups))

    def group_problems(self, generation_key: str, resources: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Why the group is none for Exchange; while the generation is not known, of none that there is."""
        keys = [generation_key] if generation_key else list(generations())
        found = [rules.group_problems(self.product, generation(key), resources) for key in keys]
        return min(found, key=len)


def _with_drives(group: FoundGroup) -> FoundGroup:
    """The drives, which an administrator has in the names of the disks where they are as usual."""
    disks = [name for kind, _, name in (text.partition("@") for text in group.resources) if kind == "Physical Disk"]
    drives = [f"{found[1].upper()}:" for name in disks if (found := _DRIVE.search(name))]
    return replace(group, drives=tuple(dict.fromkeys(drives)))


def _value(pattern: re.Pattern[str], result: CommandResult) -> str:
    """The value of the one line that ends with that property; empty where there is none, or no list."""
    try:
        lines = body(result) if result.ok else []
    except Garbled:
        lines = []
    found = [match[1] for line in lines if (match := pattern.fullmatch(line))]
    return found[0] if len(found) == 1 else ""


def _asked(cluster: FoundCluster) -> list[tuple[str, str, Argv]]:
    """Group, type and command for each resource that is asked about."""
    found = []
    for group in cluster.groups:
        for text in group.resources:
            kind, _, name = text.partition("@")
            if kind in ("IP Address", rules.NETWORK_NAME):
                try:
                    found.append((group.name, kind, filled((*RESOURCES, "{resource}", "/priv"), resource=name)))
                except Unquotable:
                    continue
    return found
