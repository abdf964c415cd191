"""Command lines of cmd.exe as a tree: operators, redirections, blocks and `if`.

Carets are resolved and quotes kept. As in cmd.exe, everything after the condition of an `if` on its line belongs
to the `if`, also what follows `&`; parentheses around the whole `if` end it.
"""

import re
from dataclasses import dataclass, field

MAX_LINE = 8191


class SyntaxProblem(Exception):
    """What cmd.exe prints about a line that it cannot parse."""


class Unfinished(Exception):
    """The line ends inside parentheses: a batch file goes on in its next line."""


@dataclass
class Redirect:
    """`fd`> target: to a file (append or not), from a file, or onto another descriptor (`&1`)."""

    fd: int
    operator: str
    target: str


@dataclass
class Simple:
    """A command with its arguments as text."""

    text: str
    redirects: list[Redirect] = field(default_factory=list)


@dataclass
class Block:
    """Commands in parentheses."""

    body: "Command"
    redirects: list[Redirect] = field(default_factory=list)


@dataclass
class Chain:
    """Two commands joined by `&`, `&&`, `||` or `|`."""

    operator: str
    left: "Command"
    right: "Command"


@dataclass
class If:
    """A condition (`exist`, `errorlevel`, `defined` or a comparison) with its branches."""

    negated: bool
    ignore_case: bool
    test: str
    operands: tuple[str, ...]
    then: "Command"
    otherwise: "Command | None"


@dataclass
class ForEach:
    """`for %x in (a b c) do`; of kind `l` over a range of numbers, of kind `f` over what a command prints."""

    variable: str
    kind: str
    items: str
    body: "Command"
    options: str = ""


Command = Simple | Block | Chain | If | ForEach

_OPERATORS = ("&", "||", "&&", "|")  # loosest first
_COMPARISONS = ("equ", "neq", "lss", "leq", "gtr", "geq")
_KEYWORD = re.compile(r"[A-Za-z]+")
_JOINED = re.compile(r"&&|\|\||&|\|")
_REDIRECT = re.compile(r"([0-9])?(>>|>|<)")
_DESCRIPTOR = re.compile(r"[0-9][<>]")
_PLAIN = re.compile(r'[^"^&|\n)<>0-9]+')
_IN_QUOTES = re.compile(r'[^"\n]+')
"""What of a command's text has no meaning to cmd.exe: lines have thousands of such characters, taken at once."""
_ELSE = re.compile(r"else\b", re.IGNORECASE)
_FOR = re.compile(r'\s*(?:/([lf])(?:\s+"([^"]*)")?\s+)?%{1,2}([A-Za-z])\s+in\s+\(([^)]*)\)\s+do\s', re.IGNORECASE)


