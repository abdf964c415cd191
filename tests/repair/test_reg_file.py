"""Files for regedit: written as it writes them, and taken as they were meant by whoever imports them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.domain.errors import Unquotable
from console.domain.repair.reg_file import KeyChange, RegistryValue, version_4, version_5
from console.lab.world import World
from tests.repair.conftest import Shell

KEY = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\MSExchangeCluster"
FULL = KEY.replace("HKLM", "HKEY_LOCAL_MACHINE")
SOURCE = KeyChange(
    KEY,
    (
        RegistryValue("EventMessageFile", "REG_EXPAND_SZ", r"%SystemRoot%\Cluster\CLUSMSG.DLL"),
        RegistryValue("TypesSupported", "REG_DWORD", "0x7"),
    ),
)

NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20)
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
VALUES = st.one_of(
    st.builds(RegistryValue, NAMES, st.sampled_from(["REG_SZ", "REG_EXPAND_SZ"]), TEXTS),
    st.builds(RegistryValue, NAMES, st.just("REG_DWORD"), st.integers(0, 2**32 - 1).map(hex)),
)


def test_the_file_is_the_one_that_regedit_itself_would_write():
    data = version_5([SOURCE])
    assert data.startswith(b"\xff\xfe")
    lines = data.decode("utf-16").split("\r\n")
    assert lines[:3] == ["Windows Registry Editor Version 5.00", "", f"[{FULL}]"]
    assert lines[3].startswith('"EventMessageFile"=hex(2):25,00,53,00,79,00,73,00,74,00')
    assert lines[3].endswith("\\")
    assert all(len(line) <= 79 for line in lines[3:])
    assert '"TypesSupported"=dword:00000007' in lines


def test_the_older_form_is_lines_of_ascii_so_that_it_can_be_written_line_by_line():
    lines = version_4([KeyChange(KEY, gone=("TypesSupported",)), KeyChange(KEY, whole=True)]).split(b"\r\n")
    assert lines[0] == b"REGEDIT4"
    assert b'"TypesSupported"=-' in lines
    assert f"[-{FULL}]".encode() in lines
    assert lines[-1] == b""


@pytest.mark.parametrize(
    "value",
    [
        RegistryValue("Categories", "REG_MULTI_SZ", r"a\0b"),
        RegistryValue("File", "REG_SZ", "a\r\n[-HKEY_LOCAL_MACHINE]"),
        RegistryValue("File\r\n", "REG_SZ", "a"),
        RegistryValue("File", "REG_SZ", "C:\\日本\\x.dll"),
    ],
)
def test_what_the_file_could_not_hold_exactly_is_refused(value: RegistryValue):
    with pytest.raises(Unquotable) as caught:
        version_4([KeyChange(KEY, (value,))])
    assert caught.value.remedy


def test_what_is_kept_of_a_change_comes_back_from_json():
    change = KeyChange(KEY, SOURCE.values, ("Gone",), whole=True)
    assert KeyChange.from_json(change.to_json()) == change


@given(values=st.lists(VALUES, min_size=1, max_size=5, unique_by=lambda value: value.name.casefold()))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("written", [version_4, version_5])
def test_an_import_gives_every_value_as_it_was_meant(world: World, shell: Shell, written, values):
    node = world.node("KYO-N1")
    node.registry.delete(KEY)
    node.registry.set(KEY, "Old", "1")
    node.disk.write(r"C:\WINDOWS\Temp\x.reg", written([KeyChange(KEY, tuple(values), gone=("Old",))]))
    assert shell("KYO-N1", r"reg import C:\WINDOWS\Temp\x.reg").code == 0
    for value in values:
        found = node.registry.get(KEY, value.name)
        assert (found.kind, found.text) == (value.kind, value.text)
    if "old" not in {value.name.casefold() for value in values}:
        assert node.registry.get(KEY, "Old") is None
