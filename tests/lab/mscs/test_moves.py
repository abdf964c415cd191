"""Groups of the cluster service on the lab: moves, what stops them, what fails on the way, what the service does."""

import pytest

from console.lab import faults, presets
from console.lab.definition import Policy
from console.lab.state import RUNNING, STOPPED, Cluster, Group, Resource
from tests.lab.mscs.conftest import Nodes

MOVE = 'cluster group "EVS Kyoto" /move:KYO-N2 /wait:600'
STORE = "Exchange Information Store Instance - (KYO-EVS1)"
ATTENDANT = "Exchange System Attendant Instance - (KYO-EVS1)"
DATABASE = "Second Storage Group/Mailbox Database 2 (FUK-CMS1)"


def exchange(cluster: Cluster) -> Group:
    return cluster.groups[0]


def owner(cluster: Cluster) -> str:
    group = exchange(cluster)
    return group.owner.name if group.owner else ""


def resource(cluster: Cluster, name: str) -> Resource:
    return next(one for one in exchange(cluster).resources if one.definition.name == name)


def running(cluster: Cluster, node: int, service: str) -> bool:
    found = cluster.nodes[node].service(service)
    return found is not None and found.state == RUNNING


def test_a_move_takes_the_group_along_with_services_stores_disk_and_address(nodes: Nodes, kyoto: Cluster) -> None:
    ran = nodes.run("KYO-N1", MOVE)
    assert ran.code == 0
    assert "EVS Kyoto            KYO-N2          Online" in ran.out
    first, second = kyoto.nodes
    assert (sorted(first.addresses), first.mounted, "X" in first.disk.volumes) == (["127.0.16.9"], set(), False)
    assert second.addresses == {"127.0.16.10"}
    assert len(second.mounted) == 3
    assert "X" in second.disk.volumes
    assert running(kyoto, 1, "MSExchangeIS")
    assert not running(kyoto, 0, "MSExchangeIS")


def test_resources_go_offline_in_reverse_and_come_online_along_their_dependencies(nodes: Nodes) -> None:
    nodes.run("KYO-N1", MOVE)
    seen = [(node, name, after) for node, name, _, after in nodes.effects("resource")]
    off = [name for node, name, after in seen if (node, after) == ("KYO-N1", "Offline")]
    on = [name for node, name, after in seen if (node, after) == ("KYO-N2", "Online")]
    chain = ["Disk X:", ATTENDANT, STORE, "Exchange MS Search Instance - (KYO-EVS1)"]
    assert [name for name in on if name in chain] == chain
    assert [name for name in off if name in chain] == chain[::-1]
    pending = {(node, after) for node, _, after in seen if "Pending" in after}
    assert pending == {("KYO-N1", "Offline Pending"), ("KYO-N2", "Online Pending")}


def test_nothing_runs_on_both_nodes_at_any_moment(nodes: Nodes) -> None:
    nodes.run("KYO-N1", MOVE)
    stopped = next(
        number
        for number, (node, name, _, after) in enumerate(nodes.effects("service"))
        if (node, name, after) == ("KYO-N1", "MSExchangeSA", "STOPPED")
    )
    started = [n for n, effect in enumerate(nodes.effects("service")) if effect[0] == "KYO-N2"]
    assert min(started) > stopped


def test_who_does_not_wait_long_enough_is_told_and_the_move_goes_on(nodes: Nodes, kyoto: Cluster) -> None:
    ran = nodes.run("KYO-N1", 'cluster group "EVS Kyoto" /move:KYO-N2 /wait:0')
    assert ran.code == 258
    assert "System error 258 has occurred (0x00000102)." in ran.out
    assert nodes.run("KYO-N2", 'cluster group "EVS Kyoto" /move:KYO-N1 /wait:0').code == 5023
    nodes.pass_time()
    assert (owner(kyoto), exchange(kyoto).status) == ("KYO-N2", "Online")


def test_without_wait_twenty_seconds_are_waited() -> None:
    slow = Nodes(presets.fast_definition(presets.kyoto(presets.BELIEVABLE)))
    slow.world.clusters[0].definition.timings.services["MSExchangeIS"] = 60.0
    before = slow.world.clock.now()
    assert slow.run("KYO-N1", 'cluster group "EVS Kyoto" /move:KYO-N2').code == 258
    assert 20 <= slow.world.clock.now() - before < 21


