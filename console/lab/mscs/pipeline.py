"""As much of PowerShell's language as the cluster's and Exchange's cmdlets are called in: pipelines, objects, CSV.

An object is a dictionary; a property that is an object itself is a dictionary in it. What is not understood here is an
error, as it would be there.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Item = dict[str, Any]
_TOKEN = re.compile(r"'(?:[^']|'')*'|\((?:[^()']|'[^']*'|\([^()]*\))*\)|[^\s'()]+")
_PROPERTY = re.compile(r"@\{\s*n\s*=\s*'([^']*)'\s*;\s*e\s*=\s*\{(?:\[int\])?\$_((?:\.\w+)+)\}\s*\}", re.IGNORECASE)
_MEMBER = re.compile(r"^\((?P<inner>.*)\)\.(?P<member>\w+)$", re.DOTALL)


class ShellError(Exception):
    """What PowerShell writes in red; the command ends with 1."""


class Call:
    """One cmdlet with its parameters: names in small letters, values as texts, True for a switch."""

    def __init__(self, text: str, read_line: Callable[[], str]) -> None:
        self.parameters: dict[str, str | bool] = {}
        words = [_plain(word) for word in _TOKEN.findall(text)]
        self.name = words.pop(0) if words else ""
        while words:
            name, colon, value = words.pop(0).partition(":")
            if not name.startswith("-"):
                raise ShellError(f"{self.name} : A positional parameter cannot be found that accepts '{name}'.")
            follows = not colon and bool(words) and not words[0].startswith("-")
            self.parameters[name[1:].casefold()] = words.pop(0) if follows else value if colon else True
        for name, given in self.parameters.items():
            if isinstance(given, str) and given.replace(" ", "").casefold() == "([console]::in.readline())":
                self.parameters[name] = read_line()

    def text(self, name: str) -> str:
        """A mandatory parameter. Raises `ShellError`."""
        value = self.parameters.get(name.casefold())
        if not isinstance(value, str) or not value:
            raise ShellError(
                f"{self.name} : Cannot process command because of one or more missing mandatory parameters: {name}."
            )
        return value

    def optional(self, name: str) -> str | None:
        """A parameter that may be left out."""
        value = self.parameters.get(name.casefold())
        return value if isinstance(value, str) else None

    def switch(self, name: str) -> bool:
        """Whether a switch is set; `-Name:$false` takes it back."""
        value = self.parameters.get(name.casefold(), False)
        return value is True or (isinstance(value, str) and value.casefold() == "$true")


Cmdlets = Mapping[str, Callable[[Call, list[Item]], list[Item]]]


def run(text: str, cmdlets: Cmdlets, read_line: Callable[[], str]) -> list[str]:
    """What a pipeline prints, line by line. Raises `ShellError`."""
    *stages, last = _split(text, "|")
    if last.casefold().startswith("convertto-csv"):
        return _csv(_objects(stages, cmdlets, read_line))
    items = _objects([*stages, last], cmdlets, read_line)
    if last.casefold().startswith("format-list"):
        return [line for item in items for line in ["", *_listed(item), ""]]
    return [str(value) for item in items for value in item.values()]


def _objects(stages: Sequence[str], cmdlets: Cmdlets, read_line: Callable[[], str]) -> list[Item]:
    items: list[Item] = []
    for stage in stages:
        member = _MEMBER.match(stage)
        if member:
            found = _objects(_split(member["inner"], "|"), cmdlets, read_line)
            items = [one for item in found for one in item.get(member["member"], [])]
        elif stage.casefold().startswith("select-object "):
            items = [_selected(item, stage.partition(" ")[2]) for item in items]
        elif not stage.casefold().startswith("format-list"):
            call = Call(stage, read_line)
            cmdlet = cmdlets.get(call.name.casefold())
            if cmdlet is None:
                raise ShellError(f"The term '{call.name}' is not recognized as the name of a cmdlet.")
            items = cmdlet(call, items)
    return items


def _selected(item: Item, properties: str) -> Item:
    chosen: Item = {}
    for wanted in _split(properties, ","):
        computed = _PROPERTY.fullmatch(wanted)
        if computed:
            value: Any = item
            for name in computed.group(2).strip(".").split("."):
                value = value.get(name, "") if isinstance(value, dict) else ""
            chosen[computed.group(1)] = value
        elif re.fullmatch(r"\w+", wanted):
            chosen[wanted] = item.get(wanted, "")
        else:
            raise ShellError(f"Select-Object : Cannot convert {wanted} to a property.")
    return chosen


def _csv(items: list[Item]) -> list[str]:
    if not items:
        return []
    rows = [list(items[0]), *(list(item.values()) for item in items)]
    return [",".join('"' + str(cell).replace('"', '""') + '"' for cell in row) for row in rows]


def _listed(item: Item) -> list[str]:
    width = max(map(len, item), default=0)
    return [f"{name:<{width}} : {_shown(value)}" for name, value in item.items()]


def _shown(value: Any) -> str:
    return "{" + ", ".join(value) + "}" if isinstance(value, list) else str(value)


def _plain(word: str) -> str:
    return word[1:-1].replace("''", "'") if word.startswith("'") else word


def _split(text: str, separator: str) -> list[str]:
    """Split at a character that stands outside of quotes, parentheses and braces."""
    parts, depth, quoted = [""], 0, False
    for character in text:
        quoted ^= character == "'"
        depth += 0 if quoted else (character in "({") - (character in ")}")
        if character == separator and not quoted and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
