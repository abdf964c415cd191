"""The FailoverClusters module and Exchange 2007's cmdlets, called by the very lines that the console sends."""

from collections.abc import Callable

import pytest

from console.domain.quoting import batch_lines, cmd_line
from console.drivers.mscs import commands
from console.lab import faults, presets
from console.lab.state import Cluster, Resource
from tests.lab.mscs.conftest import Nodes, Ran

SERVER = "FUK-CMS1"
COMMENT = b"kita: new memory in FUK-N1\r\n"
DATABASE = "Second Storage Group/Mailbox Database 2 (FUK-CMS1)"


@pytest.fixture
def new() -> Nodes:
    """Fukuoka under Windows 2008 R2."""
    return Nodes(presets.fast_definition(presets.fukuoka(windows="2008r2")))


def database(cluster: Cluster) -> Resource:
    return next(one for one in cluster.groups[0].resources if one.definition.name == DATABASE)


def exchange(nodes: Nodes, argv: tuple[str, ...], node: str = "FUK-N1", stdin: bytes = COMMENT) -> Ran:
    return nodes.run(node, cmd_line(argv), delegated=True, stdin=stdin)


def test_the_module_tells_nodes_groups_and_resources_as_numbers(new: Nodes) -> None:
    assert new.run("FUK-N1", cmd_line(commands.MODULE_NODES)).out == (
        '"Name","State"\r\n"FUK-N1","0"\r\n"FUK-N2","0"\r\n'
    )
    assert '"FUK-CMS1","FUK-N1","0"\r\n' in new.run("FUK-N2", cmd_line(commands.MODULE_GROUPS)).out
    out = new.run("FUK-N1", cmd_line(commands.MODULE_RESOURCES)).out
    assert out.startswith('"Name","Type","Group","Owner","State"\r\n')
    assert f'"{DATABASE}","Microsoft Exchange Database Instance","FUK-CMS1","FUK-N1","2"\r\n' in out


def test_the_module_answers_in_a_batch_as_well(new: Nodes) -> None:
    ((line, _),) = batch_lines([commands.MODULE_NODES, commands.MODULE_RESOURCES], "n1")
    out = new.run("FUK-N1", line).out
    assert "@@n1:1:0" in out
    assert '"Disk X:","Physical Disk","FUK-CMS1","FUK-N1","2"' in out


def test_the_module_tells_owners_and_dependencies(new: Nodes) -> None:
    faults.switch(new.world, new.world.node("FUK-N2"), "not-possible-owner", True, resource=DATABASE)
    assert new.run("FUK-N1", cmd_line(commands.module_owners(DATABASE))).out == '"Name"\r\n"FUK-N1"\r\n'
    assert new.run("FUK-N1", cmd_line(commands.module_dependencies(DATABASE))).out == (
        '"DependencyExpression"\r\n"([Disk X:]) and ([Exchange Information Store Instance (FUK-CMS1)])"\r\n'
    )


def test_the_module_moves_takes_down_and_brings_up_a_group(new: Nodes) -> None:
    group = new.cluster("Fukuoka").groups[1]
    move = commands.clusters_module("Move-ClusterGroup -Name 'Cluster Group' -Node 'FUK-N2' -Wait 0")
    assert new.run("FUK-N1", cmd_line(move)).code == 0
    new.pass_time()
    assert (group.owner is new.world.node("FUK-N2"), group.status) == (True, "Online")
    assert new.run("FUK-N1", cmd_line(commands.clusters_module("Stop-ClusterGroup -Name 'Cluster Group'"))).code == 0
    assert group.status == "Offline"
    assert new.run("FUK-N1", cmd_line(commands.clusters_module("Start-ClusterGroup -Name 'Cluster Group'"))).code == 0
    assert group.status == "Online"