def test_a_node_that_is_no_possible_owner_is_refused_before_anything_moves(nodes: Nodes, kyoto: Cluster) -> None:
    faults.switch(nodes.world, kyoto.nodes[1], "not-possible-owner", True, resource=ATTENDANT)
    ran = nodes.run("KYO-N1", MOVE)
    assert ran.code == 5016
    assert "System error 5016 has occurred (0x00001398)." in ran.out
    assert nodes.effects("resource", "service") == []
    faults.switch(nodes.world, kyoto.nodes[1], "not-possible-owner", False)
    assert nodes.run("KYO-N1", MOVE).code == 0


def test_windows_2008_says_that_the_node_cannot_host_it(nodes: Nodes, fukuoka: Cluster) -> None:
    faults.switch(nodes.world, fukuoka.nodes[1], "not-possible-owner", True)
    assert nodes.run("FUK-N1", "cluster group FUK-CMS1 /move:FUK-N2 /wait:60").code == 5071


@pytest.mark.parametrize(
    ("before", "code"),
    [("cluster node KYO-N2 /pause", 5070), ("sc stop ClusSvc", 5050)],
)
def test_a_node_that_takes_nothing_on_is_refused(nodes: Nodes, before: str, code: int) -> None:
    nodes.run("KYO-N2", before)
    nodes.pass_time()
    assert nodes.run("KYO-N1", MOVE).code == code


def test_a_resource_that_fails_on_the_target_leaves_its_group_failed_there(nodes: Nodes, kyoto: Cluster) -> None:
    faults.switch(nodes.world, kyoto.nodes[1], "group-fails", True, resource=STORE)
    ran = nodes.run("KYO-N1", MOVE)
    assert ran.code == 0
    assert "EVS Kyoto            KYO-N2          Failed" in ran.out
    states = {one.definition.name: one.status for one in exchange(kyoto).resources}
    assert (states[STORE], states[ATTENDANT]) == ("Failed", "Online")
    assert states["Exchange MS Search Instance - (KYO-EVS1)"] == "Offline"
    tries = [after for node, name, _, after in nodes.effects("resource") if (node, name) == ("KYO-N2", STORE)]
    assert tries.count("Online Pending") == 1
    assert nodes.run("KYO-N2", f'cluster resource "{STORE}" /online').code == 5018
    faults.switch(nodes.world, kyoto.nodes[1], "group-fails", False)
    assert nodes.run("KYO-N2", 'cluster group "EVS Kyoto" /online:KYO-N2 /wait:600').code == 0
    assert exchange(kyoto).status == "Online"


def test_with_failovers_in_its_policy_a_group_that_fails_goes_back() -> None:
    back = Nodes(presets.fast_definition(presets.kyoto()))
    kyoto = back.cluster("Kyoto")
    kyoto.definition.policy = Policy(failovers=10)
    faults.switch(back.world, kyoto.nodes[1], "group-fails", True, resource=STORE)
    back.run("KYO-N1", MOVE)
    back.pass_time()
    assert (owner(kyoto), exchange(kyoto).status, exchange(kyoto).failovers) == ("KYO-N1", "Online", 0)


def test_a_dll_that_is_missing_on_the_target_fails_what_it_should_run(nodes: Nodes, kyoto: Cluster) -> None:
    kyoto.nodes[1].disk.remove(r"C:\WINDOWS\Cluster\EXRES.DLL")
    nodes.run("KYO-N1", MOVE)
    assert (owner(kyoto), resource(kyoto, ATTENDANT).status) == ("KYO-N2", "Failed")
    logged = [event.message for event in kyoto.nodes[1].events if event.code == 1069]
    assert logged
    assert all("Exchange System Attendant" in text for text in logged)
    assert nodes.run("KYO-N2", f'cluster resource "{ATTENDANT}" /online').code == 5017


def test_a_resource_that_hangs_fails_at_its_pending_timeout_but_the_store_may_take_longer(
    nodes: Nodes, kyoto: Cluster
) -> None:
    faults.switch(nodes.world, kyoto.nodes[1], "resource-hangs", True, resource="Exchange Network Name (KYO-EVS1)")
    kyoto.definition.policy.restarts = 0
    nodes.run("KYO-N1", 'cluster group "EVS Kyoto" /move:KYO-N2 /wait:0')
    nodes.pass_time(170)
    assert resource(kyoto, "Exchange Network Name (KYO-EVS1)").status == "Online Pending"
    nodes.pass_time(20)
    assert resource(kyoto, "Exchange Network Name (KYO-EVS1)").status == "Failed"
    faults.switch(nodes.world, kyoto.nodes[1], "resource-hangs", False)
    faults.switch(nodes.world, kyoto.nodes[1], "service-hangs", True, service="MSExchangeIS")
    nodes.run("KYO-N2", 'cluster group "EVS Kyoto" /online /wait:0')
    nodes.pass_time(600)
    assert resource(kyoto, STORE).status == "Online Pending"
    faults.switch(nodes.world, kyoto.nodes[1], "service-hangs", False)
    nodes.pass_time(5)
    assert exchange(kyoto).status == "Online"


