"""A ground whose group carries the Exchange server's name: a cluster of Microsoft's cluster service in the lab."""

from dataclasses import replace
from typing import Any

from console.domain import planner
from console.domain.plan import Plan
from console.domain.topology import Cluster, Credential, Node, SecondHop
from console.lab.state import Resource
from tests.moves.ground import Ground


class CarriedGround(Ground):
    """Kyoto or Fukuoka, started; its nodes are reached as the inventory would say."""

    second_hop: SecondHop = "credssp"

    def cluster(self, **changes: Any) -> Cluster:
        """The cluster as the inventory would describe it: one server, which both nodes name."""
        server = self.lab.world.clusters[0].definition.network_name
        named = {"driver": "mscs", "primary_server": server, "standby_server": server}
        return super().cluster(**{**named, **changes})

    def _node(self, name: str, account: Credential) -> Node:
        lab_node = next(node for node in self.lab.world.clusters[0].nodes if node.name == name)
        windows = lab_node.definition.windows
        made = super()._node(name, account)
        return replace(made, windows=windows, second_hop=self.second_hop if windows != "2003" else "none")

    def takeover(self, target: str) -> Plan:
        """The plan of a forced move. Raises `Refusal`."""
        with self.open() as opened:
            return planner.make_person_takeover(opened, target, self.frozen.kept.extend)

    def start(self, target: str) -> Plan:
        """The plan that proves what the product did by itself."""
        with self.open() as opened:
            return planner.make_start(opened, target, None)

    def resource(self, kind: str) -> Resource:
        """The group's resource of that type."""
        return next(r for r in self.lab.world.clusters[0].groups[0].resources if r.definition.kind == kind)
