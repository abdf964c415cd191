"""The tools by which a node is mended, as the lab plays them: what they change, and their exit codes."""

import pytest

from console.domain.quoting import cmd_line
from console.domain.repair import commands
from console.domain.repair.event_sources import values_of
from console.domain.repair.exits import explain
from console.lab.mscs import changing, equipment
from console.lab.mscs.state import of
from console.lab.world import World
from tests.repair.conftest import Shell

NODE = "KYO-N1"
KEY = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\Somebody"
STORE = "Microsoft Exchange Information Store"


def test_a_value_is_written_with_its_key_and_taken_away_again(world: World, shell: Shell):
    registry = world.node(NODE).registry
    for value in values_of(r"C:\Program Files\Exchsrvr\bin\exsmtp.dll"):
        line = cmd_line(commands.write_value(KEY, value.name, value.kind, value.text))
        assert shell(NODE, line).code == 0
    message, types = registry.get(KEY, "EventMessageFile"), registry.get(KEY, "TypesSupported")
    assert (message.kind, message.text) == ("REG_EXPAND_SZ", r"C:\Program Files\Exchsrvr\bin\exsmtp.dll")
    assert (types.kind, types.text) == ("REG_DWORD", "0x7")
    assert shell(NODE, rf"reg delete {KEY} /v TypesSupported /f").code == 0
    assert registry.get(KEY, "TypesSupported") is None
    assert shell(NODE, rf"reg delete {KEY} /f").code == 0
    assert not registry.exists(KEY)
    assert shell(NODE, rf"reg delete {KEY} /f").code == 1


@pytest.mark.parametrize(
    "line", [rf"reg add {KEY} /v X", rf"reg add {KEY} /v X /t REG_SZ /d y", "reg import C:\\no.reg"]
)
def test_a_line_that_would_ask_or_cannot_be_read_changes_nothing(world: World, shell: Shell, line: str):
    ran = shell(NODE, line)
    assert ran.code == 1
    assert "ERROR" in ran.err
    assert not world.node(NODE).registry.exists(KEY)


def test_nobody_but_an_administrator_writes_the_registry(world: World, shell: Shell):
    ran = shell(NODE, cmd_line(commands.write_value(KEY, "X", "REG_SZ", "y")), administrator=False)
    assert (ran.code, ran.err.strip()) == (1, "ERROR: Access is denied.")
    assert not world.node(NODE).registry.exists(KEY)


def test_files_are_compared_byte_by_byte(world: World, shell: Shell):
    disk = world.node(NODE).disk
    for name, data in {"a": b"MZ1", "b": b"MZ1", "c": b"MZ2", "d": b"MZ12"}.items():
        disk.write(rf"C:\WINDOWS\Temp\{name}.dll", data)
    codes = {name: shell(NODE, rf"fc /b C:\WINDOWS\Temp\a.dll C:\WINDOWS\Temp\{name}.dll").code for name in "bcdx"}
    assert codes == {"b": 0, "c": 1, "d": 1, "x": 2}


def test_a_type_is_registered_once_with_a_dll_that_every_node_has(world: World):
    node, other = world.node(NODE), world.node("KYO-N2")
    mscs = of(node.cluster)
    assert changing.create_type(world, node, STORE, "EXRES.DLL") == changing.EXISTS
    assert changing.delete_type(world, node, STORE) == changing.NOT_EMPTY
    del mscs.types[STORE.casefold()]
    other.disk.remove(r"C:\WINDOWS\Cluster\EXRES.DLL")
    assert changing.create_type(world, node, STORE, "EXRES.DLL") == changing.NOT_LOADED
    other.disk.write(r"C:\WINDOWS\Cluster\EXRES.DLL", b"MZ")
    other.service("ClusSvc").state = 1
    assert changing.create_type(world, node, STORE, "EXRES.DLL") == changing.NOT_ALL_NODES
    other.service("ClusSvc").state = 4
    assert changing.create_type(world, node, STORE, "EXRES.DLL") == changing.DONE
    assert changing.set_type_dll(world, node, STORE, "nothing.dll") == changing.NOT_LOADED
    assert changing.set_type_dll(world, node, STORE, "clusres.dll") == changing.DONE
    assert changing.set_type_dll(world, node, "No such type", "clusres.dll") == changing.NO_TYPE
    assert mscs.type(STORE).dll == "clusres.dll"