def test_a_service_that_does_not_stop_keeps_the_group_where_it_is(nodes: Nodes, kyoto: Cluster) -> None:
    faults.switch(nodes.world, kyoto.nodes[0], "service-does-not-stop", True, service="MSExchangeIS")
    assert nodes.run("KYO-N1", MOVE).code == 5038
    assert (owner(kyoto), resource(kyoto, STORE).status) == ("KYO-N1", "Failed")


def test_a_service_stopped_by_hand_is_restarted_and_past_the_threshold_its_resource_fails(
    nodes: Nodes, kyoto: Cluster
) -> None:
    for _ in range(3):
        nodes.run("KYO-N1", "sc stop SMTPSVC")
        nodes.pass_time(30)
        assert running(kyoto, 0, "SMTPSVC")
        assert exchange(kyoto).status == "Online"
    nodes.run("KYO-N1", "sc stop SMTPSVC")
    nodes.pass_time(30)
    assert exchange(kyoto).status == "Failed"
    assert not running(kyoto, 0, "SMTPSVC")


def test_a_resource_that_is_made_to_fail_comes_back_with_what_needs_it(nodes: Nodes, kyoto: Cluster) -> None:
    assert nodes.run("KYO-N1", f'cluster resource "{STORE}" /fail').code == 0
    nodes.pass_time(30)
    assert exchange(kyoto).status == "Online"
    states = [(name, after) for _, name, _, after in nodes.effects("resource")]
    assert (STORE, "Failed") in states
    assert ("Exchange MS Search Instance - (KYO-EVS1)", "Offline") in states


def test_what_a_person_took_offline_stays_so_where_the_group_goes(nodes: Nodes, kyoto: Cluster) -> None:
    name = "SMTP Virtual Server Instance 1 - (KYO-EVS1)"
    assert nodes.run("KYO-N1", f'cluster resource "{name}" /offline').code == 0
    assert exchange(kyoto).status == "Partially Online"
    nodes.run("KYO-N1", MOVE)
    assert (resource(kyoto, name).status, exchange(kyoto).status) == ("Offline", "Partially Online")
    assert nodes.run("KYO-N2", 'cluster group "EVS Kyoto" /offline').code == 0
    nodes.run("KYO-N2", 'cluster group "EVS Kyoto" /move:KYO-N1 /wait:600')
    assert (owner(kyoto), exchange(kyoto).status) == ("KYO-N1", "Offline")
    assert nodes.run("KYO-N1", 'cluster group "EVS Kyoto" /online:KYO-N1 /wait').code == 0
    assert exchange(kyoto).status == "Online"


def test_a_node_that_loses_its_power_loses_its_groups_to_the_other(nodes: Nodes, kyoto: Cluster) -> None:
    faults.switch(nodes.world, kyoto.nodes[0], "powered-off", True)
    assert "KYO-N1               1 Up" in nodes.run("KYO-N2", "cluster node").out
    nodes.pass_time(30)
    assert "KYO-N1               1 Down" in nodes.run("KYO-N2", "cluster node").out
    assert (owner(kyoto), exchange(kyoto).status, kyoto.groups[1].status) == ("KYO-N2", "Online", "Online")
    faults.switch(nodes.world, kyoto.nodes[0], "powered-off", False)
    nodes.pass_time(30)
    assert owner(kyoto) == "KYO-N2"
    assert kyoto.nodes[0].engine
    assert not running(kyoto, 0, "MSExchangeSA")


def test_when_all_nodes_start_the_groups_come_up(nodes: Nodes, kyoto: Cluster) -> None:
    for node in kyoto.nodes:
        faults.switch(nodes.world, node, "powered-off", True)
    nodes.pass_time(30)
    faults.switch(nodes.world, kyoto.nodes[1], "powered-off", False)
    nodes.pass_time(30)
    assert (owner(kyoto), exchange(kyoto).status) == ("KYO-N2", "Online")


def test_a_cluster_service_that_is_stopped_in_order_hands_its_groups_over_first(nodes: Nodes, kyoto: Cluster) -> None:
    nodes.run("KYO-N1", "sc stop ClusSvc")
    nodes.pass_time(30)
    assert (owner(kyoto), exchange(kyoto).status) == ("KYO-N2", "Online")
    service = kyoto.nodes[0].service("ClusSvc")
    assert service is not None
    assert service.state == STOPPED
    assert not kyoto.nodes[0].engine
    nodes.run("KYO-N1", "sc start ClusSvc")
    nodes.pass_time(30)
    assert kyoto.nodes[0].engine
    assert owner(kyoto) == "KYO-N2"


