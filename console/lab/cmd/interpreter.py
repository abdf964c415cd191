"""Runs parsed command lines: expansion, redirection, conditions, batch files, exit codes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from console.lab.cmd import loops, parser
from console.lab.cmd.process import Process, Write
from console.lab.cmd.registry import COMMANDS, Exit, Goto
from console.lab.disk import DiskError

NOT_RECOGNIZED = 9009


@dataclass
class Interpreter:
    """One cmd.exe: variables, delayed expansion, the last error level and the batch file it is in."""

    process: Process
    delayed: bool = False
    errorlevel: int = 0
    batch: bool = False
    arguments: list[str] = field(default_factory=list)
    echo: bool = True

    def line(self, text: str) -> int:
        """Run one line as `cmd /c` does and give its exit code (1 for a command that does not exist)."""
        try:
            self._run_text(text)
        except Exit as exit_:
            self.errorlevel = self.errorlevel if exit_.code is None else exit_.code
        except parser.Unfinished:
            self.process.err("The syntax of the command is incorrect.")
            self.errorlevel = 255
        return 1 if self.errorlevel == NOT_RECOGNIZED and not self.batch else self.errorlevel

    def run_batch(self, path: str, arguments: list[str]) -> int:
        """Run a batch file of the node's disk to its end and give the error level."""
        raw = self.process.node.disk.read(path).decode(self.process.encoding, "replace")
        inner = Interpreter(self.process, self.delayed, self.errorlevel, True, [path, *arguments])
        return inner.run_lines(raw.replace("\r\n", "\n").split("\n"))

    def run_lines(self, lines: list[str]) -> int:
        """Run the lines of a batch file; labels and `goto` move about in them."""
        number = 0
        try:
            while number < len(lines):
                self.process.check()
                try:
                    number = self._run_from(lines, number)
                except Goto as jump:
                    number = self._label(lines, jump.label)
        except Exit as exit_:
            self.errorlevel = self.errorlevel if exit_.code is None else exit_.code
            if not exit_.batch_only:
                raise Exit(self.errorlevel, batch_only=False) from None
        return self.errorlevel

    def _run_from(self, lines: list[str], number: int) -> int:
        text = lines[number]
        if text.lstrip().startswith(":"):
            return number + 1
        while True:
            number += 1
            try:
                self._run_text(text)
                return number
            except parser.Unfinished:
                if number >= len(lines):
                    return number
                text += "\n" + lines[number]

    def _label(self, lines: list[str], label: str) -> int:
        if label.casefold() == ":eof":
            return len(lines)
        for number, text in enumerate(lines):
            words = text.strip().split()
            if words and words[0].casefold() == ":" + label.lstrip(":").casefold():
                return number + 1
        self.process.err(f"The system cannot find the batch label specified - {label}")
        self.errorlevel = 1
        return len(lines)

    def _run_text(self, text: str) -> None:
        try:
            command = parser.parse(self._expand(text))
            if command is not None:
                self._run(command)
        except parser.SyntaxProblem as problem:
            self.process.err(str(problem))
            self.errorlevel = 255

    def _run(self, command: parser.Command) -> None:
        self.process.check()
        if isinstance(command, parser.Chain):
            self._chain(command)
        elif isinstance(command, parser.If):
            branch = command.then if self._holds(command) else command.otherwise
            if branch is not None:
                self._run(branch)
        elif isinstance(command, parser.ForEach):
            self._for(command)
        elif isinstance(command, parser.Block):
            self._redirected(command.redirects, lambda: self._run(command.body))
        else:
            self._redirected(command.redirects, lambda: self.run_simple(command.text))

    def _chain(self, command: parser.Chain) -> None:
        if command.operator == "|":
            self._pipe(command)
            return
        self._run(command.left)
        if command.operator == "&&" and self.errorlevel != 0:
            return
        if command.operator == "||" and self.errorlevel == 0:
            return
        self._run(command.right)

    def _pipe(self, command: parser.Chain) -> None:
        collected = bytearray()
        outer = self.process
        self.process = outer.child(stdout=collected.extend)
        self._run(command.left)
        self.process = outer.child(stdin=lambda: bytes(collected))
        self._run(command.right)
        self.process = outer

    def _for(self, command: parser.ForEach) -> None:
        for value in loops.values(command, self._output):
            self._run(loops.bound(command.body, command.variable, value))

    def _output(self, line: str) -> str:
        """What a line prints in an interpreter of its own."""
        collected = bytearray()
        child = self.process.child(stdout=collected.extend, environment=dict(self.process.environment))
        Interpreter(child).line(line)
        return collected.decode(self.process.encoding, "replace")

    def _holds(self, command: parser.If) -> bool:
        operands = [self._delayed(operand) for operand in command.operands]
        if command.test == "exist":
            disk = self.process.node.disk
            path = disk.absolute(operands[0], self.process.folder)
            result = bool(disk.matching(path)) if re.search(r"[*?]", path) else disk.item(path) is not None
        elif command.test == "errorlevel":
            result = self.errorlevel >= loops.numbers(operands)[0]
        elif command.test == "defined":
            result = operands[0].casefold() in self.process.environment
        else:
            result = _compare(command.test, operands[0], operands[1], command.ignore_case)
        return result != command.negated

    def _redirected(self, redirects: list[parser.Redirect], action: Callable[[], None]) -> None:
        outer = self.process
        try:
            for redirect in redirects:
                self.process = self._apply(redirect)
            action()
        except DiskError as error:
            outer.err(str(error))
            self.errorlevel = 1
        finally:
            self.process = outer

    def _apply(self, redirect: parser.Redirect) -> Process:
        process = self.process
        if redirect.target.startswith("&"):
            source = process.stdout if redirect.target == "&1" else process.stderr
            return process.child(**{"stderr" if redirect.fd == 2 else "stdout": source})
        name = self._delayed(redirect.target)
        if redirect.operator == "<":
            data = b"" if name.casefold() == "nul" else self._read(name)
            return process.child(stdin=lambda: data)
        return process.child(**{"stderr" if redirect.fd == 2 else "stdout": self._file(name, redirect.operator)})

    def _read(self, name: str) -> bytes:
        disk = self.process.node.disk
        return disk.read(disk.absolute(name, self.process.folder))

    def _file(self, name: str, operator: str) -> Write:
        if name.casefold() == "nul":
            return lambda data: None
        disk = self.process.node.disk
        path = disk.absolute(name, self.process.folder)
        with self.process.world.lock:
            disk.write(path, b"", append=operator == ">>")
        return lambda data: disk.write(path, data, append=True)

    def run_simple(self, text: str) -> None:
        """Run one command that has no operators or redirections left; sets the error level."""
        text = self._delayed(text).lstrip(" \t,;=")
        name, rest = split_name(text)
        if not name:
            return
        command = COMMANDS.get(program(name))
        if command is not None:
            try:
                code = command(self, rest)
            except DiskError as error:
                self.process.err(str(error))
                code = 1
            self.errorlevel = self.errorlevel if code is None else code
            return
        path = self.batch_path(name)
        if path:
            self.errorlevel = self.run_batch(path, rest.split())
            if self.batch:  # without CALL a batch file never comes back
                raise Exit(self.errorlevel, batch_only=True)
            return
        self.process.err(
            f"'{name}' is not recognized as an internal or external command,\noperable program or batch file."
        )
        self.errorlevel = NOT_RECOGNIZED

    def batch_path(self, name: str) -> str | None:
        """The full path of the batch file that a name means, if it means one."""
        disk = self.process.node.disk
        path = disk.absolute(name, self.process.folder)
        for candidate in (path, path + ".bat", path + ".cmd"):
            item = disk.item(candidate)
            if item and item.data is not None and candidate.casefold().endswith((".bat", ".cmd")):
                return candidate
        return None

    def value(self, name: str) -> str | None:
        """A variable's value, `errorlevel`, `cd` and `random` among them."""
        key = name.casefold()
        if key == "errorlevel":
            return str(self.errorlevel)
        if key == "cd":
            return self.process.folder
        if key == "computername":
            return self.process.node.name.upper()
        return self.process.environment.get(key)

    def _expand(self, text: str) -> str:
        pattern = r"%%|%\*|%~?(?:dp)?[0-9]|%([^%\n]+)%" if self.batch else r"%([^%\n]+)%"
        return re.sub(pattern, self._expansion, text)

    def _expansion(self, match: re.Match[str]) -> str:
        token = match.group()
        if not self.batch:
            value = self.value(match.group(1))
            return token if value is None else value
        if token == "%%":
            return "%"
        if token == "%*":
            return " ".join(self.arguments[1:])
        if match.group(1) is None:
            return self._argument(token)
        return self.value(match.group(1)) or ""

    def _argument(self, token: str) -> str:
        number = int(token[-1])
        value = self.arguments[number] if number < len(self.arguments) else ""
        if "dp" in token:
            return value.rpartition("\\")[0] + "\\"
        return value.strip('"') if "~" in token else value

    def _delayed(self, text: str) -> str:
        if not self.delayed:
            return text
        return re.sub(r"!([^!\n]+)!", lambda match: self.value(match.group(1)) or "", text)


