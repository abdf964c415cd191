"""The one place where arguments become text for cmd.exe and PowerShell, so that nothing in them can act on its own.

What is relied on: cmd.exe takes `& | < > ^ ( )` literally between double quotes; `%` and `!` expand even there and
a `"` ends them, so texts with these are refused, not guessed at. Programs split the line as CommandLineToArgvW does:
backslashes count only before a double quote. A line holds at most 8191 characters.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from console.domain.errors import Unquotable

LINE_LIMIT = 8191
"""Characters that cmd.exe accepts in one line."""

RUN_FOLDER = r"C:\changeover\run"
"""Where detached commands keep their files: on the system drive, never on the switching partition."""

_PROGRAM = re.compile(r"[A-Za-z0-9_.:\\-]+")
_PLAIN = re.compile(r"[A-Za-z0-9_.:\\/@+,=*?-]*[A-Za-z0-9_.:/@+,=*?-]")
_FORBIDDEN = re.compile(r'["%!\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]')
_LOOKALIKES = re.compile("[\u00a5\u02ba\u030e\u2033\u2036\u20a9\uff02\uff3c\u201c-\u201f]")
"""Characters that some code pages of old Windows turn into a double quote or a backslash."""
_RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_OPTION = re.compile(r"/[A-Za-z]+:(?=.)")
"""cluster.exe, findstr and their like know an option by the stroke outside of any quotes."""
_OUTER_SPECIAL = re.compile(r"([&|<>^])")
_AND = " & "
_ECHO_SPECIAL = frozenset("&|<>^()")


def cmd_line(argv: Sequence[str]) -> str:
    """`argv` as one line for `cmd.exe /c`. Raises `Unquotable` for what cannot be passed safely."""
    if not argv:
        raise Unquotable("There is no command to run.", remedy="Name a program.")
    if not _PROGRAM.fullmatch(argv[0]):
        raise Unquotable(
            f"The program name {argv[0]!r} holds a character that cmd.exe would act on.",
            remedy="Use a name that the node's PATH finds, or a path without blanks.",
        )
    arguments = [_argument(text, position) for position, text in enumerate(argv[1:], start=1)]
    return bounded(" ".join([argv[0], *arguments]))


def batch_lines(
    commands: Sequence[Sequence[str]], nonce: str, *, opening: Sequence[Sequence[str]] = ()
) -> tuple[tuple[str, int], ...]:
    """Read-only commands as few lines that hold them all, each with the number of its commands.

    After its command N a line prints `@@<nonce>:N:<exit code>`, N from 1. Standard error joins standard output, so that
    each command's words stay with it; nothing is read from input. Every line begins with the commands of `opening`,
    which are not counted.

    Quoted arguments stand outside of the quotes for the outer cmd.exe, so their special characters carry a caret
    there, which it takes off. Raises `Unquotable`, also when one command makes a line of more than 8191 characters.
    """
    first = [_nested(tuple(argv)) for argv in opening]
    lines: list[tuple[str, int]] = []
    held: list[str] = []
    length = 0
    for text in [_nested(tuple(argv)) for argv in commands]:
        more = len(_AND + _part(text, nonce, len(first) + len(held) + 1))
        if held and length + more > LINE_LIMIT:
            lines.append((_joined([*first, *held], nonce), len(held)))
            held = []
        length = length + more if held else len(bounded(_joined([*first, text], nonce)))
        held.append(text)
    return (*lines, (_joined([*first, *held], nonce), len(held))) if held else tuple(lines)


def name_for_cmd(dn: str) -> str:
    """A distinguished name in which what cannot be passed to cmd.exe stands as pairs of hexadecimal digits.

    That is another way of writing the same name (RFC 4514 section 2.4): `CN=A\\"B` becomes `CN=A\\22B`.
    """

    def written(match: re.Match[str]) -> str:
        char = match.group()[-1]
        bad = _FORBIDDEN.match(char) or _LOOKALIKES.match(char)
        return "".join(f"\\{byte:02X}" for byte in char.encode()) if bad else match.group()

    return re.sub(r"\\?.", written, dn, flags=re.DOTALL)


def run_folder(run_id: str) -> str:
    """The folder of a detached command. Raises `Unquotable` for an id that is not a plain lower-case name."""
    if not _RUN_ID.fullmatch(run_id):
        raise Unquotable(f"{run_id!r} is no run id: letters a-z, digits and hyphens only, at most 100.")
    return rf"{RUN_FOLDER}\{run_id}"


def detached_script(run_id: str, argv: Sequence[str]) -> tuple[str, ...]:
    """The lines of the batch file that runs `argv` once, however often it is started.

    Making the folder `started` is its lock. The exit code appears in `rc.txt` whole or not at all, and is written
    before the task takes itself away.
    """
    folder = run_folder(run_id)
    return (
        "@echo off",
        rf'mkdir "{folder}\started" 2>nul || exit /b 0',
        rf'{cmd_line(argv)} >"{folder}\out.txt" 2>&1',
        rf'>"{folder}\rc.tmp" echo %errorlevel%',
        rf'move /y "{folder}\rc.tmp" "{folder}\rc.txt" >nul',
        f"schtasks /delete /tn {run_id} /f >nul 2>&1",
    )


def detached_lines(run_id: str, argv: Sequence[str]) -> tuple[str, str]:
    """Two lines that prepare a detached command: make its folder (exit code 1 when it is there), write its script.

    The script is written beside its place and moved there, so that it is never found half written.
    """
    folder = run_folder(run_id)
    echoes = "&".join("echo " + _echo_text(line) for line in detached_script(run_id, argv))
    written = rf'({echoes})>"{folder}\run.tmp"&&move /y "{folder}\run.tmp" "{folder}\run.cmd" >nul'
    return f'mkdir "{folder}"', bounded(written)


def receiving_line(path: str, data: bytes) -> str:
    """The line that writes its standard input to `path`, which `data` is to be: findstr passes lines on as they are.

    What is relied on: findstr of Windows 2003 and later takes lines of up to 8191 bytes, and waits for the end of the
    last one. Raises `Unquotable` for data of another form.
    """
    lines = data.split(b"\r\n")
    if not data or lines[-1] or any(b"\n" in line or b"\0" in line or len(line) > LINE_LIMIT for line in lines):
        remedy = f"Give it lines of at most {LINE_LIMIT} bytes, each ended by CRLF."
        raise Unquotable(f"What {path} is to hold cannot be written there line by line.", remedy=remedy)
    quoted = path if _PLAIN.fullmatch(path) else f'"{path}"'
    _argument(path, 1)
    return bounded(f'findstr "^" >{quoted}')


def powershell_literal(text: str) -> str:
    """`text` as PowerShell takes it for just that: between single quotes, each one in it twice, curly ones too.

    Source: Windows PowerShell Language Specification, 2.3.5.2. What cmd.exe would act on is refused by `cmd_line`.
    """
    return "'" + re.sub("(['\u2018-\u201b])", r"\1\1", text) + "'"


def _argument(text: str, position: int) -> str:
    bad = _FORBIDDEN.search(text) or _LOOKALIKES.search(text)
    if bad:
        name = f"U+{ord(bad.group()):04X} ({bad.group()!r})"
        raise Unquotable(f"Argument {position} holds the character {name}, which cannot be passed to cmd.exe safely.")
    if _PLAIN.fullmatch(text):
        return text
    trailing = text[len(text.rstrip("\\")) :]
    option = _OPTION.match(text)
    opening = option.group() if option else ""
    return f'{opening}"{text[len(opening) :]}{trailing}"'


@lru_cache(maxsize=4096)
def _nested(argv: tuple[str, ...]) -> str:
    """A command quoted for a batch; the same few are asked of every node again and again."""
    return _OUTER_SPECIAL.sub(r"^\1", cmd_line(argv))


def _joined(nested: Sequence[str], nonce: str) -> str:
    """The batch of commands that are quoted for being nested, whatever its length."""
    parts = _AND.join(_part(text, nonce, number) for number, text in enumerate(nested, start=1))
    return f'cmd /v:on /s /c "{parts}"'


def _part(text: str, nonce: str, number: int) -> str:
    return f"{text} <nul 2>&1 & {_marker(nonce, number)}"


def _marker(nonce: str, number: int) -> str:
    return f"echo @@{nonce}:{number}:!errorlevel!"


def _echo_text(line: str) -> str:
    """`line` as `echo` must be given it on a command line inside parentheses so that it prints just that."""
    quoted = False
    pieces: list[str] = []
    for char in line:
        if char == '"':
            quoted = not quoted
        pieces.append("^" + char if char in _ECHO_SPECIAL and not quoted else char)
    return "".join(pieces).replace("%errorlevel%", "%^errorlevel%")


def bounded(line: str) -> str:
    """`line`, when cmd.exe takes one of its length. Raises `Unquotable`."""
    if len(line) > LINE_LIMIT:
        raise Unquotable(
            f"The command line has {len(line)} characters; cmd.exe takes {LINE_LIMIT}.",
            remedy="Use shorter names, or fewer commands at once.",
        )
    return line
