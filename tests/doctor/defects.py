"""Every defect that the series on cluster set-up names, each with what the doctor has to find of it, and nothing else.

A defect is a fault of the lab on one node; `Found` is (code, node, about) with an empty node for the whole cluster.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from console.lab.definition import Cluster
from console.lab.faults import switch
from console.lab.mscs.defects import LOST
from console.lab.mscs.equipment import EDITIONS
from console.lab.mscs.make_up import exchange_group
from console.lab.mscs.resource_types import exchange_kinds
from console.lab.presets import fukuoka, kyoto
from console.lab.world import World

Found = tuple[str, str, str]
OF_THE_CLUSTER = ("registration.cluster", "resource-types.", "resources.")
"""Codes of what is the same for every node: their findings name none."""
_CLUSTERS = {"2003": kyoto, "2007": fukuoka}


@dataclass(frozen=True)
class Defect:
    """A fault on the first or second node (`at`), its argument, and the findings that it makes."""

    fault: str
    argument: str = ""
    value: str = ""
    at: int = 0
    finds: tuple[tuple[str, str], ...] = ()
    """(code, about)."""
    spot: str = ""
    """What it touches: two defects of one spot cannot be in one place."""

    @property
    def name(self) -> str:
        """For the list of tests."""
        return f"{self.fault} {self.value}".strip().replace(" ", "-")

    @property
    def shared(self) -> bool:
        """Whether it is in the cluster's database, which is one for both nodes."""
        return self.spot.startswith("cluster:")

    def put(self, world: World) -> None:
        """Switch the fault on."""
        node = world.clusters[0].nodes[self.at]
        switch(world, node, self.fault, True, **({self.argument: self.value} if self.argument else {}))

    def expected(self, world: World) -> set[Found]:
        """What the doctor has to find."""
        node = world.clusters[0].nodes[self.at].name
        return {(code, "" if code.startswith(OF_THE_CLUSTER) else node, about) for code, about in self.finds}


def made(generation: str) -> Cluster:
    """The lab's cluster of that generation."""
    return _CLUSTERS[generation]()


def defects(generation: str) -> list[Defect]:
    """All of them."""
    parts = (_files, _registrations, _types, _resources, _registry, _logs)
    return [defect for part in parts for defect in part(generation)]


def pairs(generation: str) -> list[tuple[Defect, Defect]]:
    """Every pair that can be: of two in one spot the second goes to the other node, unless there is one for both."""
    found = []
    for one, two in combinations(defects(generation), 2):
        if one.spot == two.spot and one.at == two.at:
            if one.shared:
                continue
            two = replace(two, at=1 - one.at)
        found.append((one, two))
    return found


def all_expected(world: World, chosen: Iterable[Defect]) -> set[Found]:
    """What the doctor has to find of several: where no type of Exchange is left, no extension is entered with one."""
    found = {one for defect in chosen for one in defect.expected(world)}
    kinds = exchange_kinds(world.clusters[0].definition.generation)
    types = {kind.name for kind in kinds if "Exchange" in kind.name}
    gone = {about for code, _, about in found if code == "resource-types.missing"}
    return found | ({("registration.cluster", "", "EXCLUADM.DLL")} if types <= gone else set())


def _files(generation: str) -> Iterator[Defect]:
    for name in EDITIONS[generation].cluster_files:
        code = "cluster-files.unused-missing" if name == "EXTRAS.DLL" else "cluster-files.missing"
        yield Defect("cluster-file-missing", "file", name, 0, ((code, name),), name)
        if name != "GATHERCL.DLL":
            yield Defect("cluster-file-old", "file", name, 0, (("cluster-files.old-version", name),), name)
    yield Defect("binaries-missing", at=1, finds=tuple(("binaries.missing", name) for name in LOST[generation]))


def _registrations(generation: str) -> Iterator[Defect]:
    yield Defect("com-unregistered", finds=(("registration.com", "EXCLUADM.DLL"),), spot="com")
    yield Defect("cluster-unregistered", finds=(("registration.cluster", "EXCLUADM.DLL"),), spot="cluster:extension")


def _types(generation: str) -> Iterator[Defect]:
    for kind in exchange_kinds(generation):
        for fault in ("type-missing", "type-wrong-dll"):
            finds = ((f"resource-types.{fault.removeprefix('type-')}", kind.name),)
            yield Defect(fault, "type", kind.name, 0, finds, f"cluster:{kind.name}")


def _resources(generation: str) -> Iterator[Defect]:
    """What comes by itself and nothing depends on can be missing; what depends on something can have forgotten it."""
    resources = exchange_group(made(generation)).resources
    needed = {name for entry in resources for name in entry.depends}
    for kind in exchange_kinds(generation):
        mine = [entry for entry in resources if entry.kind == kind.name]
        spot = f"cluster:resource {kind.name}"
        if len(mine) == 1 and mine[0].name not in needed and kind.service != "MSSEARCH":
            yield Defect("resource-missing", "type", kind.name, 0, (("resources.missing", kind.name),), spot)
        if mine:
            finds = tuple(("resources.dependency", f"{entry.name}: {one}") for entry in mine for one in kind.needs)
            yield Defect("dependency-missing", "type", kind.name, 0, finds, spot)


def _registry(generation: str) -> Iterator[Defect]:
    for name in ("MSExchangeCluster", "SMTP") if generation == "2003" else ("MSExchangeCluster",):
        for fault in ("source-missing", "source-wrong"):
            code = "event-sources.missing" if fault == "source-missing" else "event-sources.wrong-file"
            yield Defect(fault, "source", name, 0, ((code, name),), name)
    yield Defect("provider-unbound", at=1, finds=(("provider.binding", "Rpc_Binding_Order"),), spot="provider")


def _logs(generation: str) -> Iterator[Defect]:
    """Set-up went wrong: its log says where, and the node lacks what would have come after."""
    sources = tuple(("event-sources.missing", source.name) for source in EDITIONS[generation].sources)
    unbound = (("registration.cluster", "EXCLUADM.DLL"), ("provider.binding", "Rpc_Binding_Order"))
    stopped = "setup-log.stopped"
    for script, lacking in (("CLUSTER_SERVER.INS", (*unbound, *sources)), ("CLUSTER_SHARED.INS", sources)):
        yield Defect("setup-log", "at", script, 1, ((stopped, script), *lacking), "log")
    finds = (("setup-log.com-not-registered", "excluadm.dll"), ("registration.com", "EXCLUADM.DLL"))
    yield Defect("setup-log", "at", "exit", 1, finds, "log")