@pytest.mark.parametrize(
    "text",
    [
        "Get-ClusterGroup -Name 'nosuch'",
        "Move-ClusterGroup -Node 'FUK-N2'",
        "Stop-ClusterGroup -Name 'FUK-CMS1' -Wait soon",
        "Get-ClusterNode | Select-Object @{n=1}",
        "Get-Nothing",
    ],
)
def test_what_the_module_does_not_know_is_an_error(new: Nodes, text: str) -> None:
    ran = new.run("FUK-N1", cmd_line(commands.clusters_module(text)))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err


def test_windows_2008_has_no_such_module_and_exchange_2003_no_such_snap_in(nodes: Nodes) -> None:
    assert nodes.run("FUK-N1", cmd_line(commands.MODULE_NODES)).code == 1
    assert exchange(nodes, commands.cms_status("KYO-EVS1"), "KYO-N1").code != 0


def test_exchange_tells_the_state_as_a_list(nodes: Nodes) -> None:
    out = exchange(nodes, commands.cms_status(SERVER)).out
    assert "ClusteredMailboxServerName      : FUK-CMS1\r\n" in out
    assert "State                           : Online\r\n" in out
    assert "OperationalMachines             : {FUK-N1 <Active, Quorum Owner>, FUK-N2}\r\n" in out
    assert "FailedResources                 : {}\r\n" in out


def test_a_logon_without_credentials_cannot_ask_the_directory(nodes: Nodes) -> None:
    ran = nodes.run("FUK-N1", cmd_line(commands.cms_status(SERVER)))
    assert ran.code == 1
    assert "cannot be passed on to a domain controller" in ran.err


def test_a_move_leaves_its_comment_in_the_event_log(nodes: Nodes, fukuoka: Cluster) -> None:
    faults.switch(nodes.world, fukuoka.nodes[1], "mount-not-allowed", True)
    ran = exchange(nodes, commands.cms_move(SERVER, "FUK-N2"))
    assert (ran.code, ran.err) == (0, "")
    assert (fukuoka.groups[0].owner, fukuoka.groups[0].status) == (fukuoka.nodes[1], "Online")
    logged = [event for event in fukuoka.nodes[0].events if event.source == "MSExchangeRepl"]
    assert [(event.code, event.kind) for event in logged] == [(100, 3)]
    assert logged[0].message.endswith("Comment: kita: new memory in FUK-N1")


def test_a_move_without_a_comment_is_refused(nodes: Nodes, fukuoka: Cluster) -> None:
    ran = exchange(nodes, commands.cms_move(SERVER, "FUK-N2"), stdin=b"")
    assert ran.code == 1
    assert "MoveComment" in ran.err
    assert nodes.effects("resource") == []


def test_validation_moves_nothing(nodes: Nodes, fukuoka: Cluster) -> None:
    assert exchange(nodes, commands.cms_move_check(SERVER, "FUK-N2")).code == 0
    faults.switch(nodes.world, fukuoka.nodes[1], "not-possible-owner", True, resource=DATABASE)
    ran = exchange(nodes, commands.cms_move_check(SERVER, "FUK-N2"))
    assert ran.code == 1
    assert DATABASE in ran.err
    assert nodes.effects("resource") == []


def test_a_dismounted_database_stops_a_move_that_is_not_forced(nodes: Nodes, fukuoka: Cluster) -> None:
    faults.switch(nodes.world, fukuoka.nodes[0], "store-unmounted", True, store="Mailbox Database 2")
    assert database(fukuoka).status == "Offline"
    ran = exchange(nodes, commands.cms_move(SERVER, "FUK-N2"))
    assert (ran.code, fukuoka.groups[0].owner) == (1, fukuoka.nodes[0])
    assert "-IgnoreDismounted" in ran.err
    assert exchange(nodes, commands.cms_move(SERVER, "FUK-N2", forced=True)).code == 0
    assert (fukuoka.groups[0].owner, fukuoka.groups[0].status) == (fukuoka.nodes[1], "Online")


