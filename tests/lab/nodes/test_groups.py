"""The cluster engine: start, stop, move, fail over, and what the clp* commands say."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from console.lab import groups, power, presets
from console.lab.exchange import START_ORDER
from console.lab.files import USERLOG
from console.lab.state import RUNNING, STOPPED, Cluster, Handle, Node
from console.lab.world import World
from tests.lab.nodes.conftest import Shell


def stop_exchange(shell: Shell, world: World, node: Node) -> None:
    """Stop the services as an operator would: in reverse order, each awaited."""
    for name in reversed(START_ORDER[node.cluster.definition.generation]):
        shell(node.name, f"sc stop {name}")
        service = node.service(name)
        assert service is not None
        assert world.schedule.wait(lambda service=service: service.state == STOPPED, 20)  # type: ignore[misc]


def owner(cluster: Cluster) -> str | None:
    group = cluster.groups[0]
    return group.owner.name if group.owner else None


def test_a_move_takes_partition_and_address_along(
    shell: Shell, world: World, tokyo: Cluster, first: Node, second: Node
) -> None:
    stop_exchange(shell, world, first)
    ran = shell("TYO-EX1", "clpgrp -m EXCHANGE -a TYO-EX2")
    assert (ran.code, ran.out) == (0, "Command succeeded.\r\n")
    assert owner(tokyo) == "TYO-EX2"
    assert ("X" in first.disk.volumes, "X" in second.disk.volumes) == (False, True)
    assert (first.addresses, second.addresses) == (set(), {"127.0.11.10"})
    assert shell("TYO-EX1", "clpgrp -n EXCHANGE").out == "TYO-EX2\r\n"
    assert first.powered


def test_a_move_shows_every_state_on_its_way(shell: Shell, world: World, first: Node) -> None:
    stop_exchange(shell, world, first)
    shell("TYO-EX1", "clpgrp -m EXCHANGE -a TYO-EX2")
    states = [(e.node, e.after) for e in world.log.since() if e.kind == "group"]
    assert states == [
        ("TYO-EX1", "Offline Pending"),
        ("TYO-EX1", "Offline"),
        ("TYO-EX2", "Online Pending"),
        ("TYO-EX2", "Online"),
    ]
    resources = [(e.subject, e.after) for e in world.log.since() if e.kind == "resource" and "Pending" not in e.after]
    assert resources == [("sd1", "Offline"), ("fip1", "Offline"), ("fip1", "Online"), ("sd1", "Online")]


@pytest.mark.parametrize("image", ["store.exe", "explorer.exe"])
def test_a_partition_in_use_takes_the_source_down_and_the_group_fails_over(
    shell: Shell, world: World, tokyo: Cluster, first: Node, second: Node, image: str
) -> None:
    if image == "explorer.exe":
        stop_exchange(shell, world, first)
        first.handles.append(Handle(image, 4242, r"X:\Exchsrv"))
    ran = shell("TYO-EX2", "clpgrp -m EXCHANGE -a TYO-EX2")
    assert ran.code == 1
    assert ran.err.startswith("Failed to stop one or more group resources.")
    assert not first.powered
    assert world.schedule.wait(lambda: tokyo.groups[0].status == "Online" and owner(tokyo) == "TYO-EX2", 20)
    assert "X" in second.disk.volumes
    lines = shell("TYO-EX2", "clpstat").lines
    assert "    TYO-EX1 .........: Offline          " in lines


@pytest.mark.parametrize(
    ("node", "line", "says"),
    [
        ("TYO-EX1", "clpgrp -m NOSUCH -a TYO-EX2", "Invalid group name."),
        ("TYO-EX1", "clpgrp -m EXCHANGE -a NOSUCH", "Invalid server name."),
        ("TYO-EX1", "clpgrp -m EXCHANGE -a TYO-EX1", "The group has already been started on the local server."),
        ("TYO-EX2", "clpgrp -m EXCHANGE -a TYO-EX1", "The group has already been started on the other server."),
        ("TYO-EX1", "clpgrp -s EXCHANGE", "The group has already been started on the local server."),
        ("TYO-EX2", "clpgrp -s EXCHANGE", "The group has already been started on the other server."),
        ("TYO-EX1", "clpgrp -x", "Invalid option."),
        ("TYO-EX1", "clpgrp", "Invalid option."),
        ("TYO-EX1", "clprsc -s nosuch", "Invalid resource name."),
        ("TYO-EX1", "clplogcmd -l INFO", "Invalid option."),
        ("TYO-EX1", "clpstat --nonsense", "Invalid option."),
    ],
)
def test_a_command_that_cannot_be_done_is_refused_and_changes_nothing(
    shell: Shell, world: World, node: str, line: str, says: str
) -> None:
    ran = shell(node, line)
    assert ran.code == 1
    assert ran.err.startswith(says)
    assert world.log.since() == []


@pytest.mark.parametrize(
    "line", ["clpstat", "clpgrp -n EXCHANGE", "clpcl -t", "clprsc -t sd1", "clplogcmd -m x", "clpgrp -m EXCHANGE"]
)
def test_only_an_administrator_may_use_the_cluster(shell: Shell, line: str) -> None:
    ran = shell("TYO-EX1", line, administrator=False)
    assert (ran.code, ran.err) == (1, "Log in as administrator.\r\n")


def test_a_group_is_stopped_and_started(shell: Shell, world: World, tokyo: Cluster, first: Node) -> None:
    stop_exchange(shell, world, first)
    assert shell("TYO-EX1", "clpgrp -t EXCHANGE -h TYO-EX1").code == 0
    assert (tokyo.groups[0].status, owner(tokyo)) == ("Offline", None)
    assert shell("TYO-EX1", "clpgrp -n EXCHANGE").out == ""
    assert shell("TYO-EX1", "clpgrp -t EXCHANGE").err == "The group has already been stopped.\r\n"
    assert "      current        : None" in shell("TYO-EX1", "clpstat").lines
    assert shell("TYO-EX1", "clpgrp -s EXCHANGE -h TYO-EX2").code == 0
    assert owner(tokyo) == "TYO-EX2"


def test_a_busy_group_takes_no_second_command(shell: Shell, world: World, tokyo: Cluster, first: Node) -> None:
    stop_exchange(shell, world, first)
    job = world.schedule.start(groups.move_group(world, tokyo.groups[0], world.node("TYO-EX2"), "test"))
    assert shell("TYO-EX1", "clpgrp -m EXCHANGE -a TYO-EX2").err == "The group is busy. Try again later.\r\n"
    assert world.schedule.wait(lambda: job.outcome is not None, 20)


def test_another_server_can_be_asked_for_its_view(shell: Shell) -> None:
    assert "   *TYO-EX2 .........: Online           " in shell("TYO-EX1", "clpstat -s -h TYO-EX2").lines
    assert shell("TYO-EX1", "clpstat -h NOSUCH").err.startswith("Invalid server name.")


def test_a_node_without_its_engine_cannot_be_asked(shell: Shell, first: Node, world: World) -> None:
    power.kill_engine(world, first, "test")
    ran = shell("TYO-EX1", "clpstat --long")
    assert (ran.code, ran.err) == (1, "Could not connect to the server. Check if the cluster service is active.\r\n")
    assert shell("TYO-EX2", "clpgrp -m EXCHANGE -a TYO-EX1").code == 1


def test_an_engine_that_is_down_can_show_an_all_offline_screen(shell: Shell, first: Node, world: World) -> None:
    first.cluster.definition = replace(first.cluster.definition, down_screen=True)
    for node in first.cluster.nodes:
        power.kill_engine(world, node, "test")
    ran = shell("TYO-EX1", "clpstat --long")
    assert ran.code == 0
    assert ran.out.count("Offline") == 6


def test_stopping_the_engine_moves_the_group_and_starting_leaves_it(
    shell: Shell, world: World, tokyo: Cluster, first: Node
) -> None:
    stop_exchange(shell, world, first)
    assert shell("TYO-EX1", "clpcl -t").out == "Stop TYO-EX1 : Command succeeded.\r\n"
    assert (first.engine, owner(tokyo)) == (False, "TYO-EX2")
    assert shell("TYO-EX1", "clpcl -t").out.startswith("Stop TYO-EX1 : Performed stop processing to the stopped")
    assert shell("TYO-EX1", "clpcl -s").out == "Start TYO-EX1 : Command succeeded.\r\n"
    assert (first.engine, owner(tokyo)) == (True, "TYO-EX2")


def test_all_engines_stop_and_start_together(shell: Shell, world: World, tokyo: Cluster, first: Node) -> None:
    stop_exchange(shell, world, first)
    ran = shell("TYO-EX1", "clpcl -t -a")
    assert ran.lines[:2] == ["Stop TYO-EX1 : Command succeeded.", "Stop TYO-EX2 : Command succeeded."]
    assert owner(tokyo) is None
    assert shell("TYO-EX1", "clpcl -s -a").code == 0
    assert world.schedule.wait(lambda: tokyo.groups[0].status == "Online", 20)
    assert owner(tokyo) == "TYO-EX1"


def test_a_suspended_cluster_is_shown_and_moves_nothing(shell: Shell, tokyo: Cluster) -> None:
    assert shell("TYO-EX1", "clpcl --suspend").lines[:2] == [
        "Suspend TYO-EX1 : Command succeeded.",
        "Suspend TYO-EX2 : Command succeeded.",
    ]
    assert "   *TYO-EX1 .........: Suspend          " in shell("TYO-EX1", "clpstat").lines
    assert shell("TYO-EX1", "clpgrp -m EXCHANGE -a TYO-EX2").err.startswith("The cluster is suspended.")
    assert shell("TYO-EX2", "clpcl --resume").code == 0
    assert not tokyo.suspended


def test_one_resource_is_stopped_and_started(shell: Shell, world: World, tokyo: Cluster, first: Node) -> None:
    assert shell("TYO-EX1", "clprsc -t fip1").code == 0
    assert first.addresses == set()
    assert "      fip1           : Offline          " in shell("TYO-EX1", "clpstat").lines
    assert shell("TYO-EX1", "clprsc -s fip1").code == 0
    assert first.addresses == {"127.0.11.10"}


def test_a_node_that_dies_loses_its_group_after_the_heartbeat_and_returns_without_it(
    shell: Shell, world: World, tokyo: Cluster, first: Node
) -> None:
    groups.crash(world, first, "test")
    assert "    TYO-EX1 .........: Online           " in shell("TYO-EX2", "clpstat").lines
    assert world.schedule.wait(lambda: tokyo.groups[0].status == "Online" and owner(tokyo) == "TYO-EX2", 20)
    assert "    TYO-EX1 .........: Offline          " in shell("TYO-EX2", "clpstat").lines
    power.boot(world, first, "test")
    assert world.schedule.wait(lambda: first.engine, 20)
    assert owner(tokyo) == "TYO-EX2"
    assert shell("TYO-EX1", "sc query SMTPSVC").out.count("STOPPED") == 1


def test_the_group_stays_down_when_nobody_is_left(world: World, tokyo: Cluster, first: Node, second: Node) -> None:
    groups.crash(world, second, "test")
    groups.crash(world, first, "test")
    assert world.schedule.wait(lambda: tokyo.groups[0].status == "Offline", 20)
    assert owner(tokyo) is None


def test_the_cluster_log_takes_a_line_and_keeps_one_for_every_command(shell: Shell, first: Node) -> None:
    assert shell("TYO-EX1", 'clplogcmd -m "move requested by Olga" -l ERR -i 11').out == "Command succeeded.\r\n"
    shell("TYO-EX1", "clprsc -t fip1")
    log = first.disk.read(USERLOG).decode("cp932")
    assert "ERROR [logcmd] [11] move requested by Olga\r\n" in log
    assert "INFO  [cmd  ] clprsc.exe : 0 : Command succeeded.\r\n" in log


@pytest.fixture
def scripted() -> Iterator[World]:
    """A world whose group carries the guide's script resource."""
    item = presets.fast_definition(replace(presets.tokyo(), scripts="guide"))
    world = World(item)
    world.schedule.run()
    yield world
    world.schedule.stop()


