"""Reading `reg query` as Windows 2003 and 2008 print it."""

import pytest

from console.domain.ports import CommandResult
from console.domain.prepare.registry import read_keys

OLD = (
    "\r\n! REG.EXE VERSION 3.0\r\n\r\n"
    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WSMAN\\WinRS\r\n"
    "    MaxShellsPerUser\tREG_DWORD\t0xa\r\n    Comment\tREG_SZ\ttwo words\r\n\r\n"
)
NEW = (
    "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WSMAN\\Listener\\*+HTTP\r\n"
    "    uriprefix    REG_SZ    wsman\r\n    Port    REG_DWORD    0x1761\r\n\r\n"
    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WSMAN\\Listener\\*+HTTPS\r\n"
    "    Port    REG_DWORD    0x1762\r\n    certThumb    REG_SZ    \r\n"
)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (OLD, {"winrs": {"maxshellsperuser": "10", "comment": "two words"}}),
        (NEW, {"*+http": {"uriprefix": "wsman", "port": "5985"}, "*+https": {"port": "5986", "certthumb": ""}}),
        ("", {}),
    ],
)
def test_keys_and_values_are_read(text: str, keys: dict[str, dict[str, str]]) -> None:
    assert read_keys(CommandResult(("reg",), 0, text)) == keys


def test_a_key_that_is_not_there_has_no_values() -> None:
    assert read_keys(CommandResult(("reg",), 1, "ERROR: The system was unable to find the key.")) == {}
