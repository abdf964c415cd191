"""Every fault does what its sentence says, and goes away when it is switched off."""

import socket
import time
from pathlib import Path
from xml.etree.ElementTree import ParseError

import pytest
import requests
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)

from console.lab import faults, scm
from console.lab.files import USERLOG
from console.lab.presets import PASSWORD, fast_definition, tokyo
from console.lab.server import Lab
from console.lab.state import RUNNING, START_PENDING, STOP_PENDING, STOPPED, Node
from console.lab.world import World
from tests.lab.nodes.conftest import Shell, attempt, command, hasty, protocol

pytestmark = pytest.mark.slow

WIRE = {"refuse", "hang", "drop", "wrong-password", "slow", "garbage", "winrm-down"}
TEXT = {
    "clpstat-garbage",
    "other-name",
    "handle-missing",
    "not-administrator",
    "cp932",
    "name-case",
    "long-names",
    "stale-configuration",
}
SCRIPT = {"script-fails", "script-hangs", "script-edited", "webhook-unreachable", "clock-off", "monitor-error"}
"""Tested with the scripts."""
HEARTBEAT = {"heartbeats-lost", "heartbeat-cut", "ping-unreachable", "paused"}
"""Tested with the heartbeats."""
EVENTS = {"counters-read", "event-logged", "service-installed"}
"""Tested with the event logs and the functional range."""
PROOFS = {"dns-refuses"}
"""Tested with the proofs of set-up steps."""
DOCTOR = {"registry-denied"}
"""Tested with the diagnosis."""
NODE = {
    "service-does-not-stop",
    "service-does-not-start",
    "service-hangs",
    "store-unmounted",
    "group-fails",
    "engine-down",
    "partition-busy",
    "powered-off",
    "fip-duplicate",
}


def test_every_fault_has_its_place_among_these_tests() -> None:
    here = {name for name, fault in faults.FAULTS.items() if fault.product != "mscs"}
    assert here == WIRE | TEXT | NODE | SCRIPT | HEARTBEAT | EVENTS | PROOFS | DOCTOR


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("refuse", {}, requests.exceptions.ConnectionError),
        ("winrm-down", {}, requests.exceptions.ConnectionError),
        ("hang", {}, requests.exceptions.ReadTimeout),
        ("hang", {"action": "Command"}, requests.exceptions.ReadTimeout),
        ("drop", {}, requests.exceptions.RequestException),
        ("drop", {"action": "Command"}, requests.exceptions.RequestException),
        ("wrong-password", {}, InvalidCredentialsError),
        ("garbage", {}, (ParseError, WinRMTransportError, WinRMError)),
    ],
)
@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_a_fault_of_the_wire_strikes_and_passes(
    own_lab: Lab,
    name: str,
    arguments: dict[str, str],
    error: type[Exception] | tuple[type[Exception], ...],
    transport: str,
) -> None:
    own_lab.fault("TYO-EX1", name, **arguments)
    with pytest.raises(error):
        attempt(hasty(own_lab, transport=transport), "hostname")
    assert command(protocol(own_lab, "TYO-EX2"), "hostname").out == "TYO-EX2\r\n"
    own_lab.fault("TYO-EX1", name, on=False)
    assert command(protocol(own_lab, transport=transport), "hostname").out == "TYO-EX1\r\n"


def test_a_dropped_answer_comes_after_the_command_has_run(own_lab: Lab) -> None:
    own_lab.fault("TYO-EX1", "drop", action="Command")
    with pytest.raises(requests.exceptions.RequestException):
        command(protocol(own_lab, transport="basic"), r"mkdir C:\ran")
    assert own_lab.world.schedule.wait(lambda: own_lab.world.node("TYO-EX1").disk.item(r"C:\ran") is not None, 10)


def test_a_hanging_command_has_not_run(own_lab: Lab) -> None:
    own_lab.fault("TYO-EX1", "hang", action="Command")
    with pytest.raises(requests.exceptions.RequestException):
        attempt(hasty(own_lab, transport="basic"), r"mkdir C:\ran")
    assert own_lab.world.node("TYO-EX1").disk.item(r"C:\ran") is None


def test_a_slow_node_takes_its_time_for_every_request(own_lab: Lab) -> None:
    own_lab.fault("TYO-EX1", "slow", ms="100")
    began = time.monotonic()
    assert command(protocol(own_lab, transport="basic"), "hostname").code == 0
    assert time.monotonic() - began >= 0.5