def test_a_cluster_service_that_dies_ends_its_resources_and_the_other_node_takes_over(
    nodes: Nodes, kyoto: Cluster
) -> None:
    faults.switch(nodes.world, kyoto.nodes[0], "engine-down", True)
    assert not running(kyoto, 0, "MSExchangeIS")
    assert kyoto.nodes[0].addresses == set()
    nodes.pass_time(30)
    assert (owner(kyoto), exchange(kyoto).status) == ("KYO-N2", "Online")


@pytest.mark.parametrize(("fault", "struck", "stays"), [("heartbeats-lost", 0, 0), ("paused", 0, 1)])
def test_without_heartbeats_the_quorum_decides_and_never_are_two_active(
    nodes: Nodes, kyoto: Cluster, fault: str, struck: int, stays: int
) -> None:
    faults.switch(nodes.world, kyoto.nodes[struck], fault, True)
    nodes.pass_time(60)
    assert [node.engine for node in kyoto.nodes] == [stays == 0, stays == 1]
    assert owner(kyoto) == kyoto.nodes[stays].name
    assert exchange(kyoto).status == "Online"
    assert [running(kyoto, n, "MSExchangeIS") for n in (0, 1)] == [stays == 0, stays == 1]
    faults.switch(nodes.world, kyoto.nodes[struck], fault, False)
    nodes.pass_time(60)
    assert all(node.engine for node in kyoto.nodes)
    assert owner(kyoto) == kyoto.nodes[stays].name


def test_each_database_of_a_clustered_mailbox_server_is_a_resource(nodes: Nodes, fukuoka: Cluster) -> None:
    faults.switch(nodes.world, fukuoka.nodes[1], "store-unmounted", True, store="Mailbox Database 2")
    nodes.run("FUK-N1", "cluster group FUK-CMS1 /move:FUK-N2 /wait:600")
    assert resource(fukuoka, DATABASE).status == "Failed"
    assert fukuoka.nodes[1].mounted == {("First Storage Group", "Mailbox Database")}


def test_the_clusters_own_tools_may_leave_databases_dismounted(nodes: Nodes, fukuoka: Cluster) -> None:
    faults.switch(nodes.world, fukuoka.nodes[1], "mount-not-allowed", True, store="Mailbox Database 2")
    ran = nodes.run("FUK-N1", "cluster group FUK-CMS1 /move:FUK-N2 /wait:600")
    assert ran.code == 0
    assert (resource(fukuoka, DATABASE).status, owner(fukuoka)) == ("Failed", "FUK-N2")


def test_wmi_tells_kinds_and_numbers_while_the_cluster_service_runs(nodes: Nodes) -> None:
    query = r"wmic /namespace:\\root\MSCluster path MSCluster_Resource get Name,Type,State,OwnerGroup /value"
    out = nodes.run("KYO-N2", query).out
    assert f"Name={STORE}\r\nOwnerGroup=EVS Kyoto\r\nState=2\r\nType=Microsoft Exchange Information Store\r\n" in out
    nodes.run("KYO-N2", "sc stop ClusSvc")
    nodes.pass_time()
    assert nodes.run("KYO-N2", query).code != 0


def test_a_group_can_be_brought_online_on_another_node(nodes: Nodes, kyoto: Cluster) -> None:
    assert nodes.run("KYO-N1", 'cluster group "EVS Kyoto" /offline').code == 0
    assert nodes.run("KYO-N1", 'cluster group "EVS Kyoto" /online:KYO-N2 /wait').code == 0
    assert (owner(kyoto), exchange(kyoto).status) == ("KYO-N2", "Online")


def test_an_address_that_somebody_has_already_does_not_come_online(nodes: Nodes, kyoto: Cluster) -> None:
    faults.switch(nodes.world, kyoto.nodes[1], "fip-duplicate", True)
    nodes.run("KYO-N1", MOVE)
    assert resource(kyoto, "Exchange IP Address (KYO-EVS1)").status == "Failed"
    assert resource(kyoto, "Exchange Network Name (KYO-EVS1)").status == "Offline"


def test_a_resource_that_is_not_online_cannot_fail_and_a_node_that_is_down_cannot_pause(nodes: Nodes) -> None:
    nodes.run("KYO-N1", f'cluster resource "{STORE}" /offline')
    assert nodes.run("KYO-N1", f'cluster resource "{STORE}" /fail').code == 5004
    nodes.run("KYO-N2", "sc stop ClusSvc")
    nodes.pass_time()
    assert nodes.run("KYO-N1", "cluster node KYO-N2 /pause").code == 5050
