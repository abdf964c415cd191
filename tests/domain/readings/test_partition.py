"""Who uses the partition, from handle.exe, openfiles and wmic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.errors import Garbled
from console.domain.ports import CommandResult
from console.domain.readings import images_on, open_files, open_handles

HANDLES = """
Handle v3.11
Copyright (C) 1997-2005 Mark Russinovich
Sysinternals - www.sysinternals.com

store.exe          pid: 1432   type: File           A8C: X:\\Exchsrv\\mdbdata\\priv1.edb
explorer.exe       pid: 2040   type: File           1F0: X:\\
My Tool.exe        pid: 7      type: File           TYO\\admin        2C: x:\\work dir\\a
backup.exe         pid: 8      type: File           30: C:\\notX:\\a
"""
FILES = """
INFO: The system global flag 'maintain objects list' needs
      to be enabled to see local opened files.

"Hostname","ID","Accessed By","Type","#Locks","Open Mode","Open File (Path\\executable)"
"TYO-EX1","11","ADMIN","Windows","0","Read","X:\\Exchsrv\\notes.txt"
"TYO-EX1","12","ADMIN","Windows","0","Read","C:\\temp\\x.txt"
"""
UNKNOWN_COMMAND = (
    "'handle.exe' is not recognized as an internal or external command,\r\noperable program or batch file."
)


def printed(text: str, code: int = 0, stderr: str = "") -> CommandResult:
    return CommandResult(("x",), code, text.replace("\n", "\r\n"), stderr)


def test_handles_on_the_drive_are_listed_with_their_process() -> None:
    users = open_handles(printed(HANDLES), "X:")
    assert [(user.process, user.pid, user.path) for user in users] == [
        ("store.exe", 1432, "X:\\Exchsrv\\mdbdata\\priv1.edb"),
        ("explorer.exe", 2040, "X:\\"),
        ("My Tool.exe", 7, "x:\\work dir\\a"),
    ]


def test_no_handle_is_a_fact() -> None:
    assert open_handles(printed("banner\nNo matching handles found.\n"), "X:") == ()


@pytest.mark.parametrize("code", [9009, 1])
def test_a_missing_tool_says_what_to_install(code: int) -> None:
    with pytest.raises(Garbled) as caught:
        open_handles(printed("", code, UNKNOWN_COMMAND), "X:")
    assert "Install handle.exe" in caught.value.remedy


@pytest.mark.parametrize("text", ["", "banner only", "Error loading driver."])
def test_a_tool_that_tells_nothing_is_not_taken_for_nobody(text: str) -> None:
    with pytest.raises(Garbled):
        open_handles(printed(text), "X:")


def test_files_opened_through_shares_are_listed_for_the_drive_alone() -> None:
    (user,) = open_files(printed(FILES), "x:")
    assert (user.what, user.process, user.path) == ("share", "ADMIN", "X:\\Exchsrv\\notes.txt")


def test_no_open_file_is_a_fact_in_any_language() -> None:
    assert open_files(printed("\nINFO: No shared open files found.\n"), "X:") == ()
    assert open_files(printed("\n情報: 共有で開かれたファイルはありません。\n"), "X:") == ()


@pytest.mark.parametrize(("text", "code"), [("", 0), ("ERROR: denied", 1), ('"one","two"', 0)])
def test_a_list_of_files_that_cannot_be_read_is_garbled(text: str, code: int) -> None:
    with pytest.raises(Garbled):
        open_files(printed(text, code), "X:")


def test_programs_started_from_the_drive_are_listed() -> None:
    blocks = [
        {"ExecutablePath": "", "Name": "System", "ProcessId": "4"},
        {"ExecutablePath": "X:\\tools\\a.exe", "Name": "a.exe", "ProcessId": "9"},
        {"ExecutablePath": "C:\\b.exe", "Name": "b.exe", "ProcessId": "10"},
    ]
    (user,) = images_on(blocks, "X:")
    assert (user.what, user.process, user.pid) == ("image", "a.exe", 9)


def test_an_empty_list_of_processes_is_garbled() -> None:
    with pytest.raises(Garbled):
        images_on([], "X:")


@given(st.text(max_size=300))
def test_noise_never_crashes_the_readers(text: str) -> None:
    for reader in (open_handles, open_files):
        try:
            reader(printed(text), "X:")
        except Garbled:
            continue
