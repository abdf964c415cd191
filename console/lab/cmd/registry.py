"""The commands that a node knows, by name; modules of commands enter theirs here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.lab.cmd.interpreter import Interpreter

Run = Callable[["Interpreter", str], int | None]
"""Takes the interpreter and the raw rest of the line; gives the error level, None to leave it as it is."""

COMMANDS: dict[str, Run] = {}


class Exit(Exception):
    """`exit`: leave the batch file only (/b) or the interpreter."""

    def __init__(self, code: int | None, *, batch_only: bool) -> None:
        super().__init__(code)
        self.code = code
        self.batch_only = batch_only


class Goto(Exception):
    """`goto`: go on at a label of the batch file."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


def command(*names: str) -> Callable[[Run], Run]:
    """Enter a function under one or several command names."""

    def enter(function: Run) -> Run:
        for name in names:
            COMMANDS[name] = function
        return function

    return enter


def words(rest: str) -> list[str]:
    """Arguments as a C program gets them: split at blanks, quotes group and vanish."""
    found = re.findall(r'(?:[^\s"]|"(?:\\"|[^"])*"?)+', rest)
    return [re.sub(r'(?<!\\)"', "", word).replace('\\"', '"') for word in found]