def split_name(text: str) -> tuple[str, str]:
    """The command's name and the rest of its line, which keeps its leading blank."""
    if text.startswith('"'):
        end = text.find('"', 1)
        end = len(text) if end < 0 else end + 1
        return text[1 : end - 1], text[end:]
    found = re.match(r"(?:echo(?=[.(:/\\+\[\]]))|cd(?=[.\\])|[^\s,;=/]+", text, re.IGNORECASE)
    name = found.group() if found else ""
    return name, text[len(name) :]


def program(name: str) -> str:
    """The name under which a program is registered: no folder, no .exe, small letters."""
    base = name.rpartition("\\")[2].casefold()
    return base.removesuffix(".exe").removesuffix(".com")


def _compare(operator: str, left: str, right: str, ignore_case: bool) -> bool:
    if ignore_case:
        left, right = left.casefold(), right.casefold()
    if operator == "==":
        return left == right
    a: int | str = left
    b: int | str = right
    if re.fullmatch(r"-?\d+", left) and re.fullmatch(r"-?\d+", right):
        a, b = int(left), int(right)
    order = (a > b) - (a < b)  # type: ignore[operator]
    return {
        "equ": order == 0,
        "neq": order != 0,
        "lss": order < 0,
        "leq": order <= 0,
        "gtr": order > 0,
        "geq": order >= 0,
    }[operator]