def test_a_floating_ip_that_exists_already_does_not_come_up(
    world: World, shell: Shell, first: Node, second: Node
) -> None:
    faults.switch(world, second, "fip-duplicate", True)
    for service in first.services.values():
        service.state = STOPPED if service.installed.exchange else service.state
    assert shell("TYO-EX1", "clpgrp -m EXCHANGE -a TYO-EX2").code == 1
    assert "      fip1           : Online Failure   " in shell("TYO-EX2", "clpstat").lines
    assert second.addresses == set()
    log = second.disk.read(USERLOG).decode("cp932")
    assert "IP address 127.0.11.10 already exists on the network." in log


def state(node: Node, name: str) -> int:
    service = node.service(name)
    assert service is not None
    return service.state


def test_a_service_that_does_not_stop_stays_pending_until_the_fault_ends(world: World, first: Node) -> None:
    faults.switch(world, first, "service-does-not-stop", True, service="SMTPSVC")
    scm.stop(world, first, "SMTPSVC", "test")
    scm.stop(world, first, "POP3Svc", "test")
    assert world.schedule.wait(lambda: state(first, "POP3Svc") == STOPPED, 10)
    assert not world.schedule.wait(lambda: state(first, "SMTPSVC") != STOP_PENDING, 1)
    faults.switch(world, first, "service-does-not-stop", False)
    assert world.schedule.wait(lambda: state(first, "SMTPSVC") == STOPPED, 10)


@pytest.mark.parametrize(
    ("fault", "during", "after"),
    [("service-hangs", START_PENDING, RUNNING), ("service-does-not-start", STOPPED, STOPPED)],
)
def test_a_service_that_does_not_come_up(world: World, second: Node, fault: str, during: int, after: int) -> None:
    faults.switch(world, second, fault, True, service="POP3Svc")
    assert scm.start(world, second, "POP3Svc", "test") == 0
    assert state(second, "POP3Svc") == START_PENDING
    world.schedule.wait(lambda: False, 1)
    assert state(second, "POP3Svc") == during
    faults.switch(world, second, fault, False)
    assert world.schedule.wait(lambda: state(second, "POP3Svc") == after, 10)


def test_a_store_is_unmounted_though_its_service_runs(world: World, shell: Shell, first: Node) -> None:
    store = "Mailbox Store"
    shown = f"Name=First Storage Group-{store}\r\n"
    faults.switch(world, first, "store-unmounted", True, store=store)
    line = "wmic path Win32_PerfRawData_MSExchangeIS_MSExchangeISMailbox get Name /value <nul"
    assert shown not in shell("TYO-EX1", line).out
    assert "Mailbox Store 2" in shell("TYO-EX1", line).out
    assert state(first, "MSExchangeIS") == RUNNING
    faults.switch(world, first, "store-unmounted", False)
    assert shown in shell("TYO-EX1", line).out


def test_a_group_fails_on_the_target_and_says_so(world: World, shell: Shell, first: Node, second: Node) -> None:
    faults.switch(world, second, "group-fails", True, resource="sd1")
    for service in first.services.values():
        service.state = STOPPED if service.installed.exchange else service.state
    ran = shell("TYO-EX1", "clpgrp -m EXCHANGE -a TYO-EX2")
    assert (ran.code, ran.err[:51]) == (1, "Failed to start one or more group resources. Check ")
    lines = shell("TYO-EX2", "clpstat").lines
    assert "    EXCHANGE ........: Online Failure   " in lines
    assert "      sd1            : Online Failure   " in lines
    assert "      fip1           : Online           " in lines
    faults.switch(world, second, "group-fails", False)
    assert shell("TYO-EX2", "clpgrp -s EXCHANGE -h TYO-EX2").code == 0


def test_the_engine_is_down_while_winrm_answers(own_lab: Lab) -> None:
    own_lab.fault("TYO-EX2", "engine-down")
    connection = protocol(own_lab, "TYO-EX2")
    assert command(connection, "hostname").code == 0
    assert command(connection, "clpstat").code == 1
    assert "    TYO-EX2 .........: Offline" in command(protocol(own_lab, "TYO-EX1"), "clpstat").out
    own_lab.fault("TYO-EX2", "engine-down", on=False)
    assert command(connection, "clpstat").code == 0


def test_winrm_is_down_while_the_engine_runs(own_lab: Lab) -> None:
    own_lab.fault("TYO-EX2", "winrm-down")
    assert "    TYO-EX2 .........: Online" in command(protocol(own_lab, "TYO-EX1"), "clpstat").out


def test_a_busy_partition_names_explorer(world: World, shell: Shell, first: Node) -> None:
    faults.switch(world, first, "partition-busy", True)
    assert "explorer.exe       pid: " in shell("TYO-EX1", "handle.exe X:").out
    faults.switch(world, first, "partition-busy", False)
    assert "explorer.exe" not in shell("TYO-EX1", "handle.exe X:").out


