"""What a clustered node tells of its set-up: registry, files, COM classes; every defect can be put back."""

from collections.abc import Callable

import pytest

from console.lab.cmd.process import Process
from console.lab.cmd.run import run
from console.lab.faults import UnknownFault, is_on, switch
from console.lab.images import image, version_of
from console.lab.mscs.defects import DEFECTS
from console.lab.mscs.equipment import CLASS
from console.lab.presets import fast_definition, fukuoka, kyoto, tokyo
from console.lab.registry import Registry
from console.lab.state import STOPPED
from console.lab.world import World

Ask = Callable[[str, str], tuple[int, str]]
TYPES = r"HKLM\Cluster\ResourceTypes"
SOURCE = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\MSExchangeCluster"


@pytest.fixture
def world() -> World:
    return World(fast_definition(kyoto(), fukuoka(), tokyo()))


@pytest.fixture
def ask(world: World) -> Ask:
    """A command line on a node: its exit code, and all that it printed."""

    def on(node: str, line: str) -> tuple[int, str]:
        said = bytearray()
        process = Process(world, world.node(node), said.extend, said.extend, rf"{node}\Administrator")
        return run(process, line), said.decode().replace("\r\n", "\n")

    return on


def test_reg_prints_a_key_as_each_windows_does(ask: Ask) -> None:
    full = SOURCE.replace("HKLM", "HKEY_LOCAL_MACHINE")
    lines = ["EventMessageFile", "REG_EXPAND_SZ", r"%SystemRoot%\Cluster\CLUSMSG.DLL"]
    code, text = ask("KYO-N1", f"reg query {SOURCE}")
    assert (code, text.splitlines()[1]) == (0, "! REG.EXE VERSION 3.0")
    assert f"\n{full}\n    " + "\t".join(lines) in text
    code, text = ask("FUK-N1", f"reg query {SOURCE}")
    assert code == 0
    assert f"\n{full}\n    " + "    ".join(lines) in text


def test_reg_tells_one_value_everything_below_or_that_there_is_nothing(ask: Ask) -> None:
    assert "TypesSupported" not in ask("FUK-N1", f"reg query {SOURCE} /v EventMessageFile")[1]
    above, below = ask("FUK-N1", f"reg query {TYPES}")[1], ask("FUK-N1", f"reg query {TYPES} /s")[1]
    assert "DllName" not in above
    assert above.count("HKEY_") == below.count("DllName")
    for line in (f"reg query {SOURCE} /v Nothing", r"reg query HKLM\SOFTWARE\Nobody /s"):
        code, text = ask("FUK-N1", line)
        assert (code, "unable to find" in text) == (1, True)


def test_the_clusters_part_of_the_registry_is_there_while_its_service_runs(world: World, ask: Ask) -> None:
    assert "EXRES.DLL" in ask("KYO-N1", f"reg query {TYPES} /s")[1]
    world.node("KYO-N1").services["clussvc"].state = STOPPED
    assert ask("KYO-N1", f"reg query {TYPES} /s")[0] == 1
    assert ask("KYO-N2", f"reg query {TYPES} /s")[0] == 0


def test_wmic_tells_versions_of_a_folder_and_of_files_by_name(ask: Ask) -> None:
    where = r"drive='C:' and path='\\WINDOWS\\Cluster\\'"
    text = ask("KYO-N1", f'wmic datafile where "{where}" get FileName,Extension,Version /value')[1]
    assert "Extension=dll\nFileName=exres\nVersion=6.5.7638.1\n" in text
    one, two = r"c:\\windows\\cluster\\exres.dll", r"c:\\nowhere.dll"
    text = ask("KYO-N1", f"""wmic datafile where "Name='{one}' or Name='{two}'" get Name /value""")[1]
    assert text.split() == [r"Name=c:\windows\cluster\exres.dll"]


def test_wmic_tells_the_classes_that_a_dll_serves(world: World, ask: Ask) -> None:
    path = r"C:\\Program Files\\Exchsrvr\\bin\\excluadm.dll"
    line = f"""wmic path Win32_ClassicCOMClassSetting where "InprocServer32='{path}'" get ComponentId /value"""
    assert f"ComponentId={CLASS}" in ask("KYO-N1", line)[1]
    switch(world, world.node("KYO-N1"), "com-unregistered", True)
    assert "No Instance" in ask("KYO-N1", line)[1]


@pytest.mark.parametrize("node", ["KYO-N1", "FUK-N2"])
@pytest.mark.parametrize("fault", DEFECTS)
def test_every_defect_can_be_put_back(world: World, fault: str, node: str) -> None:
    before = picture(world, node)
    switch(world, world.node(node), fault, True)
    assert picture(world, node) != before
    assert is_on(world.node(node), fault)
    switch(world, world.node(node), fault, False)
    assert picture(world, node) == before


def picture(world: World, node: str) -> object:
    """All that a defect may touch."""
    one = world.node(node)
    mscs = one.cluster.mscs
    assert mscs is not None
    keys = {key.path: {n: v.text for n, (_, v) in key.values.items()} for key in one.registry.below("HKLM")}
    types = {kind.name: (kind.dll, tuple(kind.admin_extensions)) for kind in mscs.types.values()}
    resources = {r.definition.name: tuple(r.depends) for r in one.cluster.groups[0].resources}
    return keys, types, resources, {item.path: item.data for item in one.disk.below("C:\\")}


def test_two_arguments_of_one_defect_hold_side_by_side(world: World) -> None:
    node = world.node("KYO-N1")
    for name in ("EXRES.DLL", "CLUSMSG.DLL"):
        switch(world, node, "cluster-file-missing", True, file=name)
    names = {item.path.rpartition("\\")[2] for item in node.disk.listing(r"C:\WINDOWS\Cluster")}
    assert not names & {"EXRES.DLL", "CLUSMSG.DLL"}
    assert "EXCLUADM.DLL" in names


def test_a_node_of_another_product_has_none_of_them(world: World) -> None:
    with pytest.raises(UnknownFault, match="no node of mscs"):
        switch(world, world.node("TYO-EX1"), "com-unregistered", True)


def test_a_key_has_one_name_however_its_root_is_written() -> None:
    registry = Registry()
    registry.set(r"HKEY_CLASSES_ROOT\CLSID\{1}", "", "x")
    assert registry.get(r"hklm\software\classes\clsid\{1}", "") is not None
    assert registry.exists(r"HKCR\CLSID")
    assert not registry.exists(r"HKCR\CLSI")
    assert registry.children(r"HKLM\SOFTWARE") == [r"HKEY_LOCAL_MACHINE\SOFTWARE\Classes"]
    assert registry.delete(r"HKCR\CLSID")
    assert not registry.delete(r"HKCR\CLSID")


def test_a_file_carries_its_version_wherever_it_is_copied() -> None:
    assert version_of(image("6.5.7638.1", "EXRES.DLL")) == "6.5.7638.1"
    assert image("1.2", "a") != image("1.2", "b")
    assert version_of(b"MZ") == ""
