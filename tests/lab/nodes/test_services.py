"""sc.exe and the service rules behind it."""

import pytest

from console.lab import scm
from console.lab.exchange import START_ORDER, installed
from console.lab.state import RUNNING, START_PENDING, STOP_PENDING, STOPPED, Node
from console.lab.world import World
from tests.lab.nodes.conftest import Shell


def state(node: Node, name: str) -> int:
    service = node.service(name)
    assert service is not None
    return service.state


def settle(world: World, node: Node, name: str, wanted: int) -> None:
    assert world.schedule.wait(lambda: state(node, name) == wanted, 20), f"{name} is {state(node, name)}"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("sc query nosuch", 1060),
        ("sc start nosuch", 1060),
        ("sc start MSExchangeSA", 1056),
        ("sc start IMAP4Svc", 1058),
        ("sc stop MSExchangeSA", 1051),
        ("sc stop IMAP4Svc", 1062),
        ("sc query MSExchangeIS", 0),
        ("sc queryex msexchangeis", 0),
        ("sc config MSExchangeIS start= nonsense", 87),
        ("sc config MSExchangeIS start=demand", 87),
        ("sc nonsense MSExchangeIS", 1639),
    ],
)
def test_sc_ends_with_the_win32_error(shell: Shell, line: str, code: int) -> None:
    ran = shell("TYO-EX1", line)
    assert ran.code == code
    if code > 1000 and code != 1639:
        assert f"FAILED {code}:" in ran.out


def test_a_service_stops_by_way_of_stop_pending(shell: Shell, world: World, first: Node) -> None:
    ran = shell("TYO-EX1", "sc stop SMTPSVC")
    assert "        STATE              : 3  STOP_PENDING \r\n" in ran.out
    assert shell("TYO-EX1", "sc stop SMTPSVC").code == 1061
    settle(world, first, "SMTPSVC", STOPPED)
    assert "STATE              : 1  STOPPED" in shell("TYO-EX1", "sc query SMTPSVC").out
    assert shell("TYO-EX1", "sc stop SMTPSVC").code == 1062


def test_the_configuration_lists_dependencies_on_lines_of_their_own(shell: Shell) -> None:
    out = shell("TYO-EX1", "sc qc MSExchangeIS").out
    assert out.startswith("[SC] GetServiceConfig SUCCESS\r\n\r\nSERVICE_NAME: MSExchangeIS\r\n")
    assert "        DEPENDENCIES       : EXIFS  \r\n                           : MSExchangeSA  \r\n" in out
    assert "START_TYPE         : 3   DEMAND_START" in out
    assert shell("OSA-EX1", "sc qc MSExchangeIS").out.startswith("[SC] QueryServiceConfig SUCCESS")


def test_a_start_type_is_changed(shell: Shell, first: Node) -> None:
    assert shell("TYO-EX1", "sc config POP3Svc start= disabled").out == "[SC] ChangeServiceConfig SUCCESS\r\n"
    service = first.service("pop3svc")
    assert service is not None
    assert service.start == 4


def test_starting_a_service_starts_what_it_needs(shell: Shell, world: World, first: Node) -> None:
    for name in reversed(START_ORDER["2003"]):
        shell("TYO-EX1", f"sc stop {name}")
        settle(world, first, name, STOPPED)
    assert shell("TYO-EX1", "sc start MSExchangeIS").code == 0
    settle(world, first, "MSExchangeIS", RUNNING)
    assert state(first, "MSExchangeSA") == RUNNING


def test_a_disabled_dependency_fails_the_start(shell: Shell, second: Node) -> None:
    shell("TYO-EX2", "sc config EXIFS start= disabled")
    assert shell("TYO-EX2", "sc start MSExchangeIS").code == 1068


def test_the_information_store_needs_its_partition(shell: Shell, world: World, second: Node) -> None:
    assert shell("TYO-EX2", "sc start MSExchangeIS").code == 0
    settle(world, second, "MSExchangeIS", START_PENDING)
    settle(world, second, "MSExchangeIS", STOPPED)
    assert "WIN32_EXIT_CODE    : 1066" in shell("TYO-EX2", "sc query MSExchangeIS").out


def test_a_user_without_rights_may_look_and_not_touch(shell: Shell) -> None:
    assert shell("TYO-EX1", "sc query SMTPSVC", administrator=False).code == 0
    assert shell("TYO-EX1", "sc stop SMTPSVC", administrator=False).code == 5


def test_stores_come_and_go_with_the_information_store(world: World, first: Node) -> None:
    for name in ("SMTPSVC", "MSExchangeMTA", "MSExchangeIS"):
        assert scm.stop(world, first, name, "test") == 0
        settle(world, first, name, STOPPED)
    assert first.mounted == set()
    scm.start(world, first, "MSExchangeIS", "test")
    assert world.schedule.wait(lambda: len(first.mounted) == 3, 20)


def test_a_store_from_the_other_server_mounts_only_when_the_directory_says_so(world: World, first: Node) -> None:
    asked: list[tuple[str, str, str]] = []

    def may_mount(server_name: str, storage_group: str, store: str) -> bool:
        asked.append((server_name, storage_group, store))
        return "Public" not in store

    world.may_mount = may_mount
    first.cluster.store_homes = dict.fromkeys(first.cluster.stores(), "TYO-EX2")
    for name in ("MSExchangeMTA", "MSExchangeIS"):
        scm.stop(world, first, name, "test")
        settle(world, first, name, STOPPED)
    scm.start(world, first, "MSExchangeIS", "test")
    assert world.schedule.wait(lambda: len(asked) == 3, 20)
    assert world.schedule.wait(lambda: len(first.mounted) == 2, 20)
    assert {server for server, _, _ in asked} == {"TYO-EX1"}
    assert ("First Storage Group", "Public Folder Store") not in first.mounted


@pytest.mark.parametrize("generation", ["2003", "2007"])
def test_every_service_of_the_start_order_is_installed_with_its_dependencies(generation: str) -> None:
    names = {entry.name for entry in installed(generation)}
    assert set(START_ORDER[generation]) <= names
    assert {needed for entry in installed(generation) for needed in entry.depends} <= names


def test_every_state_of_a_service_is_recorded(shell: Shell, world: World, first: Node) -> None:
    shell("TYO-EX1", "sc stop SMTPSVC")
    assert state(first, "SMTPSVC") == STOP_PENDING
    settle(world, first, "SMTPSVC", STOPPED)
    seen = [(e.before, e.after, e.by) for e in world.log.since() if e.kind == "service"]
    assert seen == [
        ("RUNNING", "STOP_PENDING", "sc stop SMTPSVC"),
        ("STOP_PENDING", "STOPPED", "sc stop SMTPSVC"),
    ]