def test_a_node_without_power_is_gone_and_boots_again(own_lab: Lab) -> None:
    own_lab.fault("TYO-EX1", "powered-off")
    with pytest.raises(requests.exceptions.ConnectionError):
        command(protocol(own_lab), "hostname")
    group = own_lab.world.cluster("Tokyo").groups[0]
    assert own_lab.world.schedule.wait(lambda: group.status == "Online" and group.owner is not None, 5)
    own_lab.fault("TYO-EX1", "powered-off", on=False)
    assert command(protocol(own_lab), "hostname").code == 0


def test_a_node_that_dies_breaks_the_session_and_ends_what_ran(own_lab: Lab) -> None:
    connection = protocol(own_lab, transport="basic")
    shell_id = connection.open_shell(codepage=65001)
    command_id = connection.run_command(shell_id, "ping -n 60 127.0.0.1")
    own_lab.fault("TYO-EX1", "powered-off")
    own_lab.fault("TYO-EX1", "powered-off", on=False)
    with pytest.raises(WSManFaultError) as caught:
        connection.get_command_output_raw(shell_id, command_id)
    assert caught.value.fault_subcode == "w:InvalidSelectors"


def test_a_move_that_takes_its_own_node_down_breaks_the_session(own_lab: Lab) -> None:
    with pytest.raises(requests.exceptions.ConnectionError):
        attempt(protocol(own_lab, transport="basic"), "clpgrp -m EXCHANGE -a TYO-EX2")
    group = own_lab.world.cluster("Tokyo").groups[0]
    assert own_lab.world.schedule.wait(lambda: group.status == "Online", 10)
    assert attempt(protocol(own_lab, "TYO-EX2"), "clpgrp -n EXCHANGE") == b"TYO-EX2\r\n"


def test_an_unknown_fault_or_argument_is_refused(own_lab: Lab) -> None:
    with pytest.raises(faults.UnknownFault, match="there are refuse, hang"):
        own_lab.fault("TYO-EX1", "nosuch")
    with pytest.raises(faults.UnknownFault, match="takes service, not store"):
        own_lab.fault("TYO-EX1", "service-hangs", store="x")
    with pytest.raises(KeyError, match="No node NOSUCH"):
        own_lab.fault("NOSUCH", "hang")


def test_a_long_receive_ends_in_a_timeout_fault_and_can_be_asked_again(own_lab: Lab) -> None:
    connection = hasty(own_lab)
    shell_id = connection.open_shell(codepage=65001)
    command_id = connection.run_command(shell_id, "ping -n 2 127.0.0.1 >nul & echo done")
    with pytest.raises(WinRMOperationTimeoutError):
        connection.get_command_output_raw(shell_id, command_id)
    out, _, code = connection.get_command_output(shell_id, command_id)
    assert (out, code) == (b"done\r\n", 0)
    connection.close_shell(shell_id)


def test_a_terminated_command_ends_and_is_forgotten(own_lab: Lab) -> None:
    connection = protocol(own_lab)
    shell_id = connection.open_shell(codepage=65001)
    command_id = connection.run_command(shell_id, "ping -n 60 127.0.0.1 >nul")
    running = own_lab.servers["TYO-EX1"].shells.command(shell_id, command_id)
    connection.cleanup_command(shell_id, command_id)
    assert own_lab.world.schedule.wait(lambda: running.exit_code is not None, 10)
    with pytest.raises(WSManFaultError) as caught:
        connection.get_command_output_raw(shell_id, command_id)
    assert caught.value.wsman_fault_code == 2150858843
    connection.close_shell(shell_id)


def test_a_shell_that_is_closed_is_not_there_any_more(own_lab: Lab) -> None:
    connection = protocol(own_lab)
    shell_id = connection.open_shell(codepage=65001)
    connection.close_shell(shell_id)
    with pytest.raises(WSManFaultError) as caught:
        connection.run_command(shell_id, "hostname")
    assert caught.value.fault_subcode == "w:InvalidSelectors"


def test_a_user_has_only_so_many_shells(own_lab: Lab) -> None:
    connection = protocol(own_lab, transport="basic")
    for _ in range(30):
        connection.open_shell(codepage=65001)
    with pytest.raises(WSManFaultError) as caught:
        connection.open_shell(codepage=65001)
    assert caught.value.wsman_fault_code == 0x803381A6


def test_plain_soap_over_http_is_refused_after_an_ntlm_sign_in(own_lab: Lab) -> None:
    with pytest.raises((WinRMTransportError, WSManFaultError, InvalidCredentialsError)):
        command(protocol(own_lab, message_encryption="never"), "hostname")


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
@pytest.mark.parametrize("user", ["Administrator", "nobody", r"ELSEWHERE\Administrator"])
def test_a_wrong_password_or_user_is_refused(own_lab: Lab, transport: str, user: str) -> None:
    password = "wrong" if user == "Administrator" else PASSWORD
    with pytest.raises(InvalidCredentialsError):
        command(protocol(own_lab, transport=transport, username=user, password=password), "hostname")


