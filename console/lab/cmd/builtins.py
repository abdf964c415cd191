"""Commands that cmd.exe itself carries out, but for those about files."""

import re

from console.lab.cmd.interpreter import Interpreter, program, split_name
from console.lab.cmd.registry import COMMANDS, Exit, Goto, command, words

VERSIONS = {"2003": "5.2.3790", "2008": "6.0.6002", "2008r2": "6.1.7600"}


@command("echo")
def echo(cmd: Interpreter, rest: str) -> None:
    """Print text; `echo.` and its like print an empty line."""
    text = rest[1:]
    if rest[:1] in ("", " ") and text.strip().casefold() in ("on", "off"):
        cmd.echo = text.strip().casefold() == "on"
    elif not rest.strip():
        cmd.process.out(f"ECHO is {'on' if cmd.echo else 'off'}.")
    else:
        cmd.process.out(text)


@command("ver")
def ver(cmd: Interpreter, rest: str) -> int:
    """Print the version of Windows."""
    version = VERSIONS[cmd.process.node.definition.windows]
    cmd.process.out(f"\nMicrosoft Windows [Version {version}]")
    return 0


@command("exit")
def leave(cmd: Interpreter, rest: str) -> None:
    """Leave the interpreter, or with /b the batch file."""
    arguments = rest.split()
    batch_only = bool(arguments) and arguments[0].casefold() == "/b"
    numbers = [word for word in arguments if re.fullmatch(r"-?\d+", word)]
    raise Exit(int(numbers[0]) if numbers else None, batch_only=batch_only and cmd.batch)


@command("goto")
def goto(cmd: Interpreter, rest: str) -> None:
    """Go on at a label."""
    raise Goto(rest.strip())


@command("call")
def call(cmd: Interpreter, rest: str) -> int:
    """Run a batch file or a command and come back."""
    name, arguments = split_name(rest.strip())
    path = cmd.batch_path(name)
    if path and program(name) not in COMMANDS:
        return cmd.run_batch(path, arguments.split())
    cmd.run_simple(rest.strip())
    return cmd.errorlevel


@command("set")
def set_(cmd: Interpreter, rest: str) -> int:
    """Set a variable, or list those that begin with a name."""
    text = rest.strip()
    if text.startswith('"') and text.endswith('"'):
        text = text[1:-1]
    name, equals, value = text.partition("=")
    environment = cmd.process.environment
    if equals:
        environment.pop(name.casefold(), None)
        if value:
            environment[name.casefold()] = value
        return 0
    found = {key: value for key, value in environment.items() if key.startswith(name.casefold())}
    for key in sorted(found):
        cmd.process.out(f"{key}={found[key]}")
    if not found:
        cmd.process.err(f"Environment variable {name} not defined")
    return 0 if found else 1


@command("setlocal", "endlocal", "title", "color", "prompt", "verify")
def nothing_to_see(cmd: Interpreter, rest: str) -> int:
    """Settings of a console window, which a remote command does not have."""
    return 0


@command("cmd")
def cmd_(cmd: Interpreter, rest: str) -> int:
    """Run a line in an interpreter of its own: /c, /k, /s, /v:on, /v:off, /d, /q."""
    delayed, text = False, rest
    while match := re.match(r"\s*/([A-Za-z])(:\w+)?", text):
        switch = match.group(1).casefold()
        text = text[match.end() :]
        if switch == "v":
            delayed = (match.group(2) or "").casefold() != ":off"
        if switch in "ck":
            child = cmd.process.child(environment=dict(cmd.process.environment))
            return Interpreter(child, delayed).line(strip_quotes(text.strip()))
    return 0


def strip_quotes(text: str) -> str:
    """The rule of `cmd /c`: of a line that begins with a quote the first and the last quote go."""
    if not text.startswith('"'):
        return text
    last = text.rindex('"')
    inner = text[1:last]
    whole_is_a_program = last == len(text) - 1 and '"' not in inner and program(inner) in COMMANDS and " " in inner
    return text if last == 0 or whole_is_a_program else inner + text[last + 1 :]


@command("chcp")
def chcp(cmd: Interpreter, rest: str) -> int:
    """Print the console's code page."""
    cmd.process.out(f"Active code page: {cmd.process.code_page}")
    return 0


@command("find", "findstr")
def find(cmd: Interpreter, rest: str) -> int:
    """Print the lines of standard input that contain a text; /i ignores case, /v turns it round, /c counts.

    With `/c:TEXT`, once or more, it is the lines of a file that contain one of the texts.
    """
    arguments = words(rest)
    if any(word.casefold().startswith("/c:") for word in arguments):
        return _in_file(cmd, [word[3:] for word in arguments if word.casefold().startswith("/c:")], arguments[-1])
    switches = {word.casefold() for word in arguments if word.startswith("/")}
    wanted = next((word for word in arguments if not word.startswith("/")), "")
    if wanted == "^":  # the beginning, which every line has: findstr passes its input on as it is
        data = cmd.process.stdin()
        cmd.process.stdout(data)
        return 0 if data else 1
    lines = cmd.process.stdin().decode(cmd.process.encoding, "replace").splitlines()
    if "/i" in switches:
        hits = [line for line in lines if (wanted.casefold() in line.casefold()) != ("/v" in switches)]
    else:
        hits = [line for line in lines if (wanted in line) != ("/v" in switches)]
    for line in [str(len(hits))] if "/c" in switches else hits:
        cmd.process.out(line)
    return 0 if hits else 1


def _in_file(cmd: Interpreter, texts: list[str], path: str) -> int:
    lines = cmd.process.node.disk.read(path).decode(cmd.process.encoding, "replace").splitlines()
    hits = [line for line in lines if any(text in line for text in texts)]
    for line in hits:
        cmd.process.out(line)
    return 0 if hits else 1