def parse(line: str) -> Command | None:
    """Parse one logical line; None when there is nothing on it. Raises `SyntaxProblem`, `Unfinished`."""
    if len(line) > MAX_LINE:
        raise SyntaxProblem("The command line is too long.")
    parser = _Parser(line)
    command = parser.sequence()
    if parser.peek() == ")":
        raise SyntaxProblem(") was unexpected at this time.")
    return command


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def sequence(self, level: int = 0) -> Command | None:
        """Commands joined by operators of this level or tighter ones."""
        if level == len(_OPERATORS):
            return self.primary()
        left = self.sequence(level + 1)
        while self._takes(_OPERATORS[level]):
            right = self.sequence(level + 1)
            if left is None or (right is None and level > 0):
                raise SyntaxProblem(f"{_OPERATORS[level]} was unexpected at this time.")
            left = left if right is None else Chain(_OPERATORS[level], left, right)
        return left

    def primary(self) -> Command | None:
        """One command, block or `if`."""
        self._skip("@")
        if self.peek() == "(":
            return self._block()
        word = _KEYWORD.match(self.text, self.at)
        keyword = word.group().casefold() if word else ""
        after = self.text[self.at + len(keyword) : self.at + len(keyword) + 1]
        if keyword == "if" and after in " \t":
            self.at += 2
            return self._if()
        if keyword == "for" and after in " \t":
            self.at += 3
            return self._for()
        if keyword == "rem" and after in ("", " ", "\t"):
            self._until_line_end()
            return None
        return self._simple()

    def _takes(self, operator: str) -> bool:
        self._blanks()
        if operator == "&" and self.depth and self.peek() == "\n":
            self._skip("\n")
            return True
        found = _JOINED.match(self.text, self.at)
        if not found or found.group() != operator:
            return False
        self.at += len(operator)
        return True

    def _skip(self, extra: str = "") -> None:
        while self.peek() and self.peek() in " \t,;=\r" + extra + ("\n" if self.depth else ""):
            self.at += 1

    def _blanks(self) -> None:
        while self.peek() and self.peek() in " \t\r":
            self.at += 1

    def _until_line_end(self) -> None:
        while self.peek() not in ("", "\n"):
            self.at += 1

    def _block(self) -> Command:
        self.at += 1
        self.depth += 1
        body = self.sequence()
        self._skip()
        if self.peek() != ")":
            if not self.peek():
                raise Unfinished
            raise SyntaxProblem(f"{self.peek()} was unexpected at this time.")
        self.depth -= 1
        self.at += 1
        if body is None:
            raise SyntaxProblem(") was unexpected at this time.")
        redirects: list[Redirect] = []
        self._blanks()
        while _REDIRECT.match(self.text, self.at):
            redirects.append(self._redirect())
            self._blanks()
        return Block(body, redirects)

    def _simple(self) -> Command | None:
        text: list[str] = []
        redirects: list[Redirect] = []
        quoted = False
        while char := self.peek():
            if plain := (_IN_QUOTES if quoted else _PLAIN).match(self.text, self.at):
                text.append(plain.group())
                self.at = plain.end()
                continue
            if quoted or char == '"':
                if char == "\n":
                    break
                quoted = not quoted if char == '"' else quoted
            elif char == "^":
                self.at += 1
                char = self.peek()
                if char in "\r\n":
                    self.at += len(char)
                    continue
            elif char in "&|\n" or (char == ")" and self.depth):
                break
            elif char in "<>" or self._descriptor(text):
                redirects.append(self._redirect())
                continue
            text.append(char)
            self.at += 1
        if not "".join(text).strip() and not redirects:
            return None
        return Simple("".join(text), redirects)

    def _descriptor(self, before: list[str]) -> bool:
        starts = not before or before[-1][-1] in " \t,;="
        return starts and _DESCRIPTOR.match(self.text, self.at) is not None

    def _redirect(self) -> Redirect:
        found = _REDIRECT.match(self.text, self.at)
        if found is None:
            raise SyntaxProblem("The syntax of the command is incorrect.")
        self.at = found.end()
        operator = found.group(2)
        fd = int(found.group(1)) if found.group(1) else (0 if operator == "<" else 1)
        if self.peek() == "&":
            self.at += 2
            return Redirect(fd, operator, "&" + self.text[self.at - 1 : self.at])
        return Redirect(fd, operator, self._word())

    def _word(self) -> str:
        """The next word, with its quotes. Raises when there is none."""
        self._blanks()
        start: list[str] = []
        quoted = False
        while char := self.peek():
            if char == '"':
                quoted = not quoted
            elif not quoted and char == "^":
                self.at += 1
                char = self.peek()
            elif char == "\n" or (not quoted and char in " \t,;=&|<>()\r"):
                break
            start.append(char)
            self.at += 1
        if not start:
            raise SyntaxProblem("The syntax of the command is incorrect.")
        return "".join(start)

    def _if(self) -> Command:
        negated = ignore_case = False
        word = self._word()
        while word.casefold() in ("/i", "not"):
            ignore_case |= word.casefold() == "/i"
            negated |= word.casefold() == "not"
            word = self._word()
        test, operands = self._condition(word)
        then = self._branch()
        otherwise = None
        self._blanks()
        if _ELSE.match(self.text, self.at):
            self.at += 4
            otherwise = self._branch()
        return If(negated, ignore_case, test, operands, then, otherwise)

    def _condition(self, word: str) -> tuple[str, tuple[str, ...]]:
        if word.casefold() in ("exist", "errorlevel", "defined"):
            return word.casefold(), (self._word(),)
        self._blanks()
        if self.text.startswith("==", self.at):
            self.at += 2
            return "==", (word, self._word())
        operator = self._word().casefold()
        if operator not in _COMPARISONS:
            raise SyntaxProblem(f"{operator} was unexpected at this time.")
        return operator, (word, self._word())

    def _branch(self) -> Command:
        branch = self.sequence()
        if branch is None:
            raise SyntaxProblem("The syntax of the command is incorrect.")
        return branch

    def _for(self) -> Command:
        found = _FOR.match(self.text, self.at)
        if found is None:
            raise SyntaxProblem("The syntax of the command is incorrect.")
        self.at = found.end()
        kind, options, variable, items = found.groups()
        return ForEach(variable, (kind or "").casefold(), items, self._branch(), options or "")
