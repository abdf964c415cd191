"""The command interpreter answers as cmd.exe does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.lab.cmd import parser
from console.lab.state import Node
from console.lab.world import World
from tests.lab.nodes.conftest import Shell

NOT_FOUND = "The system cannot find the file specified.\r\n"
RUN = r"C:\changeover\run\co-7-2"


@pytest.mark.parametrize(
    ("line", "code", "out"),
    [
        ("hostname", 0, "TYO-EX1\r\n"),
        ("HOSTNAME.EXE", 0, "TYO-EX1\r\n"),
        ("ver", 0, "\r\nMicrosoft Windows [Version 5.2.3790]\r\n"),
        ("echo one & echo two", 0, "one \r\ntwo\r\n"),
        ("echo one&& echo two", 0, "one\r\ntwo\r\n"),
        ("nosuch || echo two", 1, "two\r\n"),
        ("hostname > nul || echo two", 0, ""),
        ("nosuch && echo two", 1, ""),
        ('echo "a & b" ^& c', 0, '"a & b" & c\r\n'),
        ("echo a^", 0, "a\r\n"),
        ("echo.", 0, "\r\n"),
        ("echo(", 0, "\r\n"),
        ("echo %nosuchvariable%", 0, "%nosuchvariable%\r\n"),
        ("echo %systemroot%", 0, "C:\\WINDOWS\r\n"),
        ("echo %^errorlevel%", 0, "%errorlevel%\r\n"),
        ("set a=1&& set a", 0, "a=1\r\n"),
        ("exit 3 & echo never", 3, ""),
        ("exit /b 4", 4, ""),
        ("cmd /c exit 5", 5, ""),
        ('cmd /c "exit 6"', 6, ""),
        ("cmd /v:on /c \"nosuch 2>nul & echo !errorlevel!\"", 1, "9009\r\n"),
        ("cmd /c \"echo !errorlevel!\"", 0, "!errorlevel!\r\n"),
        ("if 1==1 echo yes", 0, "yes\r\n"),
        ("if not 1==1 (echo yes) else (echo no)", 0, "no\r\n"),
        ("if /i ab==AB echo yes", 0, "yes\r\n"),
        ("if 3 gtr 2 echo yes", 0, "yes\r\n"),
        ("if exist C:\\nosuch (echo yes) else echo no", 0, "no\r\n"),
        ("if exist C:\\WINDOWS\\System32 (echo yes) else echo no", 0, "yes\r\n"),
        ("if 1==2 (echo a) & echo swallowed", 0, ""),
        ("(if 1==2 (echo a)) & echo seen", 0, "seen\r\n"),
        ("if defined windir echo yes", 0, "yes\r\n"),
        ("for /l %i in (1,2,5) do @echo %i", 0, "1\r\n3\r\n5\r\n"),
        ("for /f %i in ('echo one two') do @echo [%i]", 0, "[one]\r\n"),
        ("for /f \"tokens=2 delims==+\" %i in ('echo a=b+c') do @echo [%i]", 0, "[b]\r\n"),
        ("for /f \"skip=1\" %i in ('echo a^&echo b') do @echo [%i]", 0, "[b]\r\n"),
        ("for /f %i in ('nosuch 2^>nul') do @echo [%i]", 0, ""),
        ("for /f \"tokens=3\" %i in ('echo one two') do @echo [%i]", 0, ""),
        ("(for /f %i in ('echo 5') do (if %i gtr 4 echo more)&(if %i lss 4 echo less))&echo end", 0, "more\r\nend\r\n"),
        ("(for /f %i in ('echo 5') do exit %i)&echo never", 5, ""),
        ("(for %i in (a b) do (for %j in (c d) do echo %i%j))", 0, "ac\r\nad\r\nbc\r\nbd\r\n"),
        ("(echo b&echo a) | find \"a\"", 0, "a\r\n"),
        ("echo a | find \"x\"", 1, ""),
        ("nosuch 2>&1 | find /c \"recognized\"", 0, "1\r\n"),
    ],
)  # fmt: skip
def test_a_line_gives_what_cmd_gives(shell: Shell, line: str, code: int, out: str) -> None:
    ran = shell("TYO-EX1", line)
    assert (ran.code, ran.out) == (code, out)


@pytest.mark.parametrize(
    "line",
    [
        "(echo a",
        "echo a &&",
        "echo a > ",
        "if",
        ") echo",
        "& &",
        "if 1==",
        "if errorlevel x echo a",
        "for /l %i in (1,x) do echo",
        "for /f %i in (C:\\WINDOWS) do echo %i",
        "for /f \"tokens=x\" %i in ('echo a') do echo %i",
    ],
)
def test_a_line_that_cannot_be_parsed_does_nothing(shell: Shell, line: str) -> None:
    ran = shell("TYO-EX1", line)
    assert ran.out == ""


def test_an_unknown_command_speaks_on_standard_error_and_ends_with_one(shell: Shell) -> None:
    ran = shell("TYO-EX1", "nosuch /x")
    assert ran.code == 1
    assert ran.err == (
        "'nosuch' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"
    )


def test_a_batch_of_commands_is_marked_section_by_section(shell: Shell) -> None:
    conf = r"C:\Program Files\EXPRESSCLUSTER\etc\clp.conf"
    line = (
        'cmd /v:on /s /c "hostname & echo @@ab12:1:!errorlevel! & '
        f'type "{conf}" & echo @@ab12:2:!errorlevel! & sc query nosuch & echo @@ab12:3:!errorlevel!"'
    )
    out = shell("TYO-EX1", line).out
    assert out.startswith("TYO-EX1\r\n@@ab12:1:0 \r\n<?xml")
    assert '<resource name="fip@fip1"/>' in out
    assert "@@ab12:2:0 \r\n[SC] EnumQueryServicesStatus:OpenService FAILED 1060:" in out
    assert out.endswith("@@ab12:3:1060\r\n")


def test_redirections_write_append_and_read(shell: Shell, first: Node) -> None:
    shell("TYO-EX1", r"echo one>C:\a.txt & echo two>>C:\A.TXT & nosuch 2>>C:\a.txt & >C:\b.txt echo three")
    assert first.disk.read(r"C:\a.txt").startswith(b"one \r\ntwo \r\n'nosuch' is not")
    assert first.disk.read(r"C:\b.txt") == b"three\r\n"
    assert shell("TYO-EX1", r'find "three" <C:\b.txt').out == "three\r\n"


@pytest.mark.parametrize(
    ("line", "code", "err"),
    [
        (r"type C:\nosuch.txt", 1, NOT_FOUND),
        (r"type C:\no\such.txt", 1, "The system cannot find the path specified.\r\n"),
        (r"mkdir C:\WINDOWS", 1, "A subdirectory or file C:\\WINDOWS already exists.\r\n"),
        (r"dir C:\nosuch", 1, "File Not Found\r\n"),
        (r"move C:\nosuch C:\other", 1, NOT_FOUND),
        (r"echo x > C:\no\such.txt", 1, "The system cannot find the path specified.\r\n"),
        (r"cd C:\nosuch", 1, "The system cannot find the path specified.\r\n"),
        (r"del C:\nosuch", 0, "Could Not Find C:\\nosuch\r\n"),
    ],
)
def test_a_path_that_does_not_work_is_told_as_cmd_tells_it(shell: Shell, line: str, code: int, err: str) -> None:
    ran = shell("TYO-EX1", line)
    assert (ran.code, ran.err) == (code, err)


def test_files_are_copied_moved_listed_and_deleted(shell: Shell) -> None:
    assert shell("TYO-EX1", r"mkdir C:\t\u & echo x>C:\t\a.txt & copy C:\t\a.txt C:\t\b.txt").code == 0
    assert shell("TYO-EX1", r"move /y C:\t\b.txt C:\t\u").code == 0
    assert shell("TYO-EX1", r"dir /b C:\T").out == "a.txt\r\nu\r\n"
    assert shell("TYO-EX1", r"dir C:\t").out.count("<DIR>") == 1
    assert shell("TYO-EX1", r"rmdir C:\t").err == "The directory is not empty.\r\n"
    assert shell("TYO-EX1", r"del C:\t\*.txt & rmdir /s /q C:\t & if not exist C:\t echo gone").out == "gone\r\n"


def test_the_switching_partition_is_seen_only_where_it_is_mounted(shell: Shell) -> None:
    assert shell("TYO-EX1", r"dir /b X:\Exchsrv").lines[:2] == ["conndata", "Mailroot"]
    ran = shell("TYO-EX2", r"dir /b X:\Exchsrv")
    assert (ran.code, ran.err) == (1, "The system cannot find the path specified.\r\n")


def test_a_batch_file_has_arguments_labels_and_its_own_end(shell: Shell, first: Node) -> None:
    lines = [
        "@echo off",
        'if "%1"=="go" goto there',
        "echo not here",
        ":there",
        "(",
        " echo a",
        " echo %~2",
        ")",
        "exit /b 7",
    ]
    text = "\r\n".join(lines) + "\r\n"
    first.disk.write(r"C:\b.cmd", text.encode())
    ran = shell("TYO-EX1", 'C:\\b.cmd go "x"')
    assert (ran.code, ran.out) == (7, "a \r\nx\r\n".replace("a ", "a"))
    first.disk.write(r"C:\c.cmd", b"call C:\\b.cmd go y\r\necho back %errorlevel%\r\nC:\\b.cmd go z\r\necho never\r\n")
    assert shell("TYO-EX1", r"C:\c.cmd").out == "a\r\ny\r\nback 7\r\na\r\nz\r\n"


def test_a_detached_command_runs_once_and_leaves_its_exit_code(shell: Shell, world: World, first: Node) -> None:
    assert shell("TYO-EX1", f'mkdir "{RUN}"').code == 0
    assert shell("TYO-EX1", f'mkdir "{RUN}"').code == 1
    prepare = (
        f'(echo @echo off&echo echo started^>"{RUN}\\started"&echo clpgrp -m EXCHANGE -a NOSUCH ^>"{RUN}\\out.txt" '
        f'2^>^&1&echo ^>"{RUN}\\rc.tmp" echo %^errorlevel%&echo move /y "{RUN}\\rc.tmp" "{RUN}\\rc.txt"^>nul) '
        f'> "{RUN}\\run.cmd"'
    )
    assert shell("TYO-EX1", prepare).code == 0
    create = f'schtasks /create /tn co-7-2 /tr "{RUN}\\run.cmd" /sc once /st 23:59 /ru SYSTEM'
    assert shell("TYO-EX1", create).code == 0
    assert "already exists" in shell("TYO-EX1", create).err
    assert shell("TYO-EX1", "schtasks /run /tn co-7-2").code == 0
    assert world.schedule.wait(lambda: first.tasks["co-7-2"].status == "Ready", 20)
    assert shell("TYO-EX1", f'type "{RUN}\\rc.txt"').out == "1\r\n"
    assert shell("TYO-EX1", f'type "{RUN}\\out.txt"').out.startswith("Invalid server name.")
    assert shell("TYO-EX1", f'dir /b "{RUN}"').out == "out.txt\r\nrc.txt\r\nrun.cmd\r\nstarted\r\n"
    assert '"co-7-2"' in shell("TYO-EX1", "schtasks /query /tn co-7-2 /fo csv /v").out
    assert shell("TYO-EX1", "schtasks /delete /tn co-7-2 /f").code == 0
    assert shell("TYO-EX1", "schtasks /run /tn co-7-2").code == 1
    runs = [e for e in world.log.since() if e.kind == "task" and e.after == "Running"]
    assert len(runs) == 1


def test_a_digit_before_a_redirection_is_a_descriptor_and_not_text(shell: Shell, first: Node) -> None:
    first.disk.write(
        r"C:\rc.cmd", b"@echo off\r\necho %errorlevel%>C:\\wrong.txt\r\n>C:\\right.txt echo %errorlevel%\r\n"
    )
    shell("TYO-EX1", r"C:\rc.cmd")
    assert first.disk.read(r"C:\wrong.txt") == b"ECHO is off.\r\n"
    assert first.disk.read(r"C:\right.txt") == b"0\r\n"


@pytest.mark.parametrize(("node", "shown"), [("TYO-EX1", True), ("TYO-EX2", False)])
def test_mounted_stores_are_listed_while_the_information_store_runs(shell: Shell, node: str, shown: bool) -> None:
    line = "wmic path Win32_PerfRawData_MSExchangeIS_MSExchangeISMailbox get Name /value <nul"
    ran = shell(node, line)
    if shown:
        names = [text for text in ran.lines if text.startswith("Name=")]
        assert names[0] == "Name=First Storage Group-Mailbox Store"
        assert names[-1] == "Name=_Total"
        assert ran.out.startswith("\r\n\r\nName=")
    else:
        assert ran.code == 2147749904
        assert ran.err == "Node - TYO-EX2\r\nERROR:\r\nDescription = Invalid class\r\n\r\n"


def test_the_clock_and_the_name_can_be_read(shell: Shell) -> None:
    dates = [text for text in shell("TYO-EX1", "wmic os get LocalDateTime,LastBootUpTime /value <nul").lines if text]
    assert [text.partition("=")[0] for text in dates] == ["LastBootUpTime", "LocalDateTime"]
    assert all(text.endswith("+540") and len(text.partition("=")[2]) == 25 for text in dates)
    key = r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName"
    assert "    ComputerName    REG_SZ    TYO-EX1\r\n" in shell("TYO-EX1", f'reg query "{key}" /v ComputerName').out


def test_open_handles_and_shared_files_are_listed(shell: Shell, first: Node) -> None:
    out = shell("TYO-EX1", "handle.exe -accepteula X:").out
    assert "store.exe          pid: " in out
    assert "type: File" in out
    assert r"X:\Exchsrv\mdbdata\priv1.edb" in out
    assert "No matching handles found." in shell("TYO-EX2", "handle.exe -accepteula X:").out
    first.open_files.append(("LAB\\alice", r"X:\Exchsrv\note.txt"))
    assert '"LAB\\alice"' in shell("TYO-EX1", "openfiles /query /fo csv /v").out
    assert "Administrator" in shell("TYO-EX1", "query session").out


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_console_speaks_its_code_page(shell: Shell, encoding: str) -> None:
    assert shell("TYO-EX1", "echo 東京", encoding=encoding).out == "東京\r\n"


@given(st.text(alphabet='ab "^&|<>()%!\n@1=:/.', max_size=40))
def test_no_line_breaks_the_parser(text: str) -> None:
    try:
        parser.parse(text)
    except (parser.SyntaxProblem, parser.Unfinished):
        return


@given(st.text(alphabet=st.characters(exclude_characters='"\r\n%', exclude_categories=["Cs", "Cc"]), max_size=60))
def test_quoted_text_stays_as_it_is(text: str) -> None:
    command = parser.parse(f'echo "{text}"')
    assert isinstance(command, parser.Simple)
    assert command.text == f'echo "{text}"'
