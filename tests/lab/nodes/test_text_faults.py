"""Faults of what a node writes: its screens, its name, its code page, its files, and who may ask for them."""

from dataclasses import replace

import pytest

from console.lab import faults
from console.lab.clpstat import LONG_NAME
from console.lab.files import PRODUCT
from console.lab.presets import fast_definition, tokyo
from console.lab.server import Lab
from console.lab.state import Node
from console.lab.world import World
from tests.lab.nodes.conftest import Shell, attempt, command, protocol


def test_clpstat_can_print_garbage(world: World, shell: Shell, first: Node) -> None:
    faults.switch(world, first, "clpstat-garbage", True)
    out = shell("TYO-EX1", "clpstat --long", encoding="latin-1").out
    assert "<group>" not in out
    faults.switch(world, first, "clpstat-garbage", False)
    assert "<group>" in shell("TYO-EX1", "clpstat --long").out


def test_a_node_can_answer_with_another_name(world: World, shell: Shell, first: Node) -> None:
    faults.switch(world, first, "other-name", True, computer="INTRUDER")
    assert shell("TYO-EX1", "hostname").out == "INTRUDER\r\n"
    key = r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName"
    assert "INTRUDER" in shell("TYO-EX1", f'reg query "{key}" /v ComputerName').out


def test_the_handle_tool_can_be_missing(world: World, shell: Shell, first: Node) -> None:
    faults.switch(world, first, "handle-missing", True)
    ran = shell("TYO-EX1", "handle.exe -accepteula X:")
    assert ran.code == 1
    assert ran.err.startswith("'handle.exe' is not recognized")
    assert shell("TYO-EX1", 'cmd /v:on /s /c "handle.exe X: & echo !errorlevel!"').out == "9009\r\n"


def test_somebody_who_may_sign_in_need_not_be_an_administrator(own_lab: Lab) -> None:
    own_lab.fault("TYO-EX1", "not-administrator")
    assert command(protocol(own_lab), "clpstat").err == "Log in as administrator.\r\n"
    assert "Administrators" not in command(protocol(own_lab), "whoami /groups").out
    assert command(protocol(own_lab, "TYO-EX2"), "clpstat").code == 0
    own_lab.fault("TYO-EX1", "not-administrator", on=False)
    assert command(protocol(own_lab), "clpstat").code == 0


def test_a_japanese_node_writes_cp932_whatever_is_asked_for(own_lab: Lab) -> None:
    own_lab.fault("TYO-EX1", "cp932")
    out = attempt(protocol(own_lab), "clpstat --long")
    assert "カーネルモード LAN ハートビート".encode("cp932") in out
    assert b"Online" in out
    with pytest.raises(UnicodeDecodeError):
        out.decode("utf-8")


def test_a_node_can_write_its_name_in_the_other_case(world: World, shell: Shell, first: Node) -> None:
    faults.switch(world, first, "name-case", True)
    assert shell("TYO-EX1", "hostname").out == "tyo-ex1\r\n"
    assert "TYO-EX1" in shell("TYO-EX1", "clpstat").out


@pytest.mark.parametrize(("line", "width"), [("clpstat", 16), ("clpstat --long", 33)])
def test_a_name_can_be_longer_than_its_column(world: World, shell: Shell, first: Node, line: str, width: int) -> None:
    faults.switch(world, first, "long-names", True)
    shown = f"    {LONG_NAME[:width]:<{width + 1}}: Normal           "
    assert shown in shell("TYO-EX1", line).lines
    assert LONG_NAME[:16] not in shell("TYO-EX2", line).out


def test_one_node_can_have_an_older_configuration(world: World, shell: Shell, first: Node) -> None:
    line = rf'type "{PRODUCT}\etc\clp.conf"'
    before = shell("TYO-EX2", line).out
    faults.switch(world, first, "stale-configuration", True)
    stale = shell("TYO-EX1", line).out
    assert "<ip>192.0.2.1</ip>" in stale
    assert "127.0.11.10" not in stale
    assert shell("TYO-EX2", line).out == before
    faults.switch(world, first, "stale-configuration", False)
    assert "127.0.11.10" in shell("TYO-EX1", line).out


def test_an_older_configuration_knows_nothing_of_the_script() -> None:
    scripted = World(fast_definition(replace(tokyo(), scripts="console")))
    node = scripted.nodes[0]
    path = rf"{PRODUCT}\etc\clp.conf"
    assert b"script@script1" in node.disk.read(path)
    faults.switch(scripted, node, "stale-configuration", True)
    assert b"script@script1" not in node.disk.read(path)
