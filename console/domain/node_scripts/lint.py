"""Reads a batch file without running it and finds what cmd.exe would only find on the night."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

LONGEST_LINE = 8191
"""Characters that cmd.exe takes in a line."""
COMMANDS = frozenset(
    {
        *("armload", "armkill", "armlog", "armbcast", "armsleep"),
        *("call", "cd", "copy", "del", "echo", "exit", "for", "goto", "if", "mkdir", "move", "rem", "rmdir", "type"),
        *("set", "setlocal", "endlocal", "cscript", "ldifde", "sc"),
    }
)
"""What a script of ours may call: the shell's own, what Windows Server 2003 has, and the cluster product's."""
_LABEL = re.compile(r"^\s*:([A-Za-z0-9_]+)\s*$")
_GOTO = re.compile(r"\bgoto\s+:?([A-Za-z0-9_]+)", re.IGNORECASE)
_CALL = re.compile(r"\bcall\s+:([A-Za-z0-9_]+)", re.IGNORECASE)
_SECRET = re.compile(r"(?:\bset\s+\"?|\b)(\w*(?:passw|pwd|secret)\w*)\s*=\s*[^\"\s]", re.IGNORECASE)
_LOADED = re.compile(r"\bcall\s+:UP\s+(\w+)|\barmload\s+(\w+)", re.IGNORECASE)
_KILLED = re.compile(r"\bcall\s+:DOWN\s+(\w+)|\barmkill\s+(\w+)", re.IGNORECASE)
_CONDITION = re.compile(
    r"if\s+(?:/i\s+)?(?:not\s+)?(?:(?:exist|defined|errorlevel)\s+(?:\"[^\"]*\"|\S+)"
    r"|(?:\"[^\"]*\"|[^\s\"=]+)\s*(?:==|\bequ\b|\bneq\b|\blss\b|\bleq\b|\bgtr\b|\bgeq\b)\s*(?:\"[^\"]*\"|\S+))\s+",
    re.IGNORECASE,
)
_FOR = re.compile(r"for\s.*?\bdo\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """What is wrong in a file, and where; line 0 is the file as a whole."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{where}: {self.text}"


def lint(name: str, data: bytes) -> list[Finding]:
    """Everything that is wrong with one file; those that do not end in .BAT are held to bytes and lines alone."""
    found = [Finding(name, line, text) for line, text in _bytes(data)]
    if name.upper().endswith(".BAT"):
        lines = data.decode("ascii", "replace").replace("\r\n", "\n").split("\n")
        found += [Finding(name, line, text) for line, text in (*_labels(lines), *_each_line(lines))]
    return sorted(found, key=lambda finding: finding.line)


def lint_pair(files: Mapping[str, bytes]) -> list[Finding]:
    """What START.BAT and STOP.BAT among `files` (by name) do not agree on: every watch is set up and released."""
    texts = {name.upper(): data.decode("ascii", "replace") for name, data in files.items()}
    if not {"START.BAT", "STOP.BAT"} <= texts.keys():
        return []
    up, down = _watches(_LOADED, texts["START.BAT"]), _watches(_KILLED, texts["STOP.BAT"])
    left = [Finding("STOP.BAT", 0, f"never releases the watch {watch}") for watch in up if watch not in down]
    return left + [Finding("START.BAT", 0, f"never sets up the watch {watch}") for watch in down if watch not in up]


def _bytes(data: bytes) -> Iterator[tuple[int, str]]:
    if not data.endswith(b"\r\n"):
        yield 0, "does not end with CRLF"
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        if not line.endswith(b"\r"):
            yield number, "ends with LF alone; a batch file needs CRLF"
        if len(line) > LONGEST_LINE:
            yield number, f"has {len(line)} characters, more than the {LONGEST_LINE} that cmd.exe takes"
        if not line.isascii():
            yield number, "is not ASCII"
        if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", line):
            yield number, "holds a control character"


def _labels(lines: list[str]) -> Iterator[tuple[int, str]]:
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if label := _LABEL.match(line):
            first = seen.setdefault(label[1].casefold(), number)
            if first != number:
                yield number, f"the label {label[1]} stands in line {first} already"
    for number, line in _code(lines):
        for target in (*_GOTO.findall(line), *_CALL.findall(line)):
            if target.casefold() not in seen and target.casefold() != "eof":
                yield number, f"the label {target} is nowhere in this file"


def _each_line(lines: list[str]) -> Iterator[tuple[int, str]]:
    for number, line in _code(lines):
        if not _pairs(line):
            yield number, "the % signs are not in pairs"
        if line.count('"') % 2:
            yield number, "the quotation marks are not in pairs"
        if secret := _SECRET.search(line):
            yield number, f"gives {secret[1]} a value: no password belongs in a script"
        if re.search(r"(?:^|\s)/u(?:\s|:)", line, re.IGNORECASE):
            yield number, "runs something as another account"
        for command in _commands(line):
            if command.casefold() not in COMMANDS:
                yield number, f"{command} is no command that a node is known to have"


def _code(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines that are carried out, with their numbers."""
    for number, line in enumerate(lines, 1):
        text = line.strip().lstrip("@")
        if text and not text.startswith(":") and re.match(r"rem\b", text, re.IGNORECASE) is None:
            yield number, text


def _pairs(line: str) -> bool:
    """Whether each % is part of %NAME%, %NAME:..%, %1, %~dp0, %* or the %%a of a loop."""
    rest = re.sub(r"%%~?\w*|%~\w*?\d|%[\d*]", "", line)
    return re.sub(r"%[A-Za-z_][\w#]*(?::[^%]*)?%|%\w+#\w+%", "", rest).count("%") == 0


def _commands(line: str) -> Iterator[str]:
    """The word of each command on a line: behind IF, FOR and CALL comes another one; a label called is none."""
    rest = line
    while rest:
        if condition := _CONDITION.match(rest) or _FOR.match(rest):
            rest = rest[condition.end() :]
            continue
        word = re.match(r"\"[^\"]+\"|[^\s/(]+", rest)
        if word is None:
            return
        if word[0].casefold() == "call":
            rest = rest[4:].strip()
            if rest.startswith((":", '"%~dp0', '"%CHO_')):
                return
            continue
        yield word[0]
        return


def _watches(pattern: re.Pattern[str], text: str) -> list[str]:
    found: Iterable[tuple[str, str]] = (pair for _, line in _code(text.splitlines()) for pair in pattern.findall(line))
    return [one or other for one, other in found]