def test_a_script_resource_stops_and_starts_exchange(scripted: World) -> None:
    first, second = scripted.nodes
    group = first.cluster.groups[0]
    job = scripted.schedule.start(groups.move_group(scripted, group, second, "test"))
    assert scripted.schedule.wait(lambda: job.outcome is not None, 20)
    assert job.outcome == groups.STARTED
    assert first.powered
    running = [entry.installed.name for entry in second.services.values() if entry.state == RUNNING]
    assert set(START_ORDER["2003"]) <= set(running)
    assert len(second.mounted) == 3


def test_a_server_that_is_shut_down_gives_its_group_away_and_goes_off(
    shell: Shell, world: World, tokyo: Cluster, first: Node
) -> None:
    stop_exchange(shell, world, first)
    shell("TYO-EX2", "clpdown -h TYO-EX1")
    assert world.schedule.wait(lambda: not first.powered, 20)
    assert (owner(tokyo), tokyo.groups[0].status) == ("TYO-EX2", "Online")


def test_a_server_that_is_rebooted_comes_back_without_its_group(
    shell: Shell, world: World, tokyo: Cluster, first: Node
) -> None:
    stop_exchange(shell, world, first)
    boots = first.boots
    shell("TYO-EX2", "clpdown -r -h TYO-EX1")
    assert world.schedule.wait(lambda: first.boots > boots and first.engine, 20)
    assert owner(tokyo) == "TYO-EX2"


def test_a_cluster_that_is_shut_down_stops_its_group_and_every_server(
    shell: Shell, world: World, tokyo: Cluster, first: Node, second: Node
) -> None:
    stop_exchange(shell, world, first)
    shell("TYO-EX2", "clpstdn")
    assert world.schedule.wait(lambda: not first.powered and not second.powered, 20)
    assert (owner(tokyo), tokyo.groups[0].status) == (None, "Offline")


@pytest.mark.parametrize("line", ["clpdown -h NOSUCH", "clpdown --nonsense", "clpstdn -h NOSUCH"])
def test_a_shutdown_of_nobody_is_refused(shell: Shell, world: World, line: str) -> None:
    assert shell("TYO-EX1", line).code == 1
    assert world.log.since() == []
