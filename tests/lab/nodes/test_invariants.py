"""Whatever happens to a cluster in whatever order, it never gives its partition or its address to two nodes."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from console.lab import faults, groups, power, scm
from console.lab.exchange import START_ORDER
from console.lab.presets import fast_definition, tokyo
from console.lab.state import RUNNING, Node
from console.lab.world import World

NODES = st.integers(0, 1)
SERVICES = st.sampled_from(START_ORDER["2003"])
SWITCHES = st.sampled_from(["service-does-not-stop", "service-hangs", "group-fails", "partition-busy", "engine-down"])


class ClusterLife(RuleBasedStateMachine):
    """Commands, crashes and faults on a clock that is advanced in between."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(fast_definition(tokyo(), clock="driven"))
        self.cluster = self.world.clusters[0]
        self.group = self.cluster.groups[0]

    def node(self, number: int) -> Node:
        return self.cluster.nodes[number]

    @rule(number=NODES)
    def move(self, number: int) -> None:
        target = self.node(number)
        if target.engine and not self.group.busy and self.group.owner not in (None, target):
            self.world.schedule.start(groups.move_group(self.world, self.group, target, "test"))

    @rule()
    def stop_group(self) -> None:
        if self.group.owner and self.group.owner.engine and not self.group.busy:
            self.world.schedule.start(groups.stop_group(self.world, self.group, "test"))

    @rule(number=NODES)
    def start_group(self, number: int) -> None:
        target = self.node(number)
        if target.engine and not self.group.busy and self.group.owner in (None, target):
            self.world.schedule.start(groups.start_group(self.world, self.group, target, "test"))

    @rule(number=NODES, name=SERVICES, up=st.booleans())
    def service(self, number: int, name: str, up: bool) -> None:
        if self.node(number).powered:
            (scm.start if up else scm.stop)(self.world, self.node(number), name, "test")

    @rule(number=NODES)
    def lose_power(self, number: int) -> None:
        groups.crash(self.world, self.node(number), "test")

    @rule(number=NODES)
    def boot(self, number: int) -> None:
        power.boot(self.world, self.node(number), "test")

    @rule(number=NODES, name=SWITCHES, on=st.booleans())
    def fault(self, number: int, name: str, on: bool) -> None:
        faults.switch(self.world, self.node(number), name, on)

    @rule(seconds=st.sampled_from([0.01, 0.05, 0.2, 1.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.schedule.advance(seconds)

    @invariant()
    def one_node_at_most_has_partition_and_address(self) -> None:
        assert sum("X" in node.disk.volumes for node in self.cluster.nodes) <= 1
        assert sum("127.0.11.10" in node.addresses for node in self.cluster.nodes) <= 1

    @invariant()
    def a_node_without_power_has_nothing(self) -> None:
        for node in self.cluster.nodes:
            if not node.powered:
                assert not node.addresses
                assert not node.mounted
                assert not node.engine
                assert not any(service.state == RUNNING for service in node.services.values())

    @invariant()
    def stores_are_mounted_only_by_a_running_store_service(self) -> None:
        for node in self.cluster.nodes:
            service = node.service("MSExchangeIS")
            assert service is not None
            assert not node.mounted or service.pid

    @invariant()
    def a_stopped_group_has_released_everything(self) -> None:
        if self.group.status == "Offline" and self.group.owner is None:
            assert not any("X" in node.disk.volumes for node in self.cluster.nodes)


ClusterLife.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestClusterLife = ClusterLife.TestCase
