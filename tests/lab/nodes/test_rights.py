"""cacls and icacls show and change who may do what, as far as the console asks for it."""

import pytest

from console.lab.world import World
from tests.lab.nodes.conftest import Shell

KEY = r"C:\changeover\node.key"
ALONE = f"{KEY} BUILTIN\\Administrators:F\r\n{' ' * (len(KEY) + 1)}NT AUTHORITY\\SYSTEM:F\r\n"


@pytest.fixture
def key(shell: Shell) -> None:
    shell("TYO-EX1", rf"mkdir C:\changeover & echo secret >{KEY}")


@pytest.mark.usefixtures("key")
def test_what_has_no_rights_of_its_own_has_those_of_the_folder_above(shell: Shell) -> None:
    assert "Users:R" in shell("TYO-EX1", f"cacls {KEY}").out
    shell("TYO-EX1", r"cacls C:\changeover /e /r Users")
    assert shell("TYO-EX1", f"cacls {KEY}").out == ALONE


@pytest.mark.usefixtures("key")
def test_without_edit_everything_is_replaced_once_it_is_agreed_to(shell: Shell, world: World) -> None:
    line = f"cacls {KEY} /g Administrators:F SYSTEM:F"
    assert "Are you sure" in shell("TYO-EX1", line).out
    assert shell("TYO-EX1", f"cacls {KEY}").out != ALONE
    shell("TYO-EX1", line, stdin=b"y\r\n")
    assert shell("TYO-EX1", f"cacls {KEY}").out == ALONE
    assert [(e.subject, e.after) for e in world.log.since(0) if e.kind == "rights"] == [
        (KEY, r"BUILTIN\Administrators:F, NT AUTHORITY\SYSTEM:F")
    ]


@pytest.mark.usefixtures("key")
def test_what_is_moved_keeps_its_rights_and_what_is_gone_leaves_none(shell: Shell) -> None:
    shell("TYO-EX1", f"cacls {KEY} /g Administrators:F SYSTEM:F", stdin=b"y")
    shell("TYO-EX1", rf"move /y {KEY} C:\changeover\other.key")
    assert "Users" not in shell("TYO-EX1", r"cacls C:\changeover\other.key").out
    shell("TYO-EX1", f"echo again >{KEY}")
    assert "Users" in shell("TYO-EX1", f"cacls {KEY}").out


@pytest.mark.parametrize("account", ["NETWORK SERVICE", r"NT AUTHORITY\NETWORK SERVICE", "*S-1-5-20"])
def test_windows_2008_takes_names_and_identifiers(shell: Shell, account: str) -> None:
    line = rf'icacls C:\WINDOWS\Temp /grant "{account}:(OI)(CI)F"'
    assert shell("OSA-EX1", line).code == 0
    assert r"NT AUTHORITY\NETWORK SERVICE:(OI)(CI)(F)" in shell("OSA-EX1", r"icacls C:\WINDOWS\Temp").out
    assert shell("TYO-EX1", line).code != 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (r"cacls C:\nowhere", "cannot find the file"),
        (r"cacls C:\WINDOWS /e /g Nobody:F", "No mapping between account names"),
        (r"cacls C:\WINDOWS /e /g SYSTEM", "Invalid arguments"),
    ],
)
def test_what_cannot_be_is_refused(shell: Shell, line: str, said: str) -> None:
    ran = shell("TYO-EX1", line)
    assert ran.code != 0
    assert said in ran.out + ran.err
