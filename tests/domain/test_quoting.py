"""Arguments come back unchanged from a model of cmd.exe and CommandLineToArgvW, or are refused."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain import quoting
from console.domain.errors import Unquotable

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TRICKY = st.text(alphabet="ab \\&|<>^()\"%!=,;~\t'`@é日", max_size=20)
ARGUMENTS = st.lists(TEXTS | TRICKY, max_size=5)


def cmd_parse(line: str) -> list[str]:
    """What cmd.exe makes of a line: its commands, redirections kept as text, carets taken off outside quotes."""
    assert "%" not in line.replace("%^errorlevel%", "")
    commands, current, quoted, index = [], "", False, 0
    while index < len(line):
        char = line[index]
        if char == '"':
            quoted = not quoted
        if char == "^" and not quoted:
            index += 1
            current += line[index]
        elif char == "&" and not quoted and not current.endswith("2>"):
            commands.append(current)
            current = ""
        else:
            assert quoted or char not in "|", "a pipe slipped out of its quotes"
            current += char
        index += 1
    assert not quoted
    return [*commands, current]


def argv_split(command: str) -> list[str]:
    """CommandLineToArgvW: quotes group, backslashes count only before a quote."""
    args: list[str] = []
    current, quoted, started, index = "", False, False, 0
    while index < len(command):
        char = command[index]
        if char == "\\":
            run = len(command[index:]) - len(command[index:].lstrip("\\"))
            followed = command[index + run : index + run + 1] == '"'
            current += "\\" * (run // 2 if followed else run)
            started = True
            if followed and run % 2:
                current += '"'
                index += 1
            index += run
            continue
        if char == '"':
            quoted, started = not quoted, True
        elif char in " \t" and not quoted:
            if started:
                args.append(current)
            current, started = "", False
        else:
            current, started = current + char, True
        index += 1
    return [*args, current] if started else args


@given(ARGUMENTS)
def test_arguments_come_back_as_they_were_or_are_refused(arguments: list[str]) -> None:
    try:
        line = quoting.cmd_line(["tool", *arguments])
    except Unquotable:
        return
    (command,) = cmd_parse(line)
    assert argv_split(command) == ["tool", *arguments]


@given(st.lists(ARGUMENTS, min_size=1, max_size=3))
def test_a_batch_gives_every_command_its_arguments_through_two_interpreters(batch: list[list[str]]) -> None:
    try:
        ((line, count),) = quoting.batch_lines([["tool", *arguments] for arguments in batch], "a1b2")
    except Unquotable:
        return
    assert count == len(batch)
    (outer,) = cmd_parse(line)
    assert outer.startswith('cmd /v:on /s /c "')
    assert outer.endswith('"')
    commands = cmd_parse(outer.removeprefix('cmd /v:on /s /c "')[:-1])
    asked, markers = commands[::2], commands[1::2]
    assert [argv_split(text.strip().removesuffix(" <nul 2>&1")) for text in asked] == [
        ["tool", *args] for args in batch
    ]
    assert [text.strip() for text in markers] == [f"echo @@a1b2:{n}:!errorlevel!" for n in range(1, len(batch) + 1)]


@given(ARGUMENTS)
def test_a_detached_script_arrives_line_by_line(arguments: list[str]) -> None:
    try:
        script = quoting.detached_script("co-1-move", ["tool", *arguments])
    except Unquotable:
        return
    _, line = quoting.detached_lines("co-1-move", ["tool", *arguments])
    body = line[1 : line.rindex(')>"')]
    assert [text.removeprefix("echo ") for text in cmd_parse(body)] == list(script)


@pytest.mark.parametrize("char", ['"', "%", "!", "\r", "\n", "\0", "\x1b", "\x7f", "\u2028", "\ud800", "＂", "“", "¥"])
def test_it_refuses_what_cannot_be_passed_safely_and_names_it(char: str) -> None:
    with pytest.raises(Unquotable, match=rf"Argument 2 .*U\+{ord(char):04X}") as caught:
        quoting.cmd_line(["clpgrp", "-m", f"a{char}b"])
    assert caught.value.remedy


@pytest.mark.parametrize("program", ["", "a b", "a&b", "tool;x", "(x", "a,b", '"x"', "a\nb", "@x"])
def test_it_refuses_a_program_that_is_not_a_plain_name(program: str) -> None:
    with pytest.raises(Unquotable):
        quoting.cmd_line([program])


def test_it_refuses_an_empty_command() -> None:
    with pytest.raises(Unquotable):
        quoting.cmd_line([])


def test_plain_commands_stay_readable() -> None:
    assert quoting.cmd_line(["sc", "config", "SMTPSVC", "start=", "demand"]) == "sc config SMTPSVC start= demand"


def test_a_trailing_backslash_does_not_swallow_the_quote() -> None:
    assert quoting.cmd_line(["dir", "C:\\My Files\\"]) == 'dir "C:\\My Files\\\\"'


def test_an_option_keeps_its_stroke_outside_of_the_quotes() -> None:
    argv = ["cluster", "resource", "R 1", "/create", "/group:EVS Kyoto", "/type:IP Address"]
    line = quoting.cmd_line(argv)
    assert line == 'cluster resource "R 1" /create /group:"EVS Kyoto" /type:"IP Address"'
    assert argv_split(line) == argv


def test_it_refuses_a_line_that_is_too_long() -> None:
    quoting.cmd_line(["tool", "a" * (quoting.LINE_LIMIT - 5)])
    with pytest.raises(Unquotable, match="8192 characters"):
        quoting.cmd_line(["tool", "a" * (quoting.LINE_LIMIT - 4)])


def test_a_long_batch_becomes_several_lines() -> None:
    commands = [("sc", "query", f"Service{'x' * 80}{n}") for n in range(200)]
    lines = quoting.batch_lines(commands, "0f")
    assert sum(count for _, count in lines) == 200
    assert 2 < len(lines) < 6
    assert all(len(line) <= quoting.LINE_LIMIT for line, _ in lines)


def test_every_line_of_a_long_batch_begins_with_what_opens_it() -> None:
    commands = [("sc", "query", f"Service{'x' * 80}{n}") for n in range(200)]
    lines = quoting.batch_lines(commands, "0f", opening=[("hostname",)])
    assert sum(count for _, count in lines) == 200
    assert all(line.startswith('cmd /v:on /s /c "hostname <nul') for line, _ in lines)


def test_an_empty_batch_has_no_line() -> None:
    assert quoting.batch_lines([], "0f") == ()


@pytest.mark.parametrize("run_id", ["", "CO-1", "co 1", "co-1\\..", "co_1", "-co", "co-" + "x" * 100, "co-1;"])
def test_it_refuses_a_run_id_that_is_not_a_plain_name(run_id: str) -> None:
    with pytest.raises(Unquotable):
        quoting.run_folder(run_id)


@given(st.text(alphabet=string.ascii_lowercase + string.digits + "-", min_size=1, max_size=100))
def test_a_run_folder_never_leaves_its_place(run_id: str) -> None:
    if run_id.startswith("-"):
        with pytest.raises(Unquotable):
            quoting.run_folder(run_id)
    else:
        assert quoting.run_folder(run_id) == f"C:\\changeover\\run\\{run_id}"


def test_an_exit_code_is_never_taken_for_a_redirected_handle() -> None:
    script = quoting.detached_script("co-1-move", ["clpgrp"])
    assert r'>"C:\changeover\run\co-1-move\rc.tmp" echo %errorlevel%' in script
