"""Whatever is done to a cluster of the cluster service, no two nodes have the same at once, and it comes to rest."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.lab import faults, presets
from console.lab.mscs.state import group_status
from console.lab.state import RUNNING, Cluster, Node
from tests.lab.mscs.conftest import Nodes

SHARED = ("MSExchangeSA", "MSExchangeIS", "SMTPSVC", "W3SVC")
SWITCHED = ("powered-off", "engine-down", "heartbeats-lost", "paused", "service-hangs", "group-fails", "resource-hangs")
TYPED = (
    'cluster group "EVS Kyoto" /move:KYO-N1 /wait:0',
    'cluster group "EVS Kyoto" /move:KYO-N2 /wait:0',
    'cluster group "EVS Kyoto" /offline /wait:0',
    'cluster group "EVS Kyoto" /online /wait:0',
    'cluster group "Cluster Group" /move /wait:0',
    'cluster resource "Disk X:" /fail',
    "sc stop SMTPSVC",
    "sc stop ClusSvc",
    "sc start ClusSvc",
)
NODE = st.integers(0, 1)
ACTIONS = st.one_of(
    st.tuples(st.sampled_from(SWITCHED), NODE, st.booleans()),
    st.tuples(st.sampled_from(TYPED), NODE),
    st.tuples(st.floats(0.01, 40)),
)


def act(nodes: Nodes, kyoto: Cluster, action: tuple[object, ...]) -> None:
    if len(action) == 1:
        nodes.pass_time(float(str(action[0])))
        return
    node = kyoto.nodes[int(str(action[1]))]
    if len(action) == 3:
        faults.switch(nodes.world, node, str(action[0]), bool(action[2]))
    elif node.powered and not node.faulty("paused"):
        nodes.run(node.name, str(action[0]))


def runs(node: Node, name: str) -> bool:
    service = node.service(name)
    return service is not None and service.state == RUNNING


def look(kyoto: Cluster) -> None:
    first, second = kyoto.nodes
    assert not first.addresses & second.addresses
    assert not set(first.disk.volumes) & set(second.disk.volumes) & {"X", "Q"}
    assert not first.mounted & second.mounted
    for name in SHARED:
        assert not (runs(first, name) and runs(second, name)), name
    for group in kyoto.groups:
        assert group.status == group_status(group)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTIONS, max_size=12))
def test_never_do_both_nodes_have_the_same_and_in_the_end_all_is_well(actions: list[tuple[object, ...]]) -> None:
    nodes = Nodes(presets.fast_definition(presets.kyoto()))
    kyoto = nodes.cluster("Kyoto")
    for action in actions:
        act(nodes, kyoto, action)
        look(kyoto)
    for node in kyoto.nodes:
        for name in (*node.faults, "powered-off"):
            faults.switch(nodes.world, node, name, False)
    nodes.pass_time()
    for node in kyoto.nodes:
        nodes.run(node.name, "sc start ClusSvc")
    nodes.pass_time()
    look(kyoto)
    for group in kyoto.groups:
        nodes.run("KYO-N1", f'cluster group "{group.name}" /online /wait:300')
    nodes.pass_time()
    look(kyoto)
    assert [node.engine for node in kyoto.nodes] == [True, True]
    assert [group.status for group in kyoto.groups] == ["Online", "Online"]
