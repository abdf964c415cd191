"""What `for` loops over, and how its variable gets into its body."""

import re
from collections.abc import Callable, Iterator

from console.lab.cmd import parser

Output = Callable[[str], str]
"""Runs a command line in an interpreter of its own and gives what it printed."""

_DEFAULT_OPTIONS = {"tokens": "1", "delims": " \t", "skip": "0", "eol": ";"}


def values(loop: parser.ForEach, output: Output) -> list[str]:
    """The values of the loop's variable, one after another. Raises `SyntaxProblem`."""
    if loop.kind == "f":
        return list(_parts(loop, output))
    words = re.split(r"[\s,;=]+", loop.items.strip())
    if loop.kind == "l":
        first, step, last = numbers(words)
        return [str(number) for number in range(first, last + (1 if step > 0 else -1), step)]
    return words


def numbers(words: list[str]) -> list[int]:
    """Words that must be numbers; the arithmetic of a range needs three. Raises `SyntaxProblem`."""
    if not all(re.fullmatch(r"-?\d+", word) for word in words) or len(words) not in (1, 3) or words[1:2] == ["0"]:
        raise parser.SyntaxProblem("The syntax of the command is incorrect.")
    return [int(word) for word in words]


def _parts(loop: parser.ForEach, output: Output) -> Iterator[str]:
    """One part of each line that a command prints: only the form with a command in quotes, and one part, are known."""
    command = loop.items.strip()
    options = _options(loop.options)
    if len(command) < 2 or command[0] != "'" or command[-1] != "'" or not options["tokens"].isdecimal():
        raise parser.SyntaxProblem(f"{command} was unexpected at this time.")
    lines = output(re.sub(r"\^(.)", r"\1", command[1:-1])).replace("\r\n", "\n").split("\n")
    for line in lines[int(options["skip"]) :]:
        if not line or line.startswith(options["eol"]):
            continue
        parts = [part for part in re.split(f"[{re.escape(options['delims'])}]+", line) if part]
        wanted = int(options["tokens"]) - 1
        if wanted < len(parts):
            yield parts[wanted]


def _options(text: str) -> dict[str, str]:
    """The options of `for /f`; `delims` comes last and takes the rest."""
    before, found, delims = text.partition("delims=")
    given = dict(word.partition("=")[::2] for word in before.split())
    return {**_DEFAULT_OPTIONS, **given, **({"delims": delims} if found else {})}


def bound(command: parser.Command, variable: str, value: str) -> parser.Command:
    """The command with `%variable` replaced, wherever it stands."""

    def put(text: str) -> str:
        return re.sub(f"%{{1,2}}{variable}", lambda _: value, text)

    def inner(command: parser.Command) -> parser.Command:
        return bound(command, variable, value)

    def targets(redirects: list[parser.Redirect]) -> list[parser.Redirect]:
        return [parser.Redirect(each.fd, each.operator, put(each.target)) for each in redirects]

    if isinstance(command, parser.Simple):
        return parser.Simple(put(command.text), targets(command.redirects))
    if isinstance(command, parser.Chain):
        return parser.Chain(command.operator, inner(command.left), inner(command.right))
    if isinstance(command, parser.Block):
        return parser.Block(inner(command.body), targets(command.redirects))
    if isinstance(command, parser.ForEach):
        return parser.ForEach(command.variable, command.kind, put(command.items), inner(command.body), command.options)
    operands = tuple(put(operand) for operand in command.operands)
    otherwise = inner(command.otherwise) if command.otherwise is not None else None
    return parser.If(command.negated, command.ignore_case, command.test, operands, inner(command.then), otherwise)
