"""Whatever happens to a cluster in whatever order, it never gives its partition or its address to two nodes."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from console.lab import faults, groups, heartbeat, power, scm
from console.lab.definition import Cluster, Recovery, Script
from console.lab.exchange import START_ORDER
from console.lab.presets import fast_definition, tokyo
from console.lab.state import RUNNING, Group, Node
from console.lab.world import World

pytestmark = pytest.mark.slow

NODES = st.integers(0, 1)
SERVICES = st.sampled_from(START_ORDER["2003"])
SWITCHES = st.sampled_from(
    [
        "service-does-not-stop",
        "service-hangs",
        "group-fails",
        "partition-busy",
        "engine-down",
        "fip-duplicate",
        "script-hangs",
        "script-fails",
        "webhook-unreachable",
        "monitor-error",
    ]
)
SILENCES = st.sampled_from(["heartbeats-lost", "paused", "ping-unreachable"])
SCRIPT = Script(start_timeout=3.0, stop_timeout=3.0, retry=0.1, silence_after=0.5)


class ClusterLife(RuleBasedStateMachine):
    """Commands, crashes and faults on a clock that is advanced in between."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(fast_definition(self.definition(), clock="driven"))
        self.cluster = self.world.clusters[0]

    def definition(self) -> Cluster:
        return tokyo()

    @property
    def group(self) -> Group:
        return self.cluster.groups[0]

    def seen_by(self, node: Node) -> Group:
        return self.cluster.groups_of(node)[0]

    def node(self, number: int) -> Node:
        return self.cluster.nodes[number]

    @rule(number=NODES)
    def move(self, number: int) -> None:
        target = self.node(number)
        group = self.seen_by(target)
        if target.engine and not group.busy and group.owner not in (None, target):
            self.world.schedule.start(groups.move_group(self.world, group, target, "test"))

    @rule()
    def stop_group(self) -> None:
        if self.group.owner and self.group.owner.engine and not self.group.busy:
            self.world.schedule.start(groups.stop_group(self.world, self.group, "test"))

    @rule(number=NODES)
    def start_group(self, number: int) -> None:
        target = self.node(number)
        group = self.seen_by(target)
        if target.engine and not group.busy and group.owner in (None, target):
            self.world.schedule.start(groups.start_group(self.world, group, target, "test"))

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
        if self.may_be_dual():
            return
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

    def may_be_dual(self) -> bool:
        """Whether the nodes have taken each other for dead while both lived, as only lost heartbeats make them."""
        return any(node.view is not None for node in self.cluster.nodes)

    @invariant()
    def stores_are_mounted_only_by_a_running_store_service(self) -> None:
        for node in self.cluster.nodes:
            service = node.service("MSExchangeIS")
            assert service is not None
            assert not node.mounted or service.pid

    @invariant()
    def a_stopped_group_has_released_everything(self) -> None:
        if self.group.status == "Offline" and self.group.owner is None:
            members = [node for node in self.cluster.nodes if self.group in self.cluster.groups_of(node)]
            assert not any("X" in node.disk.volumes for node in members)


class ScriptedLife(ClusterLife):
    """The same with the console's scripts, whose console is silent, and with heartbeats that get lost."""

    def definition(self) -> Cluster:
        return replace(tokyo(), scripts="console", script=SCRIPT, recovery=Recovery(failovers=1))

    @rule(number=NODES, name=SILENCES, on=st.booleans())
    def silence(self, number: int, name: str, on: bool) -> None:
        faults.switch(self.world, self.node(number), name, on)

    @rule(number=NODES, reboot=st.booleans())
    def shut_down(self, number: int, reboot: bool) -> None:
        node = self.node(number)
        if node.engine and not any(group.busy for group in self.cluster.every_group()):
            self.world.schedule.start(power.shut_down(self.world, node, "test", reboot=reboot))

    @invariant()
    def nobody_is_apart_without_a_reason(self) -> None:
        if not any(heartbeat.silent(node) for node in self.cluster.nodes):
            assert not self.may_be_dual()

    @invariant()
    def a_node_without_power_runs_no_script(self) -> None:
        for node in self.cluster.nodes:
            assert node.powered or not node.scripts

    @invariant()
    def each_side_sees_one_owner_that_it_can_reach(self) -> None:
        for node in self.cluster.nodes:
            for group in self.cluster.groups_of(node):
                assert group.owner is None or not group.owner.engine or self.cluster.reaches(node, group.owner)


ClusterLife.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
ScriptedLife.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestClusterLife = ClusterLife.TestCase
TestScriptedLife = ScriptedLife.TestCase