def test_a_late_failure_still_moves_the_server_and_ends_well(nodes: Nodes, fukuoka: Cluster) -> None:
    faults.switch(nodes.world, fukuoka.nodes[1], "store-unmounted", True, store="Mailbox Database 2")
    ran = exchange(nodes, commands.cms_move(SERVER, "FUK-N2"))
    assert ran.code == 0
    assert f"WARNING: {DATABASE} is failed" in ran.out
    assert (fukuoka.groups[0].owner, database(fukuoka).status) == (fukuoka.nodes[1], "Failed")
    assert f"FailedResources                 : {{{DATABASE}}}\r\n" in exchange(nodes, commands.cms_status(SERVER)).out


def test_a_stopped_server_stays_stopped_over_failover_and_reboot_until_it_is_started(
    nodes: Nodes, fukuoka: Cluster
) -> None:
    assert exchange(nodes, commands.cms_stop(SERVER)).code == 0
    assert "State                           : Offline\r\n" in exchange(nodes, commands.cms_status(SERVER)).out
    faults.switch(nodes.world, fukuoka.nodes[0], "powered-off", True)
    nodes.pass_time(60)
    assert fukuoka.groups[0].owner is fukuoka.nodes[1]
    assert database(fukuoka).status == "Offline"
    faults.switch(nodes.world, fukuoka.nodes[0], "powered-off", False)
    faults.switch(nodes.world, fukuoka.nodes[1], "powered-off", True)
    nodes.pass_time(60)
    assert "State                           : Offline\r\n" in exchange(nodes, commands.cms_status(SERVER)).out
    assert exchange(nodes, commands.cms_start(SERVER)).code == 0
    assert (fukuoka.groups[0].owner, fukuoka.groups[0].status) == (fukuoka.nodes[0], "Online")


def test_no_confirmation_means_that_it_waits_for_nobody(nodes: Nodes) -> None:
    argv = commands.exchange_shell(f"Start-ClusteredMailboxServer -Identity '{SERVER}'")
    assert "NonInteractive" in exchange(nodes, argv).err


def _target_down(nodes: Nodes) -> None:
    nodes.run("FUK-N2", "sc stop ClusSvc")
    nodes.pass_time()


def _own_service_down(nodes: Nodes) -> None:
    nodes.run("FUK-N1", "sc stop ClusSvc")
    nodes.pass_time()


def _pending(nodes: Nodes) -> None:
    nodes.run("FUK-N1", "cluster group FUK-CMS1 /offline /wait:0")


def _does_not_stop(nodes: Nodes) -> None:
    faults.switch(nodes.world, nodes.world.node("FUK-N1"), "service-does-not-stop", True, service="MSExchangeIS")


def _nothing(nodes: Nodes) -> None:
    """As it is."""


@pytest.mark.parametrize(
    ("before", "argv", "says"),
    [
        (_nothing, commands.cms_move("FUK-CMS9", "FUK-N2"), "was not found"),
        (_nothing, commands.cms_move(SERVER, "FUK-N9"), "no node of this cluster"),
        (_nothing, commands.cms_move(SERVER, "FUK-N1"), "already on FUK-N1"),
        (_target_down, commands.cms_move(SERVER, "FUK-N2"), "not operational"),
        (_own_service_down, commands.cms_status(SERVER), "does not answer"),
        (_pending, commands.cms_move(SERVER, "FUK-N2", forced=True), "5023"),
        (_does_not_stop, commands.cms_move(SERVER, "FUK-N2"), "could not be taken offline"),
        (_does_not_stop, commands.cms_stop(SERVER), "could not be stopped"),
    ],
)
def test_exchange_refuses_what_it_cannot_do_and_says_why(
    nodes: Nodes, before: Callable[[Nodes], None], argv: tuple[str, ...], says: str
) -> None:
    before(nodes)
    ran = exchange(nodes, argv)
    assert ran.code == 1
    assert says in ran.err


def test_a_server_whose_resources_differ_is_partially_online(nodes: Nodes, fukuoka: Cluster) -> None:
    nodes.run("FUK-N1", f'cluster resource "{DATABASE}" /offline')
    assert "State                           : Partially Online" in exchange(nodes, commands.cms_status(SERVER)).out