def test_a_taken_port_is_named_with_a_remedy(own_lab: Lab, tmp_path: Path) -> None:
    item = fast_definition(tokyo())
    item.clusters[0].nodes[0].port = own_lab.servers["TYO-EX1"].http.port
    with pytest.raises(OSError, match=r"Cannot listen on 127\.0\.11\.1:\d+ .* choose another"):
        Lab(item, tmp_path / "second").start()


def test_a_request_without_a_sign_in_is_told_how(own_lab: Lab) -> None:
    answer = requests.post(own_lab.endpoint("TYO-EX1"), data=b"<x/>", timeout=5)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Negotiate, NTLM, Basic realm="WSMAN"'


@pytest.mark.parametrize(("body", "status"), [(b"<not-soap", 400), (b"<a/>", 400), (b"", 200)])
def test_what_is_no_soap_is_a_bad_request(own_lab: Lab, body: bytes, status: int) -> None:
    answer = requests.post(own_lab.endpoint("TYO-EX1"), data=body, auth=("Administrator", PASSWORD), timeout=5)
    assert answer.status_code == status


def test_a_stale_cipher_is_a_bad_request_and_a_fresh_sign_in_goes_on_with_the_same_shell(own_lab: Lab) -> None:
    connection = protocol(own_lab)
    shell_id = connection.open_shell(codepage=65001)
    for listener in own_lab.servers["TYO-EX1"].listeners:
        listener.stop()
    own_lab.reconcile()
    with pytest.raises(WinRMTransportError) as caught:
        connection.run_command(shell_id, "hostname")
    assert caught.value.code == 400
    connection.transport.close_session()
    command_id = connection.run_command(shell_id, "hostname")
    assert connection.get_command_output(shell_id, command_id)[0] == b"TYO-EX1\r\n"


def test_standard_input_reaches_the_command(own_lab: Lab) -> None:
    connection = protocol(own_lab)
    shell_id = connection.open_shell(codepage=65001)
    command_id = connection.run_command(shell_id, 'find "b"')
    connection.send_command_input(shell_id, command_id, b"abc\r\nxyz\r\n", end=True)
    assert connection.get_command_output(shell_id, command_id)[0] == b"abc\r\n"


@pytest.mark.parametrize(("asked", "spoken"), [(65001, "utf-8"), (932, "cp932"), (437, "cp437")])
def test_the_shell_speaks_the_code_page_that_was_asked_for(own_lab: Lab, asked: int, spoken: str) -> None:
    connection = protocol(own_lab)
    shell_id = connection.open_shell(codepage=asked)
    command_id = connection.run_command(shell_id, "echo é東")
    out = connection.get_command_output(shell_id, command_id)[0]
    assert out == "é東\r\n".encode(spoken, "replace")


def test_a_node_can_have_a_code_page_of_its_own(own_lab: Lab) -> None:
    own_lab.world.node("TYO-EX1").definition.code_page = 932
    connection = protocol(own_lab)
    shell_id = connection.open_shell(codepage=65001)
    command_id = connection.run_command(shell_id, "echo 東京")
    assert connection.get_command_output(shell_id, command_id)[0] == "東京\r\n".encode("cp932")


def test_the_floating_ip_greets_from_the_node_that_has_it(own_lab: Lab) -> None:
    greeters = [greeter for greeter in own_lab.greeters if greeter.cluster.name == "Tokyo"]
    ports = {greeter.protocol: greeter.listener.port for greeter in greeters}

    def greeting(protocol: str) -> bytes:
        with socket.create_connection(("127.0.11.10", ports[protocol]), timeout=2) as stream:
            if protocol == "http":
                stream.sendall(b"GET /exchange HTTP/1.0\r\n\r\n")
            return stream.recv(200)

    assert greeting("smtp").startswith(b"220 TYO-EX1 ")
    assert greeting("pop3").startswith(b"+OK ")
    assert greeting("http").startswith(b"HTTP/1.1 401 ")
    node = own_lab.world.node("TYO-EX1")
    scm.stop(own_lab.world, node, "SMTPSVC", "test")
    assert own_lab.world.schedule.wait(lambda: state(node, "SMTPSVC") == STOPPED, 10)
    own_lab.reconcile()
    with pytest.raises(ConnectionRefusedError):
        greeting("smtp")
    assert greeting("pop3").startswith(b"+OK ")
