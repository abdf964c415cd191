"""The linter finds what would only show on the night, each defect of the guide's printed scripts among it."""

import pytest

from console.domain.node_scripts.lint import COMMANDS, LONGEST_LINE, lint, lint_pair


def found(*lines: str) -> list[str]:
    """What is wrong with a batch file of these lines."""
    return [finding.text for finding in lint("START.BAT", "".join(f"{line}\r\n" for line in lines).encode("latin-1"))]


@pytest.mark.parametrize(
    "line",
    [
        "@echo off",
        'if "%CLP_EVENT%"=="START" goto eof',
        'if not exist "%CHO_WORK%\\a b" mkdir "%CHO_WORK%"',
        'for /f "usebackq tokens=1* delims==" %%a in ("%FILE%") do echo %%a "%%b"',
        'call "%~dp0W#EXCHG.BAT"',
        "set /a LEFT-=3",
        'set "X=%W#EXCHG1% %TIME:~0,2% %1 %~2 %*"',
        'if %ON% GEQ 3 if "%A%"=="b" call ARMSLEEP 2',
        'rem 50% of "this',
        "ARMLOG done",
    ],
)
def test_what_is_right_passes(line: str) -> None:
    assert found(line) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("SET DOMAIN_ADMIN_ACCOUNT=W#EXCHG1%", "% signs"),
        ("ARMLoad EXCHSCR /W cscript exch.vbs %PRIMARY%E% %BACKUP%", "% signs"),
        ("ARMBroadcast /MSG x /A", "ARMBroadcast is no command"),
        ('if "%CLP_DISK%"=="FAILURE" call ARMBLAST /MSG x', "ARMBLAST is no command"),
        ('IF "%CLP_EVENT%" == "START" GOTO NORMAL', "the label NORMAL is nowhere"),
        ("call :NOWHERE 1 2", "the label NOWHERE is nowhere"),
        ("SET AD_ADMIN_PWD=geheim", "no password belongs"),
        ("ARMLoad EXCHSCR /W /U %ACCOUNT% cscript exch.vbs", "another account"),
        ('echo "open', "quotation marks"),
        ("powershell -Command x", "powershell is no command"),
        ("x" * (LONGEST_LINE + 1), "more than the"),
        ("echo caf\xe9", "not ASCII"),
        ("echo \x07", "control character"),
    ],
)
def test_what_is_wrong_is_named(line: str, says: str) -> None:
    assert any(says in text for text in found(line))


def test_a_label_that_comes_twice_is_named_with_its_first_place() -> None:
    assert found(":A", "exit 0", ":a") == ["the label a stands in line 1 already"]


def test_a_line_with_lf_alone_and_a_last_line_without_an_end_are_named() -> None:
    texts = [finding.text for finding in lint("HOOK.VBS", b"rem a\nrem b\r\nrem c")]
    assert texts == ["does not end with CRLF", "ends with LF alone; a batch file needs CRLF"]


def test_a_watch_that_is_set_up_under_another_name_than_it_is_released_is_named() -> None:
    start, stop = b"call ARMLOAD EXHADT /S a\r\ncall ARMLOAD B /S b\r\n", b"call ARMKILL EXCHADT\r\ncall ARMKILL B\r\n"
    texts = [str(finding) for finding in lint_pair({"START.BAT": start, "Stop.bat": stop})]
    assert texts == ["STOP.BAT: never releases the watch EXHADT", "START.BAT: never sets up the watch EXCHADT"]


def test_a_lone_script_is_not_held_against_its_absent_twin() -> None:
    assert lint_pair({"START.BAT": b"call ARMLOAD A /S a\r\n"}) == []


def test_nothing_that_an_old_windows_lacks_is_among_the_known_commands() -> None:
    assert COMMANDS.isdisjoint({"powershell", "timeout", "schtasks", "icacls", "where", "robocopy", "tasklist"})