def test_a_resource_is_made_offline_and_depends_on_what_it_is_told(world: World):
    node = world.node(NODE)
    group = node.cluster.groups[0]
    attendant = next(r for r in group.resources if r.definition.kind == "Microsoft Exchange System Attendant")
    name = 'Exchange "Routing" Instance 2'
    kind = "Microsoft Exchange Routing Service"
    assert changing.create_resource(world, node, name, "No such group", kind) == changing.NO_GROUP
    assert changing.create_resource(world, node, name, group.name, "No such type") == changing.NO_TYPE
    assert changing.create_resource(world, node, name, group.name, kind) == changing.DONE
    assert changing.create_resource(world, node, name, group.name, kind) == changing.EXISTS
    needed = attendant.definition.name
    assert changing.add_dependency(world, node, name, needed) == changing.DONE
    assert changing.add_dependency(world, node, name, needed) == changing.DEPENDENCY_EXISTS
    assert changing.add_dependency(world, node, needed, name) == changing.IS_ONLINE
    attendant.status = "Offline"
    assert changing.add_dependency(world, node, needed, name) == changing.CIRCULAR
    assert changing.delete_resource(world, node, needed) == changing.DEPENDENT_EXISTS
    assert changing.remove_dependency(world, node, name, needed) == changing.DONE
    assert changing.remove_dependency(world, node, name, needed) == changing.NO_DEPENDENCY
    assert changing.delete_resource(world, node, name) == changing.DONE
    assert changing.delete_resource(world, node, name) == changing.NO_RESOURCE


def test_a_dll_registers_its_classes_and_the_cluster_takes_the_extension_of_classes_that_it_knows(
    world: World, shell: Shell
):
    node = world.node(NODE)
    equipment.unregister_com(node)
    equipment.unregister_extension(node.cluster)
    assert shell(NODE, "cladmreg /q excluadm.dll").code == 1
    dll = rf"{equipment.edition(node).bin}\excluadm.dll"
    argv = commands.register_com(r"C:\WINDOWS\system32", dll)
    assert shell(NODE, cmd_line(argv), administrator=False).code == 5
    assert not node.registry.exists(rf"{equipment.CLASSES}\{equipment.CLASS}")
    assert shell(NODE, cmd_line(argv)).code == 0
    assert node.registry.get(rf"{equipment.CLASSES}\{equipment.CLASS}\InprocServer32", "").text == dll
    assert shell(NODE, cmd_line(commands.register_with_cluster(dll))).code == 0
    store = of(node.cluster).type(STORE)
    assert store.admin_extensions == [equipment.CLASS]
    assert shell(NODE, cmd_line(commands.unregister_com(r"C:\WINDOWS\system32", dll))).code == 0
    assert not node.registry.exists(rf"{equipment.CLASSES}\{equipment.CLASS}")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("regsvr32 /s", 1),
        (r"regsvr32 /s C:\WINDOWS\Cluster\no.dll", 3),
        (r"regsvr32 /s C:\WINDOWS\Cluster\EXRES.DLL", 4),
    ],
)
def test_regsvr32_tells_by_its_exit_code_alone_what_went_wrong(shell: Shell, line: str, code: int):
    ran = shell(NODE, line)
    assert (ran.code, ran.out, ran.err) == (code, "", "")
    assert explain(("regsvr32",), code)[1]


def test_a_dll_that_the_resource_host_has_loaded_is_not_replaced(world: World, shell: Shell):
    node, path = world.node(NODE), r"C:\WINDOWS\Cluster\EXRES.DLL"
    before = node.disk.read(path)
    node.disk.write(r"C:\WINDOWS\Temp\new.dll", b"MZ")
    lines = [rf"{word} C:\WINDOWS\Temp\new.dll {path}" for word in ("copy /y", "move /y")]
    for line in (*lines, f"del {path}"):
        assert "used by another process" in shell(NODE, line).err
        assert node.disk.read(path) == before
    node.service("ClusSvc").state = 1
    assert shell(NODE, lines[1]).code == 0
    assert node.disk.read(path) == b"MZ"
